//! The two kinds of authorization server of an org.

use super::denial::{OktaDenial, named};
use crate::directory::AuthorizationServer;
use crate::inbound::Inbound;
use crate::journal::Origin;
use crate::world::World;

/// Whose endpoint was dialled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Server<'d> {
    /// `/oauth2/v1/…`: tokens for Okta's own APIs.
    Org,
    /// `/oauth2/{id}/v1/…`: tokens for the customer's APIs.
    Custom(&'d AuthorizationServer),
}

impl<'d> Server<'d> {
    /// The server that a path names, if it is active. That all endpoints of one that is not say so is assumed.
    pub(super) fn of(world: &'d World, inbound: &Inbound) -> Result<Self, OktaDenial> {
        match id(inbound) {
            None => Ok(Self::Org),
            Some(id) => match world.directory.okta.authorization_server(id) {
                Some(server) if server.enabled => Ok(Self::Custom(server)),
                Some(_) => Err(named("authorization_server_invalid").into()),
                None => Err(OktaDenial::AuthorizationServerUnknown { id: id.to_owned() }),
            },
        }
    }

    /// `iss` of its tokens.
    pub(super) fn issuer(self, world: &World) -> String {
        let org = world.origin(Origin::Org);
        match self {
            Self::Org => org.to_owned(),
            Self::Custom(server) => format!("{org}/oauth2/{}", server.id),
        }
    }

    /// What its endpoints begin with.
    pub(super) fn base(self, world: &World) -> String {
        let org = world.origin(Origin::Org);
        match self {
            Self::Org => format!("{org}/oauth2"),
            Self::Custom(server) => format!("{org}/oauth2/{}", server.id),
        }
    }

    /// Its id; `org` for the org's own.
    pub(super) fn id(self) -> &'d str {
        match self {
            Self::Org => "org",
            Self::Custom(server) => &server.id,
        }
    }
}

/// The id of the custom authorization server in a path; none for the org's own.
pub(super) fn id(inbound: &Inbound) -> Option<&str> {
    let rest = inbound.uri.path().strip_prefix("/oauth2/").or_else(|| {
        inbound
            .uri
            .path()
            .strip_prefix("/.well-known/oauth-authorization-server/oauth2/")
    })?;
    let id = rest.split('/').next().unwrap_or_default();
    (id != "v1").then_some(id)
}
