//! The steps of a sign-in that are the same whoever the vendor is: how a browser's request is noted, and how a sign-in ends, be it
//! a device's.

use axum::response::Response;
use http::StatusCode;

use super::page;
use crate::dialect::Dialect;
use crate::engine::TokenRequest;
use crate::inbound::Inbound;
use crate::journal::Endpoint;
use crate::ledger::{Approval, AuthorizationRequest, NotOpen, Progress, Undecidable};
use crate::pipeline::{self, Call};
use crate::reply::Reply;
use crate::world::World;

/// What the user of a device is told, each with its title.
pub(crate) struct DeviceTexts {
    pub(crate) approved: (&'static str, &'static str),
    pub(crate) refused: (&'static str, &'static str),
}

/// The sign-in of a device that is on its page.
#[derive(Clone, Copy)]
pub(crate) struct OfDevice<'a> {
    pub(crate) serial: u32,
    pub(crate) user_code: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a str,
}

/// Answers a request of a browser. What is asked for is noted; a page says by whom it is sent, and nothing of what was asked.
pub(crate) async fn answered(
    world: &World,
    inbound: &Inbound,
    endpoint: Endpoint,
    realm: &str,
    said: &TokenRequest,
    dialect: &dyn Dialect,
    act: impl FnOnce() -> Reply,
) -> Response {
    let asks = matches!(
        endpoint,
        Endpoint::Authorize | Endpoint::PushedAuthorization
    );
    let call = Call {
        endpoint,
        token_request: asks.then(|| said.facts(realm, || world.client_credentials())),
        presented: None,
    };
    pipeline::answer(world, inbound, call, dialect, act).await
}

/// Ends the sign-in of a device with its approval.
pub(crate) fn device_approved(
    world: &World,
    device: OfDevice<'_>,
    by: Progress,
    consent: &[String],
    texts: &DeviceTexts,
) -> Result<Reply, NotOpen> {
    let now = world.clock.now();
    world.ledger.refuse_authorization(device.serial, now)?;
    let (issuer, client) = (device.issuer, device.client);
    world.ledger.consent(issuer, &by.user, client, consent);
    let by = Approval {
        user: by.user,
        issuer: issuer.to_owned(),
        manner: by.manner,
    };
    device_decided(world, device.user_code, Some(by), texts)
}

/// Ends a sign-in with a refusal: of its device, or one that the client is told of.
pub(crate) fn refused(
    world: &World,
    serial: u32,
    texts: &DeviceTexts,
    at_client: impl FnOnce(&AuthorizationRequest) -> Reply,
) -> Result<Reply, NotOpen> {
    let now = world.clock.now();
    let request = world.ledger.refuse_authorization(serial, now)?;
    match &request.device {
        Some(user_code) => device_decided(world, user_code, None, texts),
        None => Ok(at_client(&request)),
    }
}

/// The page of a sign-in that is not open.
pub(crate) fn closed(why: NotOpen) -> Reply {
    let (title, text) = match why {
        NotOpen::Expired => (
            "Too late",
            "This sign-in has expired. Go back to the application and begin again.",
        ),
        NotOpen::Decided => (
            "Already decided",
            "This sign-in has been decided on. Go back to the application and begin again.",
        ),
        NotOpen::Unknown => (
            "Nothing to decide",
            "This page belongs to no sign-in. Go back to the application and begin again.",
        ),
    };
    page::message(StatusCode::BAD_REQUEST, title, text, None)
}

fn device_decided(
    world: &World,
    user_code: &str,
    by: Option<Approval>,
    texts: &DeviceTexts,
) -> Result<Reply, NotOpen> {
    let (title, text) = match by {
        Some(_) => texts.approved,
        None => texts.refused,
    };
    let now = world.clock.now();
    match world.ledger.decide_sign_in(user_code, by, now) {
        Ok(()) => Ok(page::message(StatusCode::OK, title, text, None)),
        Err(Undecidable::Expired) => Err(NotOpen::Expired),
        Err(Undecidable::Decided) => Err(NotOpen::Decided),
        Err(Undecidable::Unknown) => Err(NotOpen::Unknown),
    }
}
