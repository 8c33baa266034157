//! From a request that is in order to its answer: who signs in, what is consented to, and which page asks for it.

use std::time::Duration;

use super::request::{Asked, Prompt, ReturnTo};
use super::returning;
use crate::directory::{Application, GrantType, User};
use crate::engine::{Grant, SignIn};
use crate::inbound::Inbound;
use crate::ledger::{
    Account, AuthorizationRequest, Grantee, Manner, NewCode, Progress, TokenLabel,
};
use crate::okta::assigned;
use crate::okta::denial::{Named, named};
use crate::okta::issuing::{access_token, by_password, terms, token_type};
use crate::okta::scope::unconsented;
use crate::okta::server::Server;
use crate::okta::tokens::{Companions, id_token};
use crate::reply::Reply;
use crate::sign_in::page::{self, Form};
use crate::sign_in::{Answer, session};
use crate::world::World;

/// Codes are redeemed within five minutes.
const CODE: Duration = Duration::from_secs(300);
/// How long a page works is not known: an hour is assumed.
const PAGE: Duration = Duration::from_secs(3600);
/// Where the pages of an org are sent.
const ACTION: &str = "/signin";

/// A sign-in and who and what it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) server: Server<'a>,
    pub(super) application: &'a Application,
    pub(super) request: &'a AuthorizationRequest,
}

/// Where a sign-in stands: at its beginning, or on a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stand<'a> {
    New,
    On { serial: u32, flow: &'a str },
}

/// Answers a request: with a code or tokens where nobody need be asked, else with a page.
pub(super) fn begin(world: &World, inbound: &Inbound, asked: &Asked<'_>) -> Reply {
    let case = Case {
        server: asked.server,
        application: asked.application,
        request: &asked.request,
    };
    if let Some(user) = automatic(world) {
        if let Err(named) = assigned::let_in(world, case.application, &user.id) {
            return returning::refusal(world, &ReturnTo::from(case.request), &named);
        }
        let by = shown_everything(world, user);
        let consent = lacking(world, &case, &user.id);
        return granted_at_once(world, &case, by, &consent);
    }
    let known = known(world, inbound, asked);
    match asked.prompt {
        Prompt::Nothing => match silently(world, &case, known) {
            Ok(by) => granted_at_once(world, &case, by, &[]),
            Err(named) => returning::refusal(world, &ReturnTo::from(case.request), &named),
        },
        Prompt::AsNeeded if known.is_some() => {
            let by = known.map(Progress::from);
            by.map_or_else(
                || sign_in_page(world, &case),
                |by| further(world, inbound, &case, Stand::New, by),
            )
        }
        Prompt::AsNeeded | Prompt::Login => sign_in_page(world, &case),
    }
}

/// Goes on once it is known who signs in: whether the application is for that user, the second factor, consent, the answer.
pub(super) fn further(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    by: Progress,
) -> Reply {
    let users = &world.directory.okta.users;
    let Some(user) = users.iter().find(|user| user.id == by.user && user.enabled) else {
        return sign_in_page(world, case);
    };
    if let Err(named) = assigned::let_in(world, case.application, &user.id) {
        return match stand {
            Stand::New => returning::refusal(world, &ReturnTo::from(case.request), &named),
            Stand::On { serial, .. } => super::pages::refused(world, serial, &named),
        };
    }
    let show = |by: Progress, page: &dyn Fn(&Form<'_>) -> Reply| match stand {
        Stand::New => waiting(world, case, Some(by), page),
        Stand::On { serial, flow } => {
            // If it was decided on meanwhile, the next page will say so.
            let now = world.clock.now();
            let _ = world.ledger.advance_authorization(serial, by, now);
            page(&form(world, case, flow, None))
        }
    };
    if user.mfa_required && !by.manner.second_factor {
        return show(by, &|form| page::second_factor(form, user));
    }
    let lacking = lacking(world, case, &user.id);
    if case.request.asks_consent || !lacking.is_empty() {
        let told = match lacking.is_empty() {
            true => &case.request.scope,
            false => &lacking,
        };
        return show(by, &|form| page::consent(form, user, told));
    }
    match stand {
        Stand::New => granted_at_once(world, case, by, &[]),
        Stand::On { serial, .. } => super::pages::approved(world, inbound, case, serial, by, &[]),
    }
}

