//! The routes by noun. Each file has its operations, what they take and what they give.

mod clock;
mod faults;
mod holds;
mod journal;
mod keys;
mod service;
mod snapshots;
mod tokens;
mod worlds;

use super::api::Api;

/// All routes.
pub(super) fn api() -> Api {
    [
        service::add,
        worlds::add,
        clock::add,
        faults::add,
        holds::add,
        journal::add,
        tokens::add,
        keys::add,
        snapshots::add,
    ]
    .into_iter()
    .fold(Api::default(), |api, add| add(api))
}
