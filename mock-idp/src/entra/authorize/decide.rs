//! From a request that is in order to its code: who signs in, what is consented to, and which page asks for it.

use std::time::Duration;

use super::page::{self, Form};
use super::request::{Asked, Prompt, ReturnTo};
use super::returning;
use super::session;
use crate::directory::{Application, Tenant, User};
use crate::entra::consented::Consented;
use crate::entra::denial::EntraDenial;
use crate::entra::scope::{self, Wanted};
use crate::entra::sign_in_denial::SignInDenial;
use crate::entra::user_tokens::client_info;
use crate::inbound::Inbound;
use crate::ledger::{Account, AuthorizationRequest, Manner, NewCode, Progress, TokenLabel};
use crate::reply::Reply;
use crate::sign_in::Answer;
use crate::world::World;

/// Codes are redeemed within ten minutes (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).
const CODE: Duration = Duration::from_secs(600);
/// How long a page works is not known: an hour is assumed.
const PAGE: Duration = Duration::from_secs(3600);

/// A sign-in and who and what it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) application: &'a Application,
    pub(super) request: &'a AuthorizationRequest,
}

/// What consent is lacking for.
#[derive(Clone, Debug, Default)]
pub(super) struct Lacking {
    /// `resource/name`.
    pub(super) of_user: Vec<String>,
    pub(super) of_administrator: Vec<String>,
}

/// Answers a request: with a code where nobody need be asked, else with a page.
pub(super) fn begin(world: &World, inbound: &Inbound, asked: &Asked<'_>) -> Reply {
    let case = Case {
        tenant: asked.tenant,
        application: asked.application,
        request: &asked.request,
    };
    if let Some(user) = automatic(asked.tenant) {
        let by = Progress {
            user: user.id.clone(),
            manner: shown_everything(user),
            session: Some(world.entropy.guid()),
        };
        return granted_at_once(world, &case, by, true);
    }
    let known = session::accounts(world, inbound, &asked.tenant.id, &asked.tenant.users);
    let hinted = hinted(&known, asked.tenant, case.request.hint.as_deref());
    match asked.prompt {
        Prompt::Nothing => match silently(world, &case, hinted) {
            Ok(by) => granted_at_once(world, &case, by, false),
            Err(denial) => {
                let to = ReturnTo::from(case.request);
                returning::refusal(world, inbound, &to, &denial.aadsts(), false)
            }
        },
        Prompt::Login => waiting(world, &case, None, |form| {
            page::sign_in(form, case.request.hint.as_deref().unwrap_or_default())
        }),
        Prompt::AsNeeded if hinted.len() == 1 => {
            let by = hinted.into_iter().next().map(Progress::from);
            match by {
                Some(by) => further(world, inbound, &case, Stand::New, by),
                None => first_page(world, &case, &[]),
            }
        }
        Prompt::AsNeeded => first_page(world, &case, &hinted),
        Prompt::SelectAccount => first_page(world, &case, &known),
    }
}

/// Where a sign-in stands: at its beginning, or on a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stand<'a> {
    New,
    On { serial: u32, flow: &'a str },
}

/// Goes on once it is known who signs in: the second factor, consent, the code.
pub(super) fn further(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    by: Progress,
) -> Reply {
    let user = match crate::engine::able_user(&case.tenant.users, &by.user) {
        Ok(user) => user,
        Err(denial) => return on_page(world, inbound, &denial.into()),
    };
    let show = |by: Progress, page: &dyn Fn(&Form<'_>) -> Reply| match stand {
        Stand::New => waiting(world, case, Some(by), page),
        Stand::On { serial, flow } => {
            // If it was decided on meanwhile, the next page will say so.
            let _ = world
                .ledger
                .advance_authorization(serial, by, world.clock.now());
            page(&form(case, flow, &action(case), None))
        }
    };
    if user.mfa_required && !by.manner.second_factor {
        return show(by, &|form| page::second_factor(form, &user));
    }
    let lacking = lacking(world, case, &user);
    if !lacking.of_administrator.is_empty() {
        return show(by, &|form| {
            page::administrator(form, &lacking.of_administrator)
        });
    }
    if case.request.asks_consent || !lacking.of_user.is_empty() {
        let told = match lacking.of_user.is_empty() {
            true => &case.request.scope,
            false => &lacking.of_user,
        };
        return show(by, &|form| page::consent(form, &user, told));
    }
    match stand {
        Stand::New => granted_at_once(world, case, by, false),
        Stand::On { serial, .. } => super::pages::approved(world, inbound, case, serial, by, &[]),
    }
}

/// What a user may not be asked for silently, and what they have to be asked for.
pub(super) fn lacking(world: &World, case: &Case<'_>, user: &User) -> Lacking {
    let consented = Consented::of(world, case.tenant, case.application, Some(&user.id));
    // What cannot be resolved any more was refused when it was asked for.
    let wanted = scope::wanted(&case.request.scope, case.tenant).unwrap_or_default();
    let mut lacking = Lacking::default();
    for Wanted { resource, name } in wanted {
        if consented.allows(resource, &name) {
            continue;
        }
        let scope = format!("{}/{name}", resource.identifier);
        let mut restricted = resource.admin_scopes.iter();
        if restricted.any(|known| known.eq_ignore_ascii_case(&name)) {
            lacking.of_administrator.push(scope);
        } else {
            lacking.of_user.push(scope);
        }
    }
    lacking
}

