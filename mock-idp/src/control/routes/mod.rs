//! The routes by noun. Each file has its operations, what they take and what they give.

mod service;
mod worlds;

use super::api::Api;

/// All routes.
pub(super) fn api() -> Api {
    let api = service::add(Api::default());
    worlds::add(api)
}
