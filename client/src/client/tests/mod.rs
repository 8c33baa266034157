//! The client against a scripted server, by topic.

mod api_tokens;
mod assertions;
mod bound;
mod broken_store;
mod calls;
mod challenges;
mod defaults;
mod devices;
mod entered;
mod exchanges;
mod expiry;
mod leases;
mod machines;
mod model;
mod on_behalf;
mod recall;
mod refusals;
mod rotation;
mod rules;
mod seams;
mod sharing;
mod sign_ins;
mod swapping;
mod throttling;
mod watching;

use std::time::Duration;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
