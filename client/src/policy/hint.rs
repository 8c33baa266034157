//! Reading "wait so long" out of an answer's headers, in every spelling seen.
//!
//! | spelling | source |
//! |---|---|
//! | `Retry-After: 30`, also `1.5` | RFC 9110 section 10.2.3; the fraction is tolerated |
//! | `Retry-After: <date>` in three forms | RFC 9110 section 5.6.7 |
//! | `retry-after-ms`, `x-ms-retry-after-ms` | Azure services |
//! | `X-Rate-Limit-Reset`, `X-RateLimit-Reset`: epoch seconds | Okta, rate limits; Auth0's spelling |

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;

use crate::clock::left;

/// No told wait is longer than this: MSAL's cap, one hour.
const CAP: Duration = Duration::from_secs(3600);

const MILLISECONDS: [HeaderName; 2] = [
    HeaderName::from_static("retry-after-ms"),
    HeaderName::from_static("x-ms-retry-after-ms"),
];
const RESET: [HeaderName; 2] = [
    HeaderName::from_static("x-rate-limit-reset"),
    HeaderName::from_static("x-ratelimit-reset"),
];
const LIMIT: [HeaderName; 2] = [
    HeaderName::from_static("x-rate-limit-limit"),
    HeaderName::from_static("x-ratelimit-limit"),
];

/// The longest sane wait the headers ask for, at most an hour.
///
/// A value that is garbage, zero, negative or past is no hint. Where a header is repeated the
/// largest sane value counts: waiting a little too long does no harm, and the smaller one was
/// refused once already.
pub(super) fn wait_hint(parts: &Parts, now: Timestamp) -> Option<Duration> {
    let told = values(&parts.headers, &[RETRY_AFTER])
        .flat_map(|value| retry_after(value, now))
        .chain(values(&parts.headers, &MILLISECONDS).flat_map(milliseconds))
        .max();
    let reset = (parts.status == StatusCode::TOO_MANY_REQUESTS)
        .then(|| reset(&parts.headers, now))
        .flatten();
    told.max(reset)
        .filter(|wait| !wait.is_zero())
        .map(|wait| wait.min(CAP))
}

/// Seconds, or a date compared with the local clock: no clause says to compare it with `Date`.
fn retry_after(value: &str, now: Timestamp) -> Vec<Duration> {
    if let Ok(date) = httpdate::parse_http_date(value) {
        return Timestamp::try_from(date)
            .map(|date| left(now, date))
            .into_iter()
            .collect();
    }
    list(value).filter_map(seconds).collect()
}

fn milliseconds(value: &str) -> Vec<Duration> {
    list(value)
        .filter_map(seconds)
        .map(|thousand| thousand / 1000)
        .collect()
}

/// Okta's reset: both times come from the server, so a wrong local clock does no harm. One second
/// is added because both are cut to whole seconds. This is what Okta's own SDKs compute.
fn reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    // Limit 0 is the concurrency form: too many at once, and the reset is only a guess.
    if values(headers, &LIMIT).any(|value| value == "0") {
        return None;
    }
    let server_now = values(headers, &[DATE])
        .find_map(|value| httpdate::parse_http_date(value).ok())
        .and_then(|date| Timestamp::try_from(date).ok())
        .unwrap_or(now);
    values(headers, &RESET)
        .flat_map(list)
        .filter_map(|value| value.parse::<u64>().ok())
        .filter_map(|epoch| {
            let at = i64::try_from(epoch)
                .ok()
                .and_then(|epoch| Timestamp::from_second(epoch).ok())
                .unwrap_or(Timestamp::MAX);
            (at >= server_now).then(|| left(server_now, at).saturating_add(Duration::from_secs(1)))
        })
        .max()
}

/// A non-negative decimal number of seconds.
fn seconds(text: &str) -> Option<Duration> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !plain {
        return None;
    }
    let seconds: f64 = text.parse().ok()?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// The values of the named headers that are text, trimmed.
fn values<'a>(
    headers: &'a HeaderMap,
    names: &'a [HeaderName],
) -> impl Iterator<Item = &'a str> + 'a {
    names
        .iter()
        .flat_map(|name| headers.get_all(name))
        .filter_map(|value| value.to_str().ok())
        .map(str::trim)
}

