//! What holds of every limit, whatever comes when.

mod bought;
mod crowds;
mod told;
mod windows;

use std::time::Duration;

use jiff::Timestamp;

use super::meters::Verdict;
use super::{Asker, By, Custom, Knock, LimitRule, Meters, Share};
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
    meters.take(&TOKEN, &Somebody(who, None), || now)
}

/// Somebody of this name, with a share of the limits.
struct Somebody<'a>(&'a str, Option<Share>);

impl Asker for Somebody<'_> {
    fn who(&self, by: By) -> String {
        match by {
            By::World => String::new(),
            By::Address => "127.0.0.1".to_owned(),
            _ => self.0.to_owned(),
        }
    }

    fn share(&self) -> Option<Share> {
        self.1
    }
}
