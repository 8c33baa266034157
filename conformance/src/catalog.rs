//! What there is: the texts of `list` and `explain`.

mod explain;
mod list;
mod page;
mod set;

use crate::diagnostic::nearest;

pub use explain::{Unknown, explain};
pub use list::list;
pub use set::sets;

/// The name most like `name` among very many: those of each hundred are compared, then the best of all hundreds.
pub(crate) fn nearest_of<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    let best = names
        .chunks(100)
        .filter_map(|some| nearest(name, some.iter().copied()));
    nearest(name, best)
}
