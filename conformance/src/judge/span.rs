//! Lengths of time in messages: `0 s`, `250 ms`, `30 s`, `12 min 5 s`, `2 h 0 min`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A length of time in words. Up to ten minutes it stands in seconds, since scenario files speak of seconds.
pub(crate) fn span(length: Duration) -> String {
    let (seconds, millis) = (length.as_secs(), length.subsec_millis());
    if seconds == 0 && millis > 0 {
        return format!("{millis} ms");
    }
    let fraction = match format!("{millis:03}").trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    };
    if seconds <= 600 {
        return format!("{seconds}{fraction} s");
    }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = match hours {
        0 => format!("{minutes} min"),
        _ => format!("{hours} h {minutes} min"),
    };
    if rest > 0 || !fraction.is_empty() {
        text.push_str(&format!(" {rest}{fraction} s"));
    }
    text
}

/// A length of time that may be negative: `-120 s`.
pub(crate) fn signed_span(length: SignedDuration) -> String {
    let text = span(length.unsigned_abs());
    if length.is_negative() && text != "0 s" {
        format!("-{text}")
    } else {
        text
    }
}

/// A length of time to calculate with; one that is too long for it is as long as can be.
pub(super) fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}

/// An instant as its distance from another: `t+30 s`, `t-120 s`.
pub(crate) fn offset(at: Timestamp, origin: Timestamp) -> String {
    match signed_span(at.duration_since(origin)) {
        past if past.starts_with('-') => format!("t{past}"),
        other => format!("t+{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let shown: Vec<String> = [
            0, 1, 250, 1_000, 1_500, 30_000, 600_000, 725_000, 1_800_000, 7_200_000, 3_661_050,
        ]
        .into_iter()
        .map(|millis| span(Duration::from_millis(millis)))
        .collect();
        insta::assert_snapshot!(
            shown.join(", "),
            @"0 s, 1 ms, 250 ms, 1 s, 1.5 s, 30 s, 600 s, 12 min 5 s, 30 min, 2 h 0 min, 1 h 1 min 1.05 s"
        );
    }

    #[test]
    fn offsets_keep_their_sign() {
        let origin = Timestamp::UNIX_EPOCH;
        let shown: Vec<String> = [-120_000, -1, 0, 90_000]
            .into_iter()
            .map(|millis| offset(origin + SignedDuration::from_millis(millis), origin))
            .collect();
        insta::assert_snapshot!(shown.join(", "), @"t-120 s, t-1 ms, t+0 s, t+90 s");
        insta::assert_snapshot!(signed_span(SignedDuration::from_nanos(-5)), @"0 s");
    }
}
