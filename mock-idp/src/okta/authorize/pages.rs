//! What the pages send: name and password, the second factor, consent, a device's code, or no.

use super::decide::{self, Case, Stand};
use super::request::ReturnTo;
use super::returning;
use crate::engine::{self, Denial, TokenRequest};
use crate::inbound::Inbound;
use crate::ledger::{AuthorizationRequest, NotOpen, OpenAuthorization, Progress};
use crate::okta::denial::{Named, OktaDenial, named};
use crate::okta::issuing::by_password;
use crate::okta::server::Server;
use crate::reply::Reply;
use crate::sign_in::steps::{self, DeviceTexts, OfDevice, closed};
use crate::sign_in::{page, session};
use crate::world::World;

/// Where a device's code is entered.
const ACTIVATE: &str = "/activate";
const DEVICE: DeviceTexts = DeviceTexts {
    approved: (
        "Device activated",
        "Follow the instructions on your device for next steps.",
    ),
    refused: (
        "Device not activated",
        "Your device was not activated. You may close this window.",
    ),
};

/// Answers what a page has sent.
pub(super) fn answer(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    if inbound.method != http::Method::POST {
        let method = inbound.method.to_string();
        return super::on_page(world, inbound, &Denial::MethodNotAllowed { method }.into());
    }
    if said.malformed {
        return super::on_page(world, inbound, &Denial::Malformed.into());
    }
    let flow = said.get("flow").unwrap_or_default();
    let open = match world.ledger.authorization(flow, world.clock.now()) {
        Ok(open) => open,
        Err(not_open) => return closed(not_open),
    };
    let request = open.request.clone();
    match case(world, &request) {
        Some(case) => stepped(world, inbound, said, &case, flow, open),
        // It has been taken out of the directory meanwhile.
        None => closed(NotOpen::Unknown),
    }
}

/// The page that takes the code of a device, and what it sends. The complete address has the code in it.
pub(super) fn device(world: &World, inbound: &Inbound, said: &TokenRequest) -> Reply {
    let given = said.get("user_code");
    let Some(user_code) = given else {
        return match inbound.is_read() {
            true => page::device(ACTIVATE, None),
            false => page::device(ACTIVATE, Some("Enter the code that your device shows.")),
        };
    };
    let asked = world.ledger.pending_sign_in(user_code, world.clock.now());
    let Some(asked) = asked else {
        return page::device(ACTIVATE, Some("Invalid code. Try again."))
            .with_error("invalid_user_code", None);
    };
    let request = AuthorizationRequest::of_device(asked, user_code);
    match case(world, &request) {
        Some(case) => decide::waiting(world, &case, None, |form| page::sign_in(form, "")),
        None => closed(NotOpen::Unknown),
    }
}

/// Who and what a request is about, if both are still there.
pub(super) fn case<'a>(world: &'a World, request: &'a AuthorizationRequest) -> Option<Case<'a>> {
    let okta = &world.directory.okta;
    let server = match request.issuer.as_str() {
        "org" => Server::Org,
        id => Server::Custom(okta.authorization_server(id)?),
    };
    let mut applications = okta.applications.iter();
    let application = applications.find(|known| known.id == request.client && known.enabled)?;
    Some(Case {
        server,
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
    let serial = open.serial;
    let stand = Stand::On { serial, flow };
    let sign_in_page = |login: &str, alert: Option<&str>| {
        page::sign_in(&decide::form(world, case, flow, alert), login)
    };
    match (said.get("action"), open.progress) {
        (Some("cancel"), _) => refused(world, serial, &named("access_denied_by_user")),
        (Some("verify"), Some(mut by)) => {
            by.manner.second_factor = true;
            remembered(world, inbound, case, stand, by)
        }
        (Some("accept"), Some(by)) => accepted(world, inbound, case, stand, serial, by),
        (Some("sign_in"), _) => match shown_password(world, said) {
            Ok(by) => remembered(world, inbound, case, stand, by),
            Err(denial) => {
                let (error, told) = denial.named().text();
                let login = said.get("username").unwrap_or_default();
                let login: String = login.chars().take(256).collect();
                sign_in_page(&login, Some(&told)).with_error(error, None)
            }
        },
        // A page out of its order.
        _ => sign_in_page("", None),
    }
}

/// The user whose name and password were sent.
fn shown_password(world: &World, said: &TokenRequest) -> Result<Progress, OktaDenial> {
    let user = match engine::user_by_password(said, &world.directory.okta.users) {
        Ok(user) => user.id,
        // The next page asks for it.
        Err(Denial::UserNeedsMfa) => {
            let login = said.get("username").unwrap_or_default();
            let mut users = world.directory.okta.users.iter();
            let user = users.find(|user| user.login.eq_ignore_ascii_case(login));
            user.map(|user| user.id.clone()).unwrap_or_default()
        }
        Err(denial) => return Err(denial.into()),
    };
    Ok(Progress {
        user,
        manner: by_password(world),
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
    let cookie = session::begin(world, inbound, Server::Org.id(), &mut by);
    let mut reply = decide::further(world, inbound, case, stand, by);
    session::set(world, &mut reply, &cookie);
    reply
}

/// The user allows what was asked for.
fn accepted(
    world: &World,
    inbound: &Inbound,
    case: &Case<'_>,
    stand: Stand<'_>,
    serial: u32,
    by: Progress,
) -> Reply {
    let mut users = world.directory.okta.users.iter();
    let Some(user) = users.find(|user| user.id == by.user && user.enabled) else {
        return closed(NotOpen::Unknown);
    };
    if user.mfa_required && !by.manner.second_factor {
        return decide::further(world, inbound, case, stand, by);
    }
    let consent = decide::lacking(world, case, &user.id);
    approved(world, inbound, case, serial, by, &consent)
}

/// Ends a sign-in with what was asked for, or with the approval of a device.
pub(super) fn approved(
    world: &World,
    _: &Inbound,
    case: &Case<'_>,
    serial: u32,
    by: Progress,
    consent: &[String],
) -> Reply {
    if let Some(user_code) = &case.request.device {
        let device = OfDevice {
            serial,
            user_code,
            issuer: case.server.id(),
            client: &case.application.id,
        };
        return steps::device_approved(world, device, by, consent, &DEVICE).unwrap_or_else(closed);
    }
    let by = decide::on_platform(case.request, by);
    let value = decide::code_value(world);
    let code = decide::new_code(world, &value);
    let approved = world
        .ledger
        .approve_authorization(serial, by.clone(), consent, code);
    match approved {
        Ok((_, label)) => decide::sent_back(world, case, &by, &value, label),
        Err(not_open) => closed(not_open),
    }
}

/// Ends a sign-in with an error, which the client is told.
pub(super) fn refused(world: &World, serial: u32, named: &Named) -> Reply {
    let at_client =
        |request: &AuthorizationRequest| returning::refusal(world, &ReturnTo::from(request), named);
    steps::refused(world, serial, &DEVICE, at_client).unwrap_or_else(closed)
}