/// What the user has to be asked for.
pub(super) fn lacking(world: &World, case: &Case<'_>, user: &str) -> Vec<String> {
    let scopes = &case.request.scope;
    unconsented(world, case.server, case.application, user, scopes)
}

/// A code, made now.
pub(super) fn code_value(world: &World) -> String {
    world.entropy.base64url(32)
}

/// The code as it is given out.
pub(super) fn new_code<'a>(world: &World, value: &'a str) -> NewCode<'a> {
    NewCode {
        value,
        lifetime: CODE,
        now: world.clock.now(),
    }
}

/// As if the user had shown whatever is asked for.
pub(super) fn shown_everything(world: &World, user: &User) -> Progress {
    Progress {
        user: user.id.clone(),
        manner: Manner {
            second_factor: user.mfa_required,
            ..by_password(world)
        },
        session: Some(world.entropy.guid()),
    }
}

/// The way back with what was asked for, and what is issued on it. In the order of Okta's answers: `code` and `state` first.
pub(super) fn with_tokens(
    world: &World,
    case: &Case<'_>,
    by: &Progress,
    code: &str,
) -> (Answer, Option<TokenLabel>) {
    let to = ReturnTo::from(case.request);
    let wants = case.request.wants;
    let mut members = Vec::new();
    if wants.code {
        members.push(("code", code.to_owned()));
    }
    let state = case.request.state.iter();
    members.extend(state.map(|state| ("state", state.clone())));
    let grant = match wants.access_token || wants.id_token {
        true => straight(world, case, by),
        false => None,
    };
    let Some(grant) = grant else {
        return (returning::answer(&to, members), None);
    };
    let access = wants
        .access_token
        .then(|| access_token(world, case.server, &grant));
    if let Some(access) = &access {
        members.push(("access_token", access.value.clone()));
        members.push(("token_type", token_type(&grant).to_owned()));
        members.push(("expires_in", grant.lifetime.as_secs().to_string()));
        members.push(("scope", grant.grantee.scope.join(" ")));
    }
    if let (true, Some(user)) = (wants.id_token, &grant.user) {
        let beside = Companions {
            access_token: access.as_ref().map(|access| access.value.as_str()),
            code: wants.code.then_some(code),
        };
        let now = world.clock.now();
        let token = id_token(world, case.server, &grant, user, beside, now);
        members.push(("id_token", token));
    }
    let answer = returning::answer(&to, members);
    (answer, access.map(|access| access.label))
}

/// What comes straight from the authorization endpoint.
fn straight(world: &World, case: &Case<'_>, by: &Progress) -> Option<Grant> {
    let users = &world.directory.okta.users;
    let user = users.iter().find(|user| user.id == by.user)?;
    let mut scope = case.request.scope.clone();
    scope.retain(|scope| scope != "offline_access");
    let kind = GrantType::AuthorizationCode;
    // It was found to be in order when it came.
    let terms = terms(world, case.server, case.application, kind, scope, by.manner).ok()?;
    Some(Grant {
        grantee: Grantee {
            client: case.application.id.clone(),
            user: Some(user.id.clone()),
            issuer: terms.issuer,
            scope: terms.scope,
        },
        user: Some(user.clone()),
        auth: None,
        refresh: None,
        family: None,
        parent: None,
        lifetime: terms.lifetime,
        sign_in: SignIn {
            manner: by.manner,
            nonce: case.request.nonce.clone(),
            session: by.session.clone(),
        },
    })
}

