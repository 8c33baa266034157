//! The end of a sign-in: what its client wanted, a code or tokens or both, and the way back with it
//! (OpenID Connect Core sections 3.2 and 3.3).

use std::net::IpAddr;
use std::time::Duration;

use super::decide::{self, Case, Lacking};
use super::request::ReturnTo;
use super::returning;
use crate::directory::User;
use crate::engine::{Grant, SignIn};
use crate::entra::claims_request::ClaimsRequest;
use crate::entra::consented::Consented;
use crate::entra::refresh::delegated_lifetime;
use crate::entra::scope::{self, Several};
use crate::entra::token::expiry;
use crate::entra::tokens::{self, Subject};
use crate::entra::user_tokens::{self, Beside, client_info};
use crate::entra::v1;
use crate::ledger::{AuthorizationRequest, Grantee, NewCode, NotOpen, Progress, TokenLabel};
use crate::reply::Reply;
use crate::sign_in::Answer;
use crate::world::World;

/// Codes are redeemed within ten minutes (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).
const CODE: Duration = Duration::from_secs(600);

/// What a client is given.
pub(super) struct Given {
    pub(super) answer: Answer,
    labels: Vec<TokenLabel>,
}

impl Given {
    pub(super) fn reply(&self) -> Reply {
        returning::reply(&self.answer).with_issued(self.labels.iter().copied())
    }
}

/// Gives what is wanted where nobody was asked. `consents` has the user allow whatever is asked for.
pub(super) fn at_once(
    world: &World,
    case: &Case<'_>,
    by: Progress,
    consents: bool,
    address: Option<IpAddr>,
) -> Given {
    let by = on_platform(case.request, by);
    let lacking = match user(case, &by) {
        Some(user) if consents => decide::lacking(world, case, user),
        _ => Lacking::default(),
    };
    let value = code_value(world);
    let request = case.request.clone();
    let consent = lacking.all();
    let code = new_code(world, &value);
    let label = world.ledger.approved(request, by.clone(), &consent, code);
    given(world, case, &by, &value, label, address)
}

/// Gives what is wanted of a request that its user, or somebody in his place, has decided on now.
pub(super) fn approved(
    world: &World,
    case: &Case<'_>,
    serial: u32,
    by: Progress,
    consent: &[String],
    address: Option<IpAddr>,
) -> Result<Given, NotOpen> {
    let by = on_platform(case.request, by);
    let value = code_value(world);
    let code = new_code(world, &value);
    let ledger = &world.ledger;
    let (_, label) = ledger.approve_authorization(serial, by.clone(), consent, code)?;
    Ok(given(world, case, &by, &value, label, address))
}

fn given(
    world: &World,
    case: &Case<'_>,
    by: &Progress,
    code: &str,
    label: Option<TokenLabel>,
    address: Option<IpAddr>,
) -> Given {
    let code = label.map(|_| code);
    let mut members = Vec::new();
    let mut labels: Vec<TokenLabel> = label.into_iter().collect();
    if let Some(code) = code {
        members.push(("code", code.to_owned()));
    }
    if let Some(user) = user(case, by) {
        labels.extend(add_tokens(
            world,
            case,
            (user, by),
            (code, label),
            address,
            &mut members,
        ));
        if case.request.tells_account {
            members.push(("client_info", client_info(world, case.tenant, user)));
        }
    }
    if let Some(session) = &by.session {
        members.push(("session_state", session.clone()));
    }
    Given {
        answer: returning::answer(&ReturnTo::from(case.request), members),
        labels,
    }
}

/// Adds the tokens that are wanted, and says what the access token is called. Nothing is added of what cannot be had any more.
fn add_tokens(
    world: &World,
    case: &Case<'_>,
    (user, by): (&User, &Progress),
    (code, parent): (Option<&str>, Option<TokenLabel>),
    address: Option<IpAddr>,
    members: &mut Vec<(&'static str, String)>,
) -> Option<TokenLabel> {
    let wants = case.request.wants;
    if !(wants.id_token || wants.access_token) {
        return None;
    }
    let now = world.clock.now();
    let consented = Consented::of(world, case.tenant, case.application, Some(&user.id));
    let scope = &case.request.scope;
    let resolved = scope::delegated(scope, case.tenant, &consented, Several::Dropped).ok()?;
    let lifetime = delegated_lifetime(world, &case.application.lifetimes);
    let grant = Grant {
        grantee: Grantee {
            client: case.application.id.clone(),
            user: Some(user.id.clone()),
            issuer: case.tenant.id.clone(),
            scope: resolved.granted.clone(),
        },
        user: Some(user.clone()),
        auth: None,
        refresh: None,
        family: None,
        parent,
        lifetime,
        sign_in: SignIn {
            manner: by.manner,
            nonce: case.request.nonce.clone(),
            session: by.session.clone(),
        },
    };
    let expires_at = expiry(now, lifetime);
    let subject = Subject {
        tenant: case.tenant,
        application: case.application,
        grant: &grant,
        resolved: &resolved,
        asked: &ClaimsRequest::default(),
        now,
        expires_at,
        address,
    };
    let issued = wants.access_token.then(|| {
        let ledger = &world.ledger;
        let label = ledger.issue_access(&grant.grantee, None, parent, now, expires_at);
        let token = tokens::access_token(world, &subject);
        ledger.record_access(label, &token);
        (label, token)
    });
    if let Some((_, token)) = &issued {
        let shown = resolved.shown(&resolved.granted);
        members.push(("access_token", token.clone()));
        members.push(("token_type", "Bearer".to_owned()));
        members.push(("expires_in", lifetime.as_secs().to_string()));
        members.push(("scope", shown.join(" ")));
    }
    if wants.id_token {
        let beside = Beside {
            code,
            access_token: issued.as_ref().map(|(_, token)| token.as_str()),
        };
        let token = user_tokens::id_token(world, &subject, user, beside);
        let token = match wants.v1 {
            true => v1::id_token(world, &token),
            false => token,
        };
        members.push(("id_token", token));
    }
    issued.map(|(label, _)| label)
}

fn user<'a>(case: &Case<'a>, by: &Progress) -> Option<&'a User> {
    case.tenant.users.iter().find(|user| user.id == by.user)
}

fn code_value(world: &World) -> String {
    format!("1.A{}", world.entropy.base64url(120))
}

fn new_code<'a>(world: &World, value: &'a str) -> NewCode<'a> {
    NewCode {
        value,
        lifetime: CODE,
        now: world.clock.now(),
    }
}

/// The sign-in with the kind of the address that its code goes to.
fn on_platform(request: &AuthorizationRequest, mut by: Progress) -> Progress {
    by.manner.platform = Some(request.platform);
    by
}
