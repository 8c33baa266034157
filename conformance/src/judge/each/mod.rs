//! `each`: every outcome of a step, or every exchange, is like this.

mod exchanges;
mod outcomes;

use super::group::all;
use super::view::View;
use super::words;
use crate::scenario::Each;
use crate::verdict::{Fault, Finding};

pub(super) fn expects(each: &Each) -> String {
    let parts = [
        outcomes::is_meant(each).then(|| outcomes::expects(each)),
        exchanges::is_meant(each).then(|| exchanges::expects(each)),
    ];
    words::once(parts.into_iter().flatten(), ", and ")
}

pub(super) fn judge(each: &Each, view: &View<'_>) -> Finding {
    let parts = [
        outcomes::is_meant(each).then(|| outcomes::judge(each, view)),
        exchanges::is_meant(each).then(|| exchanges::judge(each, view)),
    ];
    all(parts.into_iter().flatten())
        .unwrap_or_else(|| Finding::error(Fault::Harness, "`each` asks for nothing".to_owned()))
}