/// Who signs in everywhere at once.
fn automatic(world: &World) -> Option<&User> {
    let okta = &world.directory.okta;
    let login = okta.automatic_sign_in.as_deref()?;
    let mut users = okta.users.iter();
    users.find(|user| user.login.eq_ignore_ascii_case(login) && user.enabled && !user.locked)
}

fn granted_at_once(world: &World, case: &Case<'_>, by: Progress, consent: &[String]) -> Reply {
    let by = on_platform(case.request, by);
    let value = code_value(world);
    let new = new_code(world, &value);
    let request = case.request.clone();
    let label = world.ledger.approved(request, by.clone(), consent, new);
    sent_back(world, case, &by, &value, label)
}

/// Sends the browser back with what was asked for.
pub(super) fn sent_back(
    world: &World,
    case: &Case<'_>,
    by: &Progress,
    code: &str,
    label: Option<TokenLabel>,
) -> Reply {
    let (answer, access) = with_tokens(world, case, by, code);
    let reply = returning::reply(&ReturnTo::from(case.request), &answer);
    reply.with_issued(label.into_iter().chain(access))
}

/// The sign-in with the kind of the application that its code goes to.
pub(super) fn on_platform(request: &AuthorizationRequest, mut by: Progress) -> Progress {
    by.manner.platform = Some(request.platform);
    by
}

/// The account that the browser is signed in with, if the client can mean it and it signed in lately enough.
fn known(world: &World, inbound: &Inbound, asked: &Asked<'_>) -> Option<Account> {
    let users = &world.directory.okta.users;
    let accounts = session::known(world, inbound, Server::Org.id(), users).accounts;
    let now = world.clock.now();
    let is_meant = |account: &Account| {
        let user = users.iter().find(|user| user.id == account.user);
        let hint = asked.request.hint.as_deref();
        let is_hinted =
            hint.is_none_or(|hint| user.is_some_and(|user| user.login.eq_ignore_ascii_case(hint)));
        let age = now.as_second() - account.since.as_second();
        is_hinted && asked.max_age.is_none_or(|most| age <= most)
    };
    accounts.into_iter().rev().find(is_meant)
}

fn silently(world: &World, case: &Case<'_>, known: Option<Account>) -> Result<Progress, Named> {
    let by = known
        .map(Progress::from)
        .ok_or_else(|| named("login_required"))?;
    let users = &world.directory.okta.users;
    let user = users.iter().find(|user| user.id == by.user);
    let user = user.ok_or_else(|| named("login_required"))?;
    assigned::let_in(world, case.application, &user.id)?;
    let needs_more = user.mfa_required && !by.manner.second_factor;
    if needs_more || !lacking(world, case, &user.id).is_empty() {
        return Err(named("consent_needed"));
    }
    Ok(by)
}

fn sign_in_page(world: &World, case: &Case<'_>) -> Reply {
    waiting(world, case, None, |form| {
        page::sign_in(form, case.request.hint.as_deref().unwrap_or_default())
    })
}

/// Begins to wait for the user, on a page.
pub(super) fn waiting(
    world: &World,
    case: &Case<'_>,
    by: Option<Progress>,
    page: impl FnOnce(&Form<'_>) -> Reply,
) -> Reply {
    let flow = world.entropy.base64url(48);
    let now = world.clock.now();
    let ledger = &world.ledger;
    let serial = ledger.begin_authorization(case.request.clone(), &flow, PAGE, now);
    if let Some(by) = by {
        // Nobody else knows of it yet.
        let _ = ledger.advance_authorization(serial, by, now);
    }
    page(&form(world, case, &flow, None))
}

/// What a page of this sign-in carries.
pub(super) fn form<'a>(
    world: &'a World,
    case: &Case<'a>,
    flow: &'a str,
    alert: Option<&'a str>,
) -> Form<'a> {
    Form {
        action: ACTION,
        flow,
        application: &case.application.name,
        tenant: &world.directory.okta.org_id,
        alert,
    }
}
