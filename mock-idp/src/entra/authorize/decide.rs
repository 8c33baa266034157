//! From a request that is in order to its code: who signs in, what is consented to, and which page asks for it.

use std::time::Duration;

use jiff::Timestamp;

use super::page::{self, Form};
use super::request::{Asked, Prompt, ReturnTo};
use super::session::{self, Known};
use super::{giving, returning};
use crate::directory::{Application, Tenant, User};
use crate::entra::admission::{self, Entrant};
use crate::entra::coded::Coded;
use crate::entra::consented::Consented;
use crate::entra::denial::EntraDenial;
use crate::entra::policy;
use crate::entra::scope::{self, Wanted};
use crate::entra::sign_in_denial::SignInDenial;
use crate::inbound::Inbound;
use crate::ledger::{Account, AuthorizationRequest, Manner, Progress};
use crate::reply::Reply;
use crate::world::World;

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

impl Lacking {
    pub(super) fn all(self) -> Vec<String> {
        let of_user = self.of_user.into_iter();
        of_user.chain(self.of_administrator).collect()
    }
}

/// Answers a request: with a code where nobody need be asked, else with a page.
pub(super) fn begin(world: &World, inbound: &Inbound, asked: &Asked<'_>) -> Reply {
    let case = Case {
        tenant: asked.tenant,
        application: asked.application,
        request: &asked.request,
    };
    let address = Some(inbound.peer.ip());
    if let Some(user) = automatic(asked.tenant) {
        let by = Progress {
            user: user.id.clone(),
            manner: shown_everything(&case, user),
            session: Some(world.entropy.guid()),
        };
        return match admitted(world, &case, user, by.manner) {
            Ok(()) => giving::at_once(world, &case, by, true, address).reply(),
            Err(denial) if asked.prompt == Prompt::Nothing => {
                to_client(world, inbound, &case, &denial)
            }
            Err(denial) => on_page(world, inbound, &denial),
        };
    }
    let Known {
        accounts: known,
        some_outdated,
    } = known(world, inbound, &case);
    let hinted = hinted(&known, asked.tenant, case.request.hint.as_deref());
    match asked.prompt {
        Prompt::Nothing => match silently(world, &case, hinted, some_outdated) {
            Ok(by) => giving::at_once(world, &case, by, false, address).reply(),
            Err(denial) => to_client(world, inbound, &case, &denial),
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
    let now = world.clock.now();
    let assigned = entrant(case, &user, by.manner, now).map_or(Ok(()), |it| it.assigned());
    if let Err(denial) = assigned {
        return on_page(world, inbound, &denial);
    }
    if !by.manner.second_factor && asks_second_factor(case, &user) {
        return show(by, &|form| page::second_factor(form, &user));
    }
    if let Err(denial) = admitted(world, case, &user, by.manner) {
        return on_page(world, inbound, &denial);
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
        Stand::New => {
            let address = Some(inbound.peer.ip());
            giving::at_once(world, case, by, false, address).reply()
        }
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

/// Who signs in everywhere at once.
fn automatic(tenant: &Tenant) -> Option<&User> {
    let login = tenant.automatic_sign_in.as_deref()?;
    let mut users = tenant.users.iter();
    users.find(|user| user.login.eq_ignore_ascii_case(login) && user.enabled && !user.locked)
}

/// As if the user had shown whatever is asked for.
pub(super) fn shown_everything(case: &Case<'_>, user: &User) -> Manner {
    Manner {
        second_factor: asks_second_factor(case, user),
        ..admission::by_password(case.tenant, user)
    }
}

/// Whether the user has to show a second factor for what is asked.
pub(super) fn asks_second_factor(case: &Case<'_>, user: &User) -> bool {
    let resource = scope::meant(&case.request.scope, case.tenant);
    resource.map_or(user.mfa_required, |resource| {
        policy::asks_second_factor(case.tenant, user, resource)
    })
}

/// Refuses a user who has signed in now and whom something keeps out.
pub(super) fn admitted(
    world: &World,
    case: &Case<'_>,
    user: &User,
    manner: Manner,
) -> Result<(), EntraDenial> {
    let now = world.clock.now();
    match entrant(case, user, manner, now) {
        Some(entrant) => entrant.admitted(now),
        // What is asked of an API that is gone gives nothing anyway.
        None => Ok(()),
    }
}

fn entrant<'a>(
    case: &Case<'a>,
    user: &'a User,
    manner: Manner,
    since: Timestamp,
) -> Option<Entrant<'a>> {
    Some(Entrant {
        tenant: case.tenant,
        application: case.application,
        user,
        resource: scope::meant(&case.request.scope, case.tenant)?,
        manner,
        since,
    })
}

/// Who is signed in already and need not do so again.
fn known(world: &World, inbound: &Inbound, case: &Case<'_>) -> Known {
    let mut known = session::known(world, inbound, &case.tenant.id, &case.tenant.users);
    let now = world.clock.now();
    if let Some(resource) = scope::meant(&case.request.scope, case.tenant) {
        known.accounts.retain(|account| {
            let mut users = case.tenant.users.iter();
            let user = users.find(|user| user.id == account.user);
            user.is_some_and(|user| {
                !policy::is_too_old(case.tenant, user, resource, account.since, now)
            })
        });
    }
    known
}

fn silently(
    world: &World,
    case: &Case<'_>,
    known: Vec<Account>,
    some_outdated: bool,
) -> Result<Progress, EntraDenial> {
    if known.len() > 1 {
        return Err(SignInDenial::AccountAmbiguous.into());
    }
    let nobody = || match some_outdated {
        true => EntraDenial::from(Coded::new(50_133)),
        false => SignInDenial::LoginRequired.into(),
    };
    let by = known.into_iter().next().map(Progress::from);
    let by = by.ok_or_else(nobody)?;
    let mut users = case.tenant.users.iter();
    let user = users.find(|user| user.id == by.user).ok_or_else(nobody)?;
    if user.mfa_required && !by.manner.second_factor {
        return Err(SignInDenial::MfaLacking.into());
    }
    admitted(world, case, user, by.manner)?;
    let lacking = lacking(world, case, user);
    if lacking.all().is_empty() {
        Ok(by)
    } else {
        Err(SignInDenial::ConsentLacking {
            client: case.application.id.clone(),
            name: case.application.name.clone(),
        }
        .into())
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

/// Tells the client why nobody was signed in without being asked.
fn to_client(world: &World, inbound: &Inbound, case: &Case<'_>, denial: &EntraDenial) -> Reply {
    let to = ReturnTo::from(case.request);
    let error = returning::silent(denial.aadsts(world.clock.now()));
    returning::refusal(world, inbound, &to, &error, false)
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
