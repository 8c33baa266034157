//! Rate limits, all on the world's clock: [`LimitRule`].

mod counts;
mod meters;
mod path;
mod plan;
mod rule;
mod show;
mod text;
mod usage;
mod used_up;
mod window;

pub(crate) use counts::{Crossed, Shown};
pub(crate) use meters::{Asker, Meters, Places, SavedMeters, Share};
pub(crate) use plan::Knock;
pub use rule::{BadLimit, By, Form, Headers, LimitRule, Reset, RetryAfter, Window};
pub(crate) use show::Custom;
pub use usage::LimitUsage;
pub(crate) use used_up::UsedUp;
pub(crate) use window::Crossing;

#[cfg(test)]
mod tests;
