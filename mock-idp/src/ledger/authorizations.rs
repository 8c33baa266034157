//! Requests to the authorization endpoint that wait for their user (RFC 6749 section 4.1.1).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::device_codes::AskedFor;
use super::manner::Manner;
use super::recent::Recent;
use super::refresh_family::Fingerprint;
use crate::directory::Platform;

/// How many requests a world remembers, and how many bytes of what they said. Of older ones the pages no longer work.
const REMEMBERED: usize = 10_000;
const BYTES: usize = 16 * 1024 * 1024;

/// A request that has been found to be in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: String,
    /// Tenant id (Entra) or authorization server id (Okta).
    pub(crate) issuer: String,
    pub(crate) scope: Vec<String>,
    pub(crate) redirect_uri: String,
    /// The kind of that redirect URI.
    pub(crate) platform: Platform,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// Whom the client expects to sign in.
    pub(crate) hint: Option<String>,
    /// Whether consent is asked for though it has been given.
    pub(crate) asks_consent: bool,
    /// Whether the answer says whose account it is about (Entra's `client_info`).
    pub(crate) tells_account: bool,
    /// The user code of the device that asks, in the place of an address to return to.
    pub(crate) device: Option<String>,
    /// Whether no issuer in particular was asked, so that who signs in decides (Entra's `common`).
    pub(crate) any_issuer: bool,
    /// What the answer carries.
    pub(crate) wants: Wanted,
}

impl AuthorizationRequest {
    /// What a device asks, as if it were a browser.
    pub(crate) fn of_device(asked: AskedFor, user_code: &str) -> Self {
        Self {
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
            any_issuer: asked.any_issuer,
            wants: Wanted::CODE,
        }
    }
}

/// What a client wants of the authorization endpoint (`response_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) code: bool,
    pub(crate) id_token: bool,
    pub(crate) access_token: bool,
    /// Whether it was asked at a v1.0 endpoint (Entra), and its id token is to be one.
    pub(crate) v1: bool,
}

impl Wanted {
    /// A code and nothing else.
    pub(crate) const CODE: Self = Self {
        code: true,
        id_token: false,
        access_token: false,
        v1: false,
    };
}

/// How the answer gets to the client (OAuth 2.0 Multiple Response Types, section 2.1, and Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
    /// A message from the page to the window that opened it (Okta's `okta_post_message`).
    PostMessage,
}

/// What the redeemer of the code has to prove (RFC 7636 section 4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) value: String,
    pub(crate) is_hashed: bool,
}

/// How far the user has come on the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The user's id.
    pub(crate) user: String,
    pub(crate) manner: Manner,
    /// The session of the browser.
    pub(crate) session: Option<String>,
}

/// A sign-in page that waits for its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// Its number, by which it is decided on.
    pub id: u32,
    /// The client id of the application that asks.
    pub client: String,
    /// The tenant (Entra) or authorization server (Okta) it asks.
    pub issuer: String,
    /// The scopes it asks for.
    pub scope: Vec<String>,
    /// Where the user is sent back to.
    pub redirect_uri: String,
    /// The login that the application expects, as it said.
    pub login_hint: Option<String>,
    /// When it was asked, on the server's clock.
    pub asked_at: Timestamp,
    /// Until when it can be decided on, on the server's clock.
    pub expires_at: Timestamp,
}

/// Why a page leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOpen {
    Unknown,
    Expired,
    Decided,
}

/// The requests of a world.
#[derive(Clone, Debug)]
pub(super) struct Authorizations(Recent<Waiting>);

#[derive(Clone, Debug)]
struct Waiting {
    request: AuthorizationRequest,
    asked_at: Timestamp,
    expires_at: Timestamp,
    progress: Option<Progress>,
    decided: bool,
}

