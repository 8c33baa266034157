//! Rate limits, all on the world's clock: [`LimitRule`].

mod fixed_window;
mod meters;
mod path;
mod rule;
mod text;
mod usage;

pub use fixed_window::Limit;
pub(crate) use fixed_window::Metered;
pub(crate) use meters::Meters;
pub use rule::{BadLimit, By, Form, Headers, LimitRule, Reset, RetryAfter, Window};
pub use usage::LimitUsage;
