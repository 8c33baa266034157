//! What a code gives, and who may show it.

use http::header;

use crate::directory::{GrantType, Platform, Tenant};
use crate::engine::{self, Claimed, Grant, TokenRequest};
use crate::entra::admission::Entrant;
use crate::entra::coded::Coded;
use crate::entra::consented::Consented;
use crate::entra::denial::EntraDenial;
use crate::entra::refresh::{delegated_lifetime, refresh_value};
use crate::entra::scope::{self, Resolved, Several};
use crate::entra::sign_in_denial::SignInDenial;
use crate::entra::token::terms;
use crate::inbound::Inbound;
use crate::world::World;

/// Redeems the code of a request. Without scopes it is for what was asked for when the user signed in. Scopes choose the API; what
/// of OpenID Connect the sign-in asked for stays (the sample of learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
/// names the API alone, and is answered with a refresh token and an id token).
pub(in crate::entra) fn granted<'w>(
    world: &World,
    request: &TokenRequest,
    tenant: &'w Tenant,
    claimed: &Claimed<'_>,
) -> Result<(Grant, Resolved<'w>), EntraDenial> {
    let now = world.clock.now();
    let ledger = &world.ledger;
    let found = engine::examine_code(request, claimed, &tenant.id, ledger, now)?;
    let user = engine::able_user(&tenant.users, &found.user)?;
    if request.is_blank("scope") {
        return Err(Coded::new(28_003).into());
    }
    let consented = Consented::of(world, tenant, claimed.application, Some(&user.id));
    let mut scopes = request.scope();
    let names_api = !scopes.is_empty();
    scopes.extend(
        found
            .scope
            .iter()
            .filter(|scope| !names_api || scope::is_openid(scope))
            .cloned(),
    );
    let resolved = scope::delegated(&scopes, tenant, &consented, Several::Dropped)?;
    let entrant = Entrant {
        tenant,
        application: claimed.application,
        user: &user,
        resource: resolved.resource,
        manner: found.manner,
        since: found.issued_at,
    };
    entrant.admitted(now)?;
    let lifetime = delegated_lifetime(world, &claimed.application.lifetimes);
    let terms = terms(world, tenant, claimed, &resolved, lifetime, found.manner);
    let make = || refresh_value(world);
    let grant = engine::redeem_code(request, claimed, user, terms, ledger, now, make)?;
    Ok((grant, resolved))
}

/// The client as the platform has it that the shown code or refresh token was sent to. What was sent to a browser is shown by one,
/// which says so with `Origin`, and by nobody else.
pub(in crate::entra) fn on_its_platform<'d>(
    world: &World,
    inbound: &Inbound,
    request: &TokenRequest,
    grant_name: &str,
    claimed: Claimed<'d>,
) -> Result<Claimed<'d>, EntraDenial> {
    let shown = if grant_name == GrantType::AuthorizationCode.name() {
        request.get("code")
    } else if grant_name == GrantType::RefreshToken.name() {
        request.get("refresh_token")
    } else {
        return Ok(claimed);
    };
    let manner = shown.and_then(|shown| world.ledger.manner_of(shown));
    let platform = manner.and_then(|manner| manner.platform);
    let origin = inbound.header(header::ORIGIN);
    match (platform.unwrap_or(claimed.application.platform), origin) {
        // Where nothing says where a token was sent, it was not sent to a browser.
        (Platform::Spa, None) if platform.is_some() => {
            Err(EntraDenial::SignIn(SignInDenial::CrossOriginMissing))
        }
        (Platform::Web | Platform::Public, Some(origin)) => {
            Err(EntraDenial::SignIn(SignInDenial::CrossOrigin {
                origin: origin.chars().take(256).collect(),
            }))
        }
        _ => Ok(match platform {
            Some(platform) => claimed.on(platform),
            None => claimed,
        }),
    }
}