/// Proxies may join repeated headers with commas.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2030-01-01T00:00:00Z, a Tuesday.
    const NOW: &str = "2030-01-01T00:00:00Z";
    const EPOCH: i64 = 1_893_456_000;

    fn parts(status: u16, headers: &[(&str, &str)]) -> Parts {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap().into_parts().0
    }

    fn hint(status: u16, headers: &[(&str, &str)]) -> String {
        match wait_hint(&parts(status, headers), NOW.parse().unwrap()) {
            Some(wait) => format!("{} s", wait.as_secs_f64()),
            None => "none".to_owned(),
        }
    }

    fn table(header: &str, values: &[&str]) -> String {
        let lines: Vec<_> = values
            .iter()
            .map(|value| format!("{value:32} {}", hint(429, &[(header, value)])))
            .collect();
        lines.join("\n")
    }

    #[test]
    fn retry_after_in_every_form() {
        let rows = [
            "30",
            "  30\t",
            "0",
            "1.5",
            "-5",
            "+5",
            "abc",
            "",
            "1e3",
            "inf",
            "99999999999999999999999",
            "5, 10",
            "Tue, 01 Jan 2030 00:00:30 GMT",
            "Tuesday, 01-Jan-30 00:00:30 GMT",
            "Tue Jan  1 00:00:30 2030",
            "Mon, 31 Dec 2029 23:59:30 GMT",
            "Tue, 01 Jan 2030 09:00:00 GMT",
            "Tue, 01 Jan 2030 00:00:30 CET",
            "tue, 01 jan 2030 00:00:30 gmt",
            "Wed, 01 Jan 2030 00:00:30 GMT",
        ];
        insta::assert_snapshot!(table("Retry-After", &rows), @r"
        30                               30 s
          30	                            30 s
        0                                none
        1.5                              1.5 s
        -5                               none
        +5                               none
        abc                              none
                                         none
        1e3                              none
        inf                              none
        99999999999999999999999          3600 s
        5, 10                            10 s
        Tue, 01 Jan 2030 00:00:30 GMT    30 s
        Tuesday, 01-Jan-30 00:00:30 GMT  30 s
        Tue Jan  1 00:00:30 2030         30 s
        Mon, 31 Dec 2029 23:59:30 GMT    none
        Tue, 01 Jan 2030 09:00:00 GMT    3600 s
        Tue, 01 Jan 2030 00:00:30 CET    none
        tue, 01 jan 2030 00:00:30 gmt    none
        Wed, 01 Jan 2030 00:00:30 GMT    none
        ");
    }

    #[test]
    fn milliseconds_of_azure() {
        let rows = ["2500", "-1", "x"];
        insta::assert_snapshot!(table("x-ms-retry-after-ms", &rows), @r"
        2500                             2.5 s
        -1                               none
        x                                none
        ");
        assert_eq!(hint(429, &[("retry-after-ms", "1")]), "0.001 s");
    }

    #[test]
    fn the_reset_is_compared_with_the_servers_date() {
        let at = |offset: i64| (EPOCH + offset).to_string();
        let date = "Tue, 01 Jan 2030 00:02:00 GMT";
        let with_date = |reset: &str| hint(429, &[("x-rate-limit-reset", reset), ("date", date)]);
        assert_eq!(with_date(&at(150)), "31 s", "server 120 s ahead");
        assert_eq!(with_date(&at(120)), "1 s", "this very second");
        assert_eq!(with_date(&at(119)), "none", "past");
        assert_eq!(
            with_date("99999999999999999999"),
            "none",
            "not a number of seconds"
        );
        assert_eq!(with_date(&u64::MAX.to_string()), "3600 s", "huge");
        assert_eq!(with_date("-1"), "none");

        assert_eq!(
            hint(429, &[("X-Rate-Limit-Reset", &at(30))]),
            "31 s",
            "no Date: the local clock has to do"
        );
        assert_eq!(
            hint(429, &[("x-rate-limit-reset", &at(30)), ("date", "garbage")]),
            "31 s"
        );
        assert_eq!(hint(429, &[("x-ratelimit-reset", &at(30))]), "31 s");
    }

    #[test]
    fn a_reset_on_other_answers_is_no_order_to_wait() {
        let reset = (EPOCH + 30).to_string();
        assert_eq!(hint(200, &[("x-rate-limit-reset", &reset)]), "none");
        assert_eq!(hint(503, &[("x-rate-limit-reset", &reset)]), "none");
        assert_eq!(hint(503, &[("retry-after", "7")]), "7 s");
    }

    #[test]
    fn oktas_concurrency_form_is_no_hint() {
        let reset = (EPOCH + 30).to_string();
        let headers = [
            ("x-rate-limit-limit", "0"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", reset.as_str()),
        ];
        assert_eq!(hint(429, &headers), "none");
    }

    #[test]
    fn of_repeated_headers_the_largest_sane_one_counts() {
        let (near, far) = ((EPOCH + 10).to_string(), (EPOCH + 40).to_string());
        assert_eq!(
            hint(
                429,
                &[("x-rate-limit-reset", &far), ("x-rate-limit-reset", &near)]
            ),
            "41 s"
        );
        assert_eq!(
            hint(429, &[("retry-after", "junk"), ("retry-after", "9")]),
            "9 s"
        );
        assert_eq!(
            hint(429, &[("retry-after", "9"), ("x-rate-limit-reset", &far)]),
            "41 s"
        );
    }

    proptest! {
        #[test]
        fn no_header_value_breaks_it(
            status in 100u16..600,
            name in prop::sample::select(vec![
                "retry-after", "retry-after-ms", "x-ms-retry-after-ms",
                "x-rate-limit-reset", "x-rate-limit-limit", "date",
            ]),
            value in proptest::collection::vec(0x20u8..=0xff, 0..40),
            now in -377_705_023_201i64..=253_402_207_200,
        ) {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                let mut parts = parts(status, &[("x-rate-limit-reset", "1893456030")]);
                parts.headers.append(name, value);
                let wait = wait_hint(&parts, Timestamp::from_second(now).unwrap());
                prop_assert!(wait.is_none_or(|wait| !wait.is_zero() && wait <= CAP));
            }
        }

        #[test]
        fn a_date_in_each_form_means_the_same_wait(ahead in 1i64..3600) {
            let at = Timestamp::from_second(EPOCH + ahead).unwrap();
            let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
            for form in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
                let text = zoned.strftime(form).to_string();
                prop_assert_eq!(hint(429, &[("retry-after", &text)]), format!("{ahead} s"), "{}", text);
            }
        }

        #[test]
        fn the_local_clock_does_not_matter_when_the_server_tells_the_time(
            skew in -100_000i64..100_000,
            ahead in 0i64..3000,
        ) {
            let reset = (EPOCH + ahead).to_string();
            let parts = parts(429, &[
                ("x-rate-limit-reset", &reset),
                ("date", "Tue, 01 Jan 2030 00:00:00 GMT"),
            ]);
            let wait = wait_hint(&parts, Timestamp::from_second(EPOCH + skew).unwrap());
            prop_assert_eq!(wait, Some(Duration::from_secs(ahead as u64 + 1)));
        }
    }
}
