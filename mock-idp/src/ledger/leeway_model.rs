//! Refresh tokens that many show at once, within the leeway of their rotation and outside of it.

use std::sync::Barrier;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::Ledger;
use super::facts::TokenState;
use super::refresh_family::{Grantee, RefreshLifetime};
use crate::directory::{Rotation, RotationMode};

const HERD: usize = 6;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("an instant")
}

/// How many of a herd that shows a token at an instant are given another.
fn winners(ledger: &Ledger, value: &str, rotation: &Rotation, second: i64) -> usize {
    let start = Barrier::new(HERD);
    let redeem = |number: usize| {
        start.wait();
        let next = || format!("{value} at {second} by {number}");
        let redeemed = ledger.redeem(value, "app", at(second), rotation, next);
        usize::from(redeemed.is_ok())
    };
    std::thread::scope(|scope| {
        let redeem = &redeem;
        let herd: Vec<_> = (0..HERD)
            .map(|number| scope.spawn(move || redeem(number)))
            .collect();
        let won = herd
            .into_iter()
            .map(|thread| thread.join().expect("it ends"));
        won.sum()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Without leeway one of many wins; within it all do; after it nobody, and with that the family is over.
    #[test]
    fn one_of_many_wins_outside_the_leeway(leeway in 0_u32..=60, wait in 0_i64..=120) {
        let ledger = Ledger::default();
        let grantee = Grantee {
            client: "app".to_owned(),
            user: Some("ada".to_owned()),
            issuer: "default".to_owned(),
            scope: vec!["offline_access".to_owned()],
        };
        let lifetime = RefreshLifetime {
            idle: Some(Duration::from_secs(1_000)),
            absolute: None,
        };
        let (family, _) = ledger.start_family(grantee.clone(), lifetime, "first", at(0));
        let access = ledger.issue_access(&grantee, Some(family), None, at(0), at(3_600));
        ledger.record_access(access, "an access token");
        let rotation = Rotation {
            mode: RotationMode::Rotate,
            leeway_seconds: leeway,
            reuse_revokes_family: true,
        };
        let first = winners(&ledger, "first", &rotation, 10);
        let lives = |second| ledger.state_of("an access token", at(second)).1 == TokenState::Live;
        if leeway == 0 {
            // Whoever came second has used a token that was replaced.
            prop_assert_eq!((first, lives(10)), (1, false));
            return Ok(());
        }
        prop_assert_eq!((first, lives(10)), (HERD, true));
        let second = winners(&ledger, "first", &rotation, 10 + wait);
        let is_within = wait < i64::from(leeway);
        prop_assert_eq!(second, if is_within { HERD } else { 0 });
        prop_assert_eq!(lives(10 + wait), is_within);
    }
}
