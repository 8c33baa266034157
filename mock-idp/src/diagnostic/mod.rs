//! What is wrong with a file, shown where it is wrong.

mod list;
mod nearest;
mod problem;
mod source;

pub use list::Diagnostics;
pub use nearest::{did_you_mean, listed, nearest};
pub use problem::Diagnostic;
pub use source::Source;
