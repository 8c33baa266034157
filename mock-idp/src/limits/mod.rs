//! Rate limits, all on the world's clock. Which requests count against which window is the dialects' business.

mod fixed_window;
mod meters;

pub use fixed_window::Limit;
pub(crate) use fixed_window::Metered;
pub(crate) use meters::{Meters, SavedMeters};
