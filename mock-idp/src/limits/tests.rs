//! What holds of every limit, whatever comes when.

mod crowds;
mod told;
mod windows;

use std::time::Duration;

use jiff::Timestamp;

use super::meters::Verdict;
use super::{By, Custom, Knock, LimitRule, Meters};
use crate::journal::{Endpoint, Origin};
use crate::provider::Provider;

/// So many milliseconds after the start, which is no whole minute.
fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_893_456_007_500 + milliseconds).unwrap()
}

fn minute() -> Duration {
    Duration::from_secs(60)
}

/// Meters of an Okta world that has only these limits.
fn meters(rules: &[LimitRule]) -> Meters {
    Meters::new(Custom::of(Provider::Okta), Vec::new(), rules).unwrap()
}

/// A token request.
const TOKEN: Knock<'static> = Knock {
    endpoint: Endpoint::Token,
    origin: Origin::Org,
    method: "POST",
    path: "/oauth2/default/v1/token",
};

/// Counts a token request of this principal and client.
fn take(meters: &Meters, who: &str, now: Timestamp) -> Verdict {
    let who = |by| match by {
        By::World => String::new(),
        By::Address => "127.0.0.1".to_owned(),
        _ => who.to_owned(),
    };
    meters.take(&TOKEN, who, || now)
}
