//! The routes by noun. Each file has its operations, what they take and what they give.

mod access_events;
mod api_tokens;
mod authorizations;
mod clock;
mod directory;
mod faults;
mod federated;
mod holds;
mod journal;
mod keys;
mod limits;
mod parts;
mod service;
mod sign_ins;
mod snapshots;
mod tokens;
mod verify;
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
        verify::add,
        tokens::add,
        access_events::add,
        api_tokens::add,
        federated::add,
        keys::add,
        sign_ins::add,
        authorizations::add,
        directory::add,
        parts::add,
        limits::add,
        snapshots::add,
    ]
    .into_iter()
    .fold(Api::default(), |api, add| add(api))
}
