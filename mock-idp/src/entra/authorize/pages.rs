//! What the pages send: name and password, the second factor, consent, a device's code, or no.

use http::StatusCode;

use super::decide::{self, Case, Stand};
use super::page;
use super::request::ReturnTo;
use super::{returning, session};
use crate::directory::Platform;
use crate::engine::{Denial, TokenRequest};
use crate::entra::denial::EntraDenial;
use crate::entra::password;
use crate::entra::sign_in_denial::SignInDenial;
use crate::inbound::Inbound;
use crate::ledger::{
    AskedFor, AuthorizationRequest, Manner, NotOpen, OpenAuthorization, Progress, ResponseMode,
    Undecidable, Wanted,
};
use crate::reply::Reply;
use crate::world::World;

/// Where a device's code is entered.
const DEVICE: &str = "/device";

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
    let pending = world.ledger.pending_sign_ins(world.clock.now());
    let asked = world.ledger.asked_with(user_code).filter(|asked| {
        let mut pending = pending.iter();
        pending
            .any(|one| one.client == asked.client && page::is_same_code(&one.user_code, user_code))
    });
    let Some(asked) = asked else {
        return page::device(
            DEVICE,
            Some("That code did not work. Check it and try again."),
        )
        .with_error("bad_verification_code", Some("AADSTS70018".to_owned()));
    };
    let request = of_device(asked, user_code);
    match case(world, &request) {
        Some(case) => decide::waiting(world, &case, None, |form| page::sign_in(form, "")),
        None => closed(world, inbound, NotOpen::Unknown),
    }
}

/// What a device asks, as if it were a browser.
pub(super) fn of_device(asked: AskedFor, user_code: &str) -> AuthorizationRequest {
    AuthorizationRequest {
        client: asked.client,
        issuer: asked.issuer,
        scope: asked.scope,
        redirect_uri: String::new(),
        platform: Platform::Public,
        mode: ResponseMode::Query,
        state: None,
        nonce: None,
        challenge: None,
        hint: None,
        asks_consent: false,
        tells_account: false,
        device: Some(user_code.to_owned()),
        any_issuer: false,
        wants: Wanted::CODE,
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
        let mut known =
            session::accounts(world, inbound, &case.tenant.id, &case.tenant.users).into_iter();
        return match known.find(|known| known.user == account) {
            Some(account) => decide::further(world, inbound, case, stand, account.into()),
            None => sign_in_page("", None),
        };
    }
    match (said.get("action"), open.progress) {
        (Some("cancel"), _) => {
            refused(world, inbound, &open.serial, &SignInDenial::ConsentDeclined)
        }
        (Some("no_admin"), _) => refused(
            world,
            inbound,
            &open.serial,
            &SignInDenial::AdminConsentRequired,
        ),
        (Some("verify"), Some(mut by)) => {
            by.manner.second_factor = true;
            remembered(world, inbound, case, stand, by)
        }
        (Some("accept"), Some(by)) => accepted(world, inbound, case, stand, open.serial, by),
        (Some("sign_in"), _) => {
            let login = said.get("username").unwrap_or_default();
            match shown_password(world, said, case) {
                Ok(by) => remembered(world, inbound, case, stand, by),
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
    case: &Case<'_>,
) -> Result<Progress, EntraDenial> {
    let user = match password::user(world, said, case.tenant) {
        Ok(user) => user.id,
        // The next page asks for it.
        Err(Denial::UserNeedsMfa) => {
            let login = said.get("username").unwrap_or_default();
            let mut users = case.tenant.users.iter();
            let user = users.find(|user| user.login.eq_ignore_ascii_case(login));
            user.map(|user| user.id.clone()).unwrap_or_default()
        }
        Err(denial) => return Err(denial.into()),
    };
    Ok(Progress {
        user,
        manner: Manner::PASSWORD,
        session: None,
    })
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
    let needs_more = user.mfa_required && !by.manner.second_factor;
    if needs_more || !lacking.of_administrator.is_empty() {
        return decide::further(world, inbound, case, stand, by);
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
    let now = world.clock.now();
    if let Some(user_code) = &case.request.device {
        return match world.ledger.refuse_authorization(serial, now) {
            Err(not_open) => closed(world, inbound, not_open),
            Ok(_) => {
                let user = Some(by.user.clone());
                let (issuer, client) = (&case.tenant.id, &case.application.id);
                world.ledger.consent(issuer, &by.user, client, consent);
                device_decided(world, inbound, user_code, user)
            }
        };
    }
    let by = decide::on_platform(case.request, by);
    let value = decide::code_value(world);
    let code = decide::new_code(world, &value);
    let approved = world
        .ledger
        .approve_authorization(serial, by.clone(), consent, code);
    match approved {
        Ok((_, label)) => decide::sent_back(case, &by, &value, label),
        Err(not_open) => closed(world, inbound, not_open),
    }
}

fn refused(world: &World, inbound: &Inbound, serial: &u32, denial: &SignInDenial) -> Reply {
    match world
        .ledger
        .refuse_authorization(*serial, world.clock.now())
    {
        Err(not_open) => closed(world, inbound, not_open),
        Ok(request) => match &request.device {
            Some(user_code) => device_decided(world, inbound, user_code, None),
            None => {
                let to = ReturnTo::from(&request);
                returning::refusal(world, inbound, &to, &denial.aadsts(), true)
            }
        },
    }
}

fn device_decided(
    world: &World,
    inbound: &Inbound,
    user_code: &str,
    user: Option<String>,
) -> Reply {
    let is_approved = user.is_some();
    let decided = world
        .ledger
        .decide_sign_in(user_code, user, world.clock.now());
    match decided {
        Ok(()) if is_approved => page::message(
            StatusCode::OK,
            "You have signed in",
            "You have signed in on your device. You may close this window.",
            None,
        ),
        Ok(()) => page::message(
            StatusCode::OK,
            "Sign-in refused",
            "Your device was not signed in. You may close this window.",
            None,
        ),
        Err(Undecidable::Expired) => closed(world, inbound, NotOpen::Expired),
        Err(Undecidable::Decided) => closed(world, inbound, NotOpen::Decided),
        Err(Undecidable::Unknown) => closed(world, inbound, NotOpen::Unknown),
    }
}

fn closed(world: &World, inbound: &Inbound, why: NotOpen) -> Reply {
    match why {
        NotOpen::Expired => super::error_page(world, inbound, &SignInDenial::FlowExpired.aadsts()),
        NotOpen::Decided => page::message(
            StatusCode::BAD_REQUEST,
            "Already decided",
            "This sign-in has been decided on. Go back to the application and begin again.",
            None,
        ),
        NotOpen::Unknown => page::message(
            StatusCode::BAD_REQUEST,
            "Nothing to decide",
            "This page belongs to no sign-in. Go back to the application and begin again.",
            None,
        ),
    }
}
