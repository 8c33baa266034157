//! The client against a scripted server, by topic.

mod assertions;
mod calls;
mod challenges;
mod defaults;
mod devices;
mod expiry;
mod leases;
mod machines;
mod model;
mod on_behalf;
mod refusals;
mod rotation;
mod rules;
mod seams;
mod sharing;
mod sign_ins;
mod swapping;
mod throttling;

use std::time::Duration;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
