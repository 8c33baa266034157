//! Rate limits, all on the world's clock: [`LimitRule`].

mod meters;
mod path;
mod plan;
mod rule;
mod show;
mod text;
mod usage;
mod window;

pub(crate) use meters::{Meters, Places, SavedMeters, Shown};
pub(crate) use plan::Knock;
pub use rule::{BadLimit, By, Form, Headers, LimitRule, Reset, RetryAfter, Window};
pub(crate) use show::Custom;
pub use usage::LimitUsage;
