//! The world that a path names.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::given::in_path;
use super::problem::Problem;
use super::shared::Shared;
use crate::host::WorldName;
use crate::mock::MockIdp;

/// The world of `{world}`, and its name.
pub(super) struct World {
    pub(super) name: WorldName,
    pub(super) idp: Arc<MockIdp>,
}

impl FromRequestParts<Shared> for World {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let parameters = in_path(parts, shared).await?;
        let named = parameters.iter().find(|(name, _)| *name == "world");
        let named = named.map_or("", |(_, value)| value);
        let world = named.parse().ok().and_then(|name| {
            let idp = shared.host().get(&name)?;
            Some(Self { name, idp })
        });
        world.ok_or_else(|| {
            Problem::not_found(format!(
                "there is no world `{}`; GET /worlds names them all",
                named.chars().take(64).collect::<String>()
            ))
        })
    }
}
