//! The client against a scripted server, by topic.

mod calls;
mod defaults;
mod expiry;
mod refusals;
mod rotation;
mod rules;
mod seams;
mod sharing;
mod swapping;
mod throttling;

use std::time::Duration;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
