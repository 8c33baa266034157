//! Families of refresh tokens: reuse, limits, owners, and what is forgotten.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_893_456_000 + seconds).unwrap()
}

fn grantee() -> Grantee {
    Grantee {
        client: "app".into(),
        user: Some("ada".into()),
        issuer: "t".into(),
        scope: vec!["read".into()],
    }
}

const ENDLESS: RefreshLifetime = RefreshLifetime {
    idle: None,
    absolute: None,
};

fn rotate(leeway_seconds: u32) -> Rotation {
    Rotation {
        mode: RotationMode::Rotate,
        leeway_seconds,
        reuse_revokes_family: true,
    }
}

#[test]
fn reuse_after_the_leeway_kills_the_family_and_its_access_tokens() {
    let ledger = Ledger::default();
    let (family, rt1) = ledger.start_family(grantee(), ENDLESS, "one", at(0));
    let access = ledger.issue_access(&grantee(), Some(family), Some(rt1), at(0), at(3600));
    ledger.record_access(access, "access");
    let redeemed = ledger
        .redeem("one", "app", at(10), &rotate(30), || "two".into())
        .unwrap();
    assert_eq!(
        (redeemed.parent.to_string(), redeemed.next.to_string()),
        ("RT#1".into(), "RT#2".into())
    );
    // Inside the leeway the old one still works.
    ledger
        .redeem("one", "app", at(39), &rotate(30), || "three".into())
        .unwrap();
    assert_eq!(ledger.state_of("access", at(39)).1, TokenState::Live);
    assert_eq!(
        ledger
            .redeem("one", "app", at(40), &rotate(30), String::new)
            .unwrap_err(),
        Refusal::Reused
    );
    assert!(matches!(
        ledger.redeem("two", "app", at(41), &rotate(30), String::new),
        Err(Refusal::Revoked { .. })
    ));
    assert_eq!(ledger.state_of("access", at(41)).1, TokenState::Revoked);
}

#[test]
fn limits_and_owners_are_kept() {
    let ledger = Ledger::default();
    let lifetime = RefreshLifetime {
        idle: Some(Duration::from_secs(100)),
        absolute: Some(Duration::from_secs(250)),
    };
    ledger.start_family(grantee(), lifetime, "one", at(0));
    let keep = Rotation {
        mode: RotationMode::Static,
        leeway_seconds: 0,
        reuse_revokes_family: true,
    };
    assert_eq!(
        ledger
            .redeem("one", "other", at(1), &keep, String::new)
            .unwrap_err(),
        Refusal::OtherClient
    );
    assert_eq!(
        ledger
            .redeem("nine", "app", at(1), &keep, String::new)
            .unwrap_err(),
        Refusal::Unknown
    );
    for second in [99, 198] {
        assert_eq!(
            ledger
                .redeem("one", "app", at(second), &keep, String::new)
                .unwrap()
                .next
                .to_string(),
            "RT#1"
        );
    }
    assert!(matches!(
        ledger.redeem("one", "app", at(250), &keep, String::new),
        Err(Refusal::TooOld { .. })
    ));
    ledger.start_family(grantee(), lifetime, "idle", at(0));
    assert!(matches!(
        ledger.redeem("idle", "app", at(100), &keep, String::new),
        Err(Refusal::Idle { .. })
    ));
}

/// With every token that came from its sign-in, and nobody else's.
#[test]
fn the_oldest_family_is_forgotten_when_there_are_too_many() {
    let ledger = Ledger::default();
    for number in 0..REMEMBERED {
        ledger.start_family(grantee(), ENDLESS, &format!("v{number}"), at(0));
    }
    ledger
        .redeem("v0", "app", at(1), &rotate(0), || "v0-next".to_owned())
        .unwrap();
    for value in ["v0", "v0-next", "v1"] {
        assert!(ledger.label_of(value).is_some(), "{value}");
    }
    ledger.start_family(grantee(), ENDLESS, "latest", at(2));
    for (value, is_known) in [
        ("v0", false),
        ("v0-next", false),
        ("v1", true),
        ("latest", true),
    ] {
        assert_eq!(ledger.label_of(value).is_some(), is_known, "{value}");
    }
    let book = ledger.book();
    assert_eq!(book.families.len(), REMEMBERED);
    assert_eq!(book.refresh_by_value.len(), REMEMBERED);
}

proptest! {
    /// Outside the leeway, whatever the order of redemptions, a token is honoured at most once.
    #[test]
    fn no_rotated_token_is_honoured_twice(picks in proptest::collection::vec(0usize..6, 1..40)) {
        let ledger = Ledger::default();
        ledger.start_family(grantee(), ENDLESS, "v0", at(0));
        let mut values = vec!["v0".to_owned()];
        let mut honoured = std::collections::HashSet::new();
        for (step, pick) in picks.into_iter().enumerate() {
            let value = values[pick % values.len()].clone();
            let next = format!("v{}", values.len());
            let now = at(i64::try_from(step).unwrap());
            if ledger.redeem(&value, "app", now, &rotate(0), || next.clone()).is_ok() {
                prop_assert!(honoured.insert(value), "honoured twice");
                values.push(next);
            }
        }
    }
}

/// Who tokens are for is kept once, and no longer than the last token that is for them.
#[test]
fn what_tokens_have_in_common_is_kept_once() {
    let ledger = Ledger::default();
    let other = Grantee {
        client: "other".into(),
        ..grantee()
    };
    let (family, _) = ledger.start_family(grantee(), ENDLESS, "v", at(0));
    ledger.issue_access(&grantee(), Some(family), None, at(0), at(1));
    ledger.issue_access(&other, None, None, at(0), at(1));
    assert_eq!(ledger.book().grantees.len(), 2);
    for _ in 0..super::super::access_tokens::REMEMBERED {
        ledger.issue_access(&grantee(), None, None, at(0), at(1));
    }
    assert_eq!(ledger.book().grantees.len(), 1);
}
