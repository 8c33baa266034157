//! What there is: the texts of `list` and `explain`.

mod explain;
mod list;
mod page;

pub use explain::{Unknown, explain};
pub use list::list;
