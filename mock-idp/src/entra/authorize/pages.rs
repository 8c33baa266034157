//! What the pages send: name and password, the second factor, consent, a device's code, or no.

use super::decide::{self, Case, Stand};
use super::page;
use super::request::ReturnTo;
use super::{giving, returning, session};
use crate::directory::Tenant;
use crate::engine::{Denial, TokenRequest};
use crate::entra::admission;
use crate::entra::denial::EntraDenial;
use crate::entra::password;
use crate::entra::realm;
use crate::entra::sign_in_denial::SignInDenial;
use crate::inbound::Inbound;
use crate::ledger::{AuthorizationRequest, NotOpen, OpenAuthorization, Progress};
use crate::reply::Reply;
use crate::sign_in::steps::{self, DeviceTexts, OfDevice};
use crate::world::World;

/// Where a device's code is entered.
const DEVICE: &str = "/device";
const ON_DEVICE: DeviceTexts = DeviceTexts {
    approved: (
        "You have signed in",
        "You have signed in on your device. You may close this window.",
    ),
    refused: (
        "Sign-in refused",
        "Your device was not signed in. You may close this window.",
    ),
};

/// Answers what a page has sent.
pub(super) fn answer(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    if inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return decide::on_page(world, inbound, &Denial::MethodNotAllowed { method }.into());
    }
    if said.malformed {
        return decide::on_page(world, inbound, &Denial::Malformed.into());
    }
    let flow = said.get("flow").unwrap_or_default();
    let open = match world.ledger.authorization(flow, world.clock.now()) {
        Ok(open) => open,
        Err(not_open) => return closed(world, inbound, not_open),
    };
    let request = open.request.clone();
    match case(world, &request) {
        Some(case) => stepped(world, inbound, said, &case, flow, open),
        // It has been taken out of the directory meanwhile.
        None => closed(world, inbound, NotOpen::Unknown),
    }
}

/// The page that takes the code of a device, and what it sends.
pub(super) fn device(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    if inbound.is_read() {
        return page::device(DEVICE, None);
    }
    let refused = |denial: SignInDenial| {
        let error = denial.aadsts();
        let told = format!("AADSTS{}: {}", error.number, error.message);
        page::device(DEVICE, Some(&told))
            .with_error(&error.error, Some(format!("AADSTS{}", error.number)))
    };
    let Some(user_code) = said.get("user_code") else {
        return refused(SignInDenial::UserCodeMissing);
    };
    let asked = world.ledger.pending_sign_in(user_code, world.clock.now());
    let end = world.ledger.sign_in_ends(user_code);
    if end.is_some_and(|end| end <= world.clock.now()) {
        return refused(SignInDenial::UserCodeExpired);
    }
    let Some(asked) = asked else {
        return page::device(
            DEVICE,
            Some("That code did not work. Check it and try again."),
        )
        .with_error("bad_verification_code", Some("AADSTS70018".to_owned()));
    };
    let request = AuthorizationRequest::of_device(asked, user_code);
    match case(world, &request) {
        Some(case) => decide::waiting(world, &case, None, |form| page::sign_in(form, "")),
        None => closed(world, inbound, NotOpen::Unknown),
    }
}

/// Who and what a request is about, if both are still there.
pub(super) fn case<'a>(world: &'a World, request: &'a AuthorizationRequest) -> Option<Case<'a>> {
    let tenant = world.directory.entra.tenant(&request.issuer)?;
    let mut applications = tenant.applications.iter();
    let application = applications.find(|known| known.id == request.client && known.enabled)?;
    Some(Case {
        tenant,
        application,
        request,
    })
}

fn stepped(
    world: &World,
    inbound: &Inbound,
    said: &TokenRequest,
    case: &Case<'_>,
    flow: &str,
    open: OpenAuthorization,
) -> Reply {
    let stand = Stand::On {
        serial: open.serial,
        flow,
    };
    let action = decide::action(case);
    let sign_in_page = |login: &str, alert: Option<&str>| {
        page::sign_in(&decide::form(case, flow, &action, alert), login)
    };
    if let Some(account) = said.get("account") {
        let known = session::known(world, inbound, &case.tenant.id, &case.tenant.users).accounts;
        let mut known = known.into_iter();
        return match known.find(|known| known.user == account) {
            Some(account) => decide::further(world, inbound, case, stand, account.into()),
            None => sign_in_page("", None),
        };
    }
    match (said.get("action"), open.progress) {
        (Some("cancel"), _) => refused(world, inbound, open.serial, &SignInDenial::ConsentDeclined),
        (Some("no_admin"), _) => refused(
            world,
            inbound,
            open.serial,
            &SignInDenial::AdminConsentRequired,
        ),
        (Some("verify"), Some(mut by)) => {
            by.manner.second_factor = true;
            remembered(world, inbound, case, stand, by)
        }
        (Some("accept"), Some(by)) => accepted(world, inbound, case, stand, open.serial, by),
        (Some("sign_in"), _) => {
            let login = said.get("username").unwrap_or_default();
            let mut users = case.tenant.users.iter();
            let is_here = users.any(|user| user.login.eq_ignore_ascii_case(login));
            let home = realm::elsewhere(world, case.tenant, login).filter(|_| !is_here);
            let home = home.map_or(case.tenant, |(tenant, _)| tenant);
            match shown_password(world, said, home) {
                Ok(by) if home.id == case.tenant.id => remembered(world, inbound, case, stand, by),
                Ok(by) => arrived(world, inbound, case, stand, home, by),
                Err(denial) => {
                    let error = denial.aadsts(world.clock.now());
                    let told = format!("AADSTS{}: {}", error.number, error.message);
                    let login: String = login.chars().take(256).collect();
                    sign_in_page(&login, Some(&told))
                        .with_error(&error.error, Some(format!("AADSTS{}", error.number)))
                }
            }
        }
        // Another account, or a page out of its order.
        _ => sign_in_page("", None),
    }
}

