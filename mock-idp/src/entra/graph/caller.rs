//! Who calls, and what the token lets them do.

use serde_json::Value;

use super::refusal::{Challenge, Refused, challenged, unauthorized};
use crate::directory::Tenant;
use crate::entra::tokens::{v1_issuer, v2_issuer};
use crate::inbound::Inbound;
use crate::ledger::AccessEvent;
use crate::resource::{Trouble, inspect, shown};
use crate::world::World;

/// The names that Graph goes by in `aud`.
const AUDIENCES: [&str; 3] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    GRAPH,
];
/// Graph's application id.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Whoever showed a token that counts.
pub(super) struct Caller<'w> {
    pub(super) tenant: &'w Tenant,
    claims: Value,
}

impl<'w> Caller<'w> {
    /// Judges the token that a request shows.
    pub(super) fn of(world: &'w World, inbound: &Inbound) -> Result<Self, Refused> {
        let token = shown(inbound, &[]);
        let issuers: Vec<String> = world
            .directory
            .entra
            .tenants
            .iter()
            .flat_map(|tenant| [v1_issuer(world, &tenant.id), v2_issuer(world, &tenant.id)])
            .collect();
        let issuers: Vec<&str> = issuers.iter().map(String::as_str).collect();
        let no = |trouble| Box::new(unauthorized(world, inbound, trouble));
        let of_cloud = format!("https://{}", world.directory.entra.cloud.msgraph_host());
        let audiences = [&[of_cloud.as_str()], AUDIENCES.as_slice()].concat();
        let claims = match inspect(world, &token, &audiences, &issuers) {
            Ok(claims) => claims,
            Err(Trouble::Revoked) => {
                let at = world.ledger.access_revoked_at(&token.credential);
                let event = AccessEvent::Revoked;
                return Err(
                    match at.filter(|_| is_capable(&claims_of(&token.credential))) {
                        Some(at) => {
                            let challenge = Challenge::IssuedAfter(at, event);
                            Box::new(challenged(world, inbound, &challenge))
                        }
                        None => no(Trouble::Revoked),
                    },
                );
            }
            Err(trouble) => return Err(no(trouble)),
        };
        let tenant = claims["tid"].as_str().unwrap_or_default();
        let Some(tenant) = world.directory.entra.tenant(tenant) else {
            return Err(no(Trouble::Issuer));
        };
        let caller = Self { tenant, claims };
        match caller.overtaken(world, &token.credential) {
            Some(challenge) => Err(Box::new(challenged(world, inbound, &challenge))),
            None => Ok(caller),
        }
    }

    /// What has happened since the token was issued that its client wants to be told of. Who has not declared the capability goes
    /// on with the token until it expires (learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation).
    fn overtaken(&self, world: &World, token: &str) -> Option<Challenge<'static>> {
        if !is_capable(&self.claims) {
            return None;
        }
        let mut users = self.tenant.users.iter();
        let is_able = users.any(|user| user.id == self.object_id() && user.enabled);
        if self.is_user() && !is_able {
            return Some(Challenge::IssuedAfter(
                world.clock.now(),
                AccessEvent::Revoked,
            ));
        }
        let (event, at) = world.ledger.access_event_since(token, self.object_id())?;
        Some(Challenge::IssuedAfter(at, event))
    }

    /// Whether the token speaks for a user.
    pub(super) fn is_user(&self) -> bool {
        self.claims["scp"].is_string()
    }

    /// A claim that is a text.
    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        self.claims[name].as_str()
    }

    /// The object id of the user, or of the application's service principal.
    pub(super) fn object_id(&self) -> &str {
        self.claim("oid").unwrap_or_default()
    }

    /// Whether the token has one of these permissions, be it for itself or for a user.
    pub(super) fn may(&self, enough: &[&str]) -> bool {
        let roles = self.claims["roles"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let scopes = self.claim("scp").unwrap_or_default().split(' ');
        roles.chain(scopes).any(|name| enough.contains(&name))
    }

    /// Whether the token has satisfied an authentication context (`acrs`).
    pub(super) fn has_satisfied(&self, context: &str) -> bool {
        let satisfied = self.claims["acrs"].as_array().into_iter().flatten();
        satisfied
            .filter_map(Value::as_str)
            .any(|one| one == context)
    }
}

/// Whether the token's client has declared that it understands claims challenges.
fn is_capable(claims: &Value) -> bool {
    let declared = claims["xms_cc"].as_array().into_iter().flatten();
    declared
        .filter_map(Value::as_str)
        .any(|one| one.eq_ignore_ascii_case("cp1"))
}

/// The claims of a token that was found to be ours.
fn claims_of(token: &str) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
