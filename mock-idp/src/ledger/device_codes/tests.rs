//! Sign-ins on a device, step by step.

use super::*;

const PACE: DevicePace = DevicePace {
    lifetime: Duration::from_secs(600),
    interval: Duration::from_secs(5),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).expect("a time")
}

fn asked() -> AskedFor {
    AskedFor {
        client: "tv".to_owned(),
        issuer: "t".to_owned(),
        scope: vec!["openid".to_owned()],
        any_issuer: false,
    }
}

fn ada() -> Approval {
    Approval {
        user: "ada".to_owned(),
        issuer: "t".to_owned(),
        manner: Manner::PASSWORD,
    }
}

fn begun() -> DeviceCodes {
    let mut codes = DeviceCodes::default();
    codes.begin(asked(), PACE, [1; 32], || "ABCD-1234".to_owned(), at(0));
    codes
}

fn poll(codes: &mut DeviceCodes, seconds: i64) -> Result<SignedIn, PollRefusal> {
    codes.poll(&[1; 32], "tv", "t", true, at(seconds))
}

#[test]
fn each_hasty_poll_makes_the_wait_longer() {
    use PollRefusal::{Pending, SlowDown};
    let mut codes = begun();
    for (seconds, answer) in [
        (0, Pending),
        (5, Pending),
        (9, SlowDown),
        // From now on ten seconds.
        (18, SlowDown),
        // And now fifteen.
        (33, Pending),
        (47, SlowDown),
        // The clock is set back: nobody can have waited.
        (10, Pending),
    ] {
        assert_eq!(poll(&mut codes, seconds), Err(answer), "at {seconds}");
    }
}

#[test]
fn who_is_not_paced_may_poll_as_often_as_it_likes() {
    let mut codes = begun();
    for _ in 0..3 {
        let answer = codes.poll(&[1; 32], "tv", "t", false, at(1));
        assert_eq!(answer, Err(PollRefusal::Pending));
    }
}

#[test]
fn an_approved_code_gives_its_grant_once_however_hastily_it_is_shown() {
    let mut codes = begun();
    assert_eq!(poll(&mut codes, 0), Err(PollRefusal::Pending));
    // As a person would type it.
    codes
        .decide("abcd 1234", Some(ada()), at(1))
        .expect("it is pending");
    let facts = codes.labelled(1).expect("it is known");
    assert_eq!(facts.user.as_deref(), Some("ada"));
    assert_eq!(
        codes.decide("ABCD1234", None, at(1)),
        Err(Undecidable::Decided)
    );
    let signed_in = poll(&mut codes, 2).expect("it is approved");
    assert_eq!(signed_in.user, "ada");
    assert_eq!(signed_in.scope, ["openid"]);
    assert_eq!(poll(&mut codes, 3), Err(PollRefusal::Redeemed));
    let (_, state) = codes.state_of(&[1; 32], at(3)).expect("it is known");
    assert_eq!(state, TokenState::Revoked);
}

#[test]
fn what_is_too_old_gives_nothing() {
    let mut codes = begun();
    assert_eq!(codes.pending(at(599)).count(), 1);
    assert_eq!(codes.pending(at(600)).count(), 0);
    let late = codes.decide("ABCD-1234", None, at(600));
    assert_eq!(late, Err(Undecidable::Expired));
    codes
        .decide("ABCD-1234", Some(ada()), at(599))
        .expect("it is pending");
    assert_eq!(poll(&mut codes, 600), Err(PollRefusal::Expired));
}

#[test]
fn a_code_serves_its_own_client_and_issuer_only() {
    let mut codes = begun();
    let mut shown = |client, issuer| codes.poll(&[1; 32], client, issuer, true, at(0));
    assert_eq!(shown("other", "t"), Err(PollRefusal::OtherClient));
    assert_eq!(shown("tv", "other"), Err(PollRefusal::Unknown));
    let unknown = codes.poll(&[2; 32], "tv", "t", true, at(0));
    assert_eq!(unknown, Err(PollRefusal::Unknown));
    codes.decide("ABCD-1234", None, at(0)).expect("pending");
    assert_eq!(poll(&mut codes, 0), Err(PollRefusal::Denied));
}

#[test]
fn a_user_code_in_use_is_not_given_out_again() {
    let mut codes = begun();
    let mut made = ["abcd1234", "WXYZ-9876"].into_iter().map(str::to_owned);
    let make = || made.next().expect("no third is needed");
    let (label, user_code) = codes.begin(asked(), PACE, [2; 32], make, at(0));
    assert_eq!(
        (label.to_string().as_str(), user_code.as_str()),
        ("DC#2", "WXYZ-9876")
    );
}

#[test]
fn many_long_scopes_make_the_oldest_forgotten_sooner() {
    let mut codes = DeviceCodes::default();
    let mut asked = asked();
    asked.scope = vec!["s".repeat(SCOPE_BYTES / 2)];
    for number in 1..=4 {
        let make = || format!("{number}");
        codes.begin(asked.clone(), PACE, [number; 32], make, at(0));
    }
    assert_eq!(codes.sign_ins.len(), 2);
    assert_eq!(codes.by_code.len(), 2);
    // One that is too long by itself is remembered until another comes.
    asked.scope = vec!["s".repeat(SCOPE_BYTES + 1)];
    codes.begin(asked.clone(), PACE, [5; 32], || "5".to_owned(), at(0));
    assert_eq!(codes.pending(at(0)).count(), 1);
    asked.scope.clear();
    codes.begin(asked, PACE, [6; 32], || "6".to_owned(), at(0));
    assert_eq!((codes.sign_ins.len(), codes.scope_bytes), (1, 0));
}

#[test]
fn the_oldest_is_forgotten() {
    let mut codes = DeviceCodes::default();
    let mut serial: u32 = 0;
    for _ in 0..=REMEMBERED {
        serial += 1;
        let mut fingerprint = [0; 32];
        fingerprint[..4].copy_from_slice(&serial.to_le_bytes());
        codes.begin(asked(), PACE, fingerprint, || format!("{serial}"), at(0));
    }
    assert_eq!(codes.sign_ins.len(), REMEMBERED);
    assert_eq!(codes.by_code.len(), REMEMBERED);
    assert_eq!(codes.by_user_code.len(), REMEMBERED);
    assert_eq!(codes.decide("1", None, at(0)), Err(Undecidable::Unknown));
    assert_eq!(codes.decide("2", None, at(0)), Ok(()));
}