/// A code, made now.
pub(super) fn code_value(world: &World) -> String {
    format!("1.A{}", world.entropy.base64url(120))
}

/// The code as it is given out.
pub(super) fn new_code<'a>(world: &World, value: &'a str) -> NewCode<'a> {
    NewCode {
        value,
        lifetime: CODE,
        now: world.clock.now(),
    }
}

/// The way back with a code.
pub(super) fn with_code(case: &Case<'_>, by: &Progress, code: &str) -> Answer {
    let mut members = vec![("code", code.to_owned())];
    let mut users = case.tenant.users.iter();
    if case.request.tells_account
        && let Some(user) = users.find(|user| user.id == by.user)
    {
        members.push(("client_info", client_info(case.tenant, user)));
    }
    if let Some(session) = &by.session {
        members.push(("session_state", session.clone()));
    }
    returning::answer(&ReturnTo::from(case.request), members)
}

/// Who signs in everywhere at once.
fn automatic(tenant: &Tenant) -> Option<&User> {
    let login = tenant.automatic_sign_in.as_deref()?;
    let mut users = tenant.users.iter();
    users.find(|user| user.login.eq_ignore_ascii_case(login) && user.enabled && !user.locked)
}

/// As if the user had shown whatever is asked for.
pub(super) fn shown_everything(user: &User) -> Manner {
    Manner {
        second_factor: user.mfa_required,
        ..Manner::PASSWORD
    }
}

fn granted_at_once(world: &World, case: &Case<'_>, by: Progress, consents: bool) -> Reply {
    let by = on_platform(case.request, by);
    let lacking = match case.tenant.users.iter().find(|user| user.id == by.user) {
        Some(user) if consents => lacking(world, case, user),
        _ => Lacking::default(),
    };
    let consent: Vec<String> = lacking
        .of_user
        .into_iter()
        .chain(lacking.of_administrator)
        .collect();
    let value = code_value(world);
    let new = new_code(world, &value);
    let label = world
        .ledger
        .approved(case.request.clone(), by.clone(), &consent, new);
    sent_back(case, &by, &value, label)
}

/// Sends the browser back with a code.
pub(super) fn sent_back(
    case: &Case<'_>,
    by: &Progress,
    code: &str,
    label: Option<TokenLabel>,
) -> Reply {
    returning::reply(&with_code(case, by, code)).with_issued(label)
}

/// The sign-in with the kind of the address that its code goes to.
pub(super) fn on_platform(request: &AuthorizationRequest, mut by: Progress) -> Progress {
    by.manner.platform = Some(request.platform);
    by
}

fn silently(world: &World, case: &Case<'_>, known: Vec<Account>) -> Result<Progress, SignInDenial> {
    if known.len() > 1 {
        return Err(SignInDenial::AccountAmbiguous);
    }
    let by = known.into_iter().next().map(Progress::from);
    let by = by.ok_or(SignInDenial::LoginRequired)?;
    let mut users = case.tenant.users.iter();
    let user = users.find(|user| user.id == by.user);
    let user = user.ok_or(SignInDenial::LoginRequired)?;
    if user.mfa_required && !by.manner.second_factor {
        return Err(SignInDenial::MfaLacking);
    }
    let lacking = lacking(world, case, user);
    if lacking.of_user.is_empty() && lacking.of_administrator.is_empty() {
        Ok(by)
    } else {
        Err(SignInDenial::ConsentLacking {
            client: case.application.id.clone(),
            name: case.application.name.clone(),
        })
    }
}

/// Those accounts that the client can mean: all without a hint.
fn hinted(known: &[Account], tenant: &Tenant, hint: Option<&str>) -> Vec<Account> {
    let Some(hint) = hint else {
        return known.to_vec();
    };
    let is_meant = |account: &&Account| {
        let mut users = tenant.users.iter();
        let user = users.find(|user| user.id == account.user);
        user.is_some_and(|user| user.login.eq_ignore_ascii_case(hint))
    };
    known.iter().filter(is_meant).cloned().collect()
}

/// Which account, or name and password where none is signed in.
fn first_page(world: &World, case: &Case<'_>, known: &[Account]) -> Reply {
    let users: Vec<&User> = known
        .iter()
        .filter_map(|account| {
            let mut users = case.tenant.users.iter();
            users.find(|user| user.id == account.user)
        })
        .collect();
    waiting(world, case, None, |form| match users.is_empty() {
        true => page::sign_in(form, case.request.hint.as_deref().unwrap_or_default()),
        false => page::accounts(form, &users),
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
    page(&form(case, &flow, &action(case), None))
}

/// Where the pages of a tenant are sent.
pub(super) fn action(case: &Case<'_>) -> String {
    format!("/{}/login", case.tenant.id)
}

pub(super) fn form<'a>(
    case: &Case<'a>,
    flow: &'a str,
    action: &'a str,
    alert: Option<&'a str>,
) -> Form<'a> {
    Form {
        action,
        flow,
        application: &case.application.name,
        tenant: &case.tenant.name,
        alert,
    }
}

/// Tells the user what the client cannot be told.
pub(super) fn on_page(world: &World, inbound: &Inbound, denial: &EntraDenial) -> Reply {
    super::error_page(world, inbound, &denial.aadsts(world.clock.now()))
}

impl From<Account> for Progress {
    fn from(account: Account) -> Self {
        Self {
            user: account.user,
            manner: account.manner,
            session: Some(account.session),
        }
    }
}