/// The user whose name and password were sent.
fn shown_password(
    world: &World,
    said: &TokenRequest,
    tenant: &Tenant,
) -> Result<Progress, EntraDenial> {
    match password::user(world, said, tenant) {
        // The next page asks for a second factor.
        Ok(_) | Err(Denial::UserNeedsMfa) => {}
        Err(denial) => return Err(denial.into()),
    }
    let login = said.get("username").unwrap_or_default();
    let mut users = tenant.users.iter();
    let user = users.find(|user| user.login.eq_ignore_ascii_case(login));
    let user = user.ok_or_else(|| Denial::UserUnknown {
        login: String::new(),
    })?;
    Ok(Progress {
        user: user.id.clone(),
        manner: admission::by_password(tenant, user),
        session: None,
    })
}

/// Goes on with a user of another tenant than the page was of: there, if no tenant was named.
fn arrived(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    home: &Tenant,
    by: Progress,
) -> Reply {
    if !case.request.any_issuer {
        let denial = realm::no_guest(home, case.tenant, case.application);
        return decide::on_page(world, inbound, &denial);
    }
    let mut request = case.request.clone();
    request.issuer.clone_from(&home.id);
    let Some(there) = self::case(world, &request) else {
        let denial = realm::not_installed(home, case.application);
        return decide::on_page(world, inbound, &denial);
    };
    if let Stand::On { serial, .. } = stand {
        world.ledger.move_authorization(serial, &home.id);
    }
    remembered(world, inbound, &there, stand, by)
}

/// Goes on, with a session in the browser.
fn remembered(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    mut by: Progress,
) -> Reply {
    let cookie = session::begin(world, inbound, &case.tenant.id, &mut by);
    let mut reply = decide::further(world, inbound, case, stand, by);
    session::set(world, &mut reply, &cookie);
    reply
}

/// The user allows what was asked for. What was not shown on the page is not allowed by it.
fn accepted(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    serial: u32,
    by: Progress,
) -> Reply {
    let mut users = case.tenant.users.iter();
    let Some(user) = users.find(|user| user.id == by.user && user.enabled) else {
        return closed(world, inbound, NotOpen::Unknown);
    };
    let lacking = decide::lacking(world, case, user);
    let needs_more = !by.manner.second_factor && decide::asks_second_factor(case, user);
    if needs_more || !lacking.of_administrator.is_empty() {
        return decide::further(world, inbound, case, stand, by);
    }
    // What was changed while the page was shown counts.
    if let Err(denial) = decide::admitted(world, case, user, by.manner) {
        return decide::on_page(world, inbound, &denial);
    }
    approved(world, inbound, case, serial, by, &lacking.of_user)
}

/// Ends a sign-in with a code, or with the approval of a device.
pub(super) fn approved(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    serial: u32,
    by: Progress,
    consent: &[String],
) -> Reply {
    if let Some(user_code) = &case.request.device {
        let device = OfDevice {
            serial,
            user_code,
            issuer: &case.tenant.id,
            client: &case.application.id,
        };
        return steps::device_approved(world, device, by, consent, &ON_DEVICE)
            .unwrap_or_else(|why| closed(world, inbound, why));
    }
    match giving::approved(world, case, serial, by, consent, Some(inbound.peer.ip())) {
        Ok(given) => given.reply(),
        Err(not_open) => closed(world, inbound, not_open),
    }
}

fn refused(world: &World, inbound: &Inbound, serial: u32, denial: &SignInDenial) -> Reply {
    let at_client = |request: &AuthorizationRequest| {
        let to = ReturnTo::from(request);
        returning::refusal(world, inbound, &to, &denial.aadsts(), true)
    };
    steps::refused(world, serial, &ON_DEVICE, at_client)
        .unwrap_or_else(|why| closed(world, inbound, why))
}

fn closed(world: &World, inbound: &Inbound, why: NotOpen) -> Reply {
    match why {
        NotOpen::Expired => super::error_page(world, inbound, &SignInDenial::FlowExpired.aadsts()),
        NotOpen::Decided | NotOpen::Unknown => steps::closed(why),
    }
}