impl Authorizations {
    /// Notes a request; `fingerprint` is that of what its pages carry.
    pub(super) fn begin(
        &mut self,
        request: AuthorizationRequest,
        lifetime: Duration,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> u32 {
        let bytes = request.bytes();
        let waiting = Waiting {
            request,
            asked_at: now,
            expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            progress: None,
            decided: false,
        };
        self.0.add(fingerprint, bytes, waiting)
    }

    pub(super) fn serial_of(&self, fingerprint: &Fingerprint) -> Option<u32> {
        self.0.serial_of(fingerprint)
    }

    /// A request that nobody has decided on yet, and how far its user has come.
    pub(super) fn open(
        &self,
        serial: u32,
        now: Timestamp,
    ) -> Result<(&AuthorizationRequest, Option<&Progress>), NotOpen> {
        let waiting = self.0.numbered(serial).ok_or(NotOpen::Unknown)?;
        waiting.check(now)?;
        Ok((&waiting.request, waiting.progress.as_ref()))
    }

    /// Notes how far the user has come.
    pub(super) fn advance(
        &mut self,
        serial: u32,
        progress: Progress,
        now: Timestamp,
    ) -> Result<(), NotOpen> {
        let waiting = self.0.numbered_mut(serial).ok_or(NotOpen::Unknown)?;
        waiting.check(now)?;
        waiting.progress = Some(progress);
        Ok(())
    }

    /// Decides on a request, one way or the other: nobody does so again.
    pub(super) fn decide(
        &mut self,
        serial: u32,
        now: Timestamp,
    ) -> Result<AuthorizationRequest, NotOpen> {
        let waiting = self.0.numbered_mut(serial).ok_or(NotOpen::Unknown)?;
        waiting.check(now)?;
        waiting.decided = true;
        waiting.progress = None;
        Ok(waiting.request.clone())
    }

    /// Has a request be one to the issuer where its user is known.
    pub(super) fn move_to(&mut self, serial: u32, issuer: &str) {
        if let Some(waiting) = self.0.numbered_mut(serial) {
            waiting.request.issuer = issuer.to_owned();
        }
    }

    /// The requests that can be decided on, oldest first.
    pub(super) fn pending(&self, now: Timestamp) -> impl Iterator<Item = PendingAuthorization> {
        let open = self.0.iter().filter(move |(_, waiting)| {
            // Those of devices are listed elsewhere.
            waiting.request.device.is_none() && waiting.check(now).is_ok()
        });
        open.map(|(id, waiting)| PendingAuthorization {
            id,
            client: waiting.request.client.clone(),
            issuer: waiting.request.issuer.clone(),
            scope: waiting.request.scope.clone(),
            redirect_uri: waiting.request.redirect_uri.clone(),
            login_hint: waiting.request.hint.clone(),
            asked_at: waiting.asked_at,
            expires_at: waiting.expires_at,
        })
    }

    /// Has nobody be signed in on any page as this user.
    pub(super) fn forget_user(&mut self, issuer: &str, user: &str) {
        for waiting in self.0.iter_mut() {
            let is_his = waiting.progress.as_ref().is_some_and(|p| p.user == user);
            if is_his && waiting.request.issuer == issuer {
                waiting.progress = None;
            }
        }
    }
}

impl Default for Authorizations {
    fn default() -> Self {
        Self(Recent::new(REMEMBERED, BYTES))
    }
}

impl AuthorizationRequest {
    fn bytes(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let challenge = self.challenge.as_ref().map_or(0, |it| it.value.len());
        self.scope.iter().map(String::len).sum::<usize>()
            + self.redirect_uri.len()
            + challenge
            + optional(&self.state)
            + optional(&self.nonce)
            + optional(&self.hint)
            + optional(&self.device)
    }
}

impl Waiting {
    fn check(&self, now: Timestamp) -> Result<(), NotOpen> {
        if self.decided {
            return Err(NotOpen::Decided);
        }
        if self.expires_at <= now {
            return Err(NotOpen::Expired);
        }
        Ok(())
    }
}
