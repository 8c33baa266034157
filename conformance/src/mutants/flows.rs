//! Mutants by flow: users who sign in, devices, machines and assertions, each with one thing wrong.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use token_client::{Attempt, Error, Failure, GrantKind, Next, Policy, Purpose, StandardPolicy};

use super::requests::{form, set_form, without};
use super::responses::changes;
use super::rewriting::{At, Opened, asking, exchanging};
use crate::contender::{Beginning, Setup};

const STANDARD: StandardPolicy = StandardPolicy::new();

/// Signs an assertion, or reads one, for its first request and shows that one ever after.
pub(super) fn signs_once(setup: Setup) -> Opened {
    let first = Mutex::default();
    asking(setup, At::Token, move |request| show_kept(request, &first))
}

/// Signs anew once an answer has brought a token: what it repeats, it repeats with the assertion of the first try.
pub(super) fn repeats_assertion(setup: Setup) -> Opened {
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    let kept = first.clone();
    exchanging(
        setup,
        At::Token,
        move |request| show_kept(request, &kept),
        move |response| {
            if response.status().is_success() {
                *first.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
        },
    )
}

/// Puts the assertion that is kept in the place of a new one, or keeps the new one if none is.
fn show_kept(request: &mut Request<Bytes>, kept: &Mutex<Option<String>>) {
    let form = form(request);
    let mut pairs = form.split('&');
    let Some(shown) = pairs.find(|pair| pair.starts_with("client_assertion=")) else {
        return;
    };
    // Nothing under this lock panics.
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_with(|| shown.to_owned());
    let rest = without(&form, &["client_assertion"]);
    set_form(request, &format!("{rest}&{kept}"));
}

/// Throws away the refresh token of a sign-in, and so has to begin anew each time.
pub(super) fn signs_in_again(setup: Setup) -> Opened {
    let begins_with_somebody =
        !matches!(setup.beginning, Beginning::ApiToken(_) | Beginning::Grant);
    changes(setup, move |members| {
        if begins_with_somebody {
            members.remove("refresh_token");
        }
    })
}

/// Answers a claims challenge by asking for any other token.
pub(super) fn omits_claims(setup: Setup) -> Opened {
    asking(setup, At::Token, |request| {
        let form = form(request);
        let mut pairs = form.split('&');
        // What the client declares of itself stays: that is `xms_cc` alone.
        let answers = ["acrs", "nbf"];
        if pairs.any(|pair| {
            pair.starts_with("claims=") && answers.iter().any(|name| pair.contains(name))
        }) {
            set_form(request, &without(&form, &["claims"]));
        }
    })
}

/// Asks the metadata service as any web page could.
pub(super) fn omits_metadata_header(setup: Setup) -> Opened {
    asking(setup, At::Machine, |request| {
        request.headers_mut().remove("metadata");
    })
}

/// Asks for a device's token every second, whatever it was told.
#[derive(Debug)]
pub(super) struct PollsEverySecond;

impl Policy for PollsEverySecond {
    fn after_poll(&self, pace: Duration, failure: &Failure) -> Next {
        match STANDARD.after_poll(pace, failure) {
            Next::RetryAfter(_) => Next::RetryAfter(Duration::from_secs(1)),
            Next::GiveUp => Next::GiveUp,
        }
    }
}

/// Asks for a device's token as often as it was told at first, however often it is told to slow down.
#[derive(Debug)]
pub(super) struct IgnoresSlowDown;

impl Policy for IgnoresSlowDown {
    fn after_poll(&self, pace: Duration, failure: &Failure) -> Next {
        match STANDARD.after_poll(pace, failure) {
            Next::RetryAfter(_) => Next::RetryAfter(pace),
            Next::GiveUp => Next::GiveUp,
        }
    }
}

/// Goes on asking although the user has refused or nobody is to come any more.
#[derive(Debug)]
pub(super) struct PollsForever;

impl Policy for PollsForever {
    fn after_poll(&self, pace: Duration, _failure: &Failure) -> Next {
        Next::RetryAfter(pace)
    }
}

/// Takes a metadata service that is being updated for one that is not there.
#[derive(Debug)]
pub(super) struct GivesUpOnUpdates;

impl Policy for GivesUpOnUpdates {
    fn after_failure(&self, attempt: Attempt, failure: &Failure, now: Timestamp) -> Next {
        let updating = [StatusCode::NOT_FOUND, StatusCode::GONE];
        let is_updating = matches!(
            &failure.error,
            Error::Refused(refusal) if updating.contains(&refusal.status)
        );
        if is_updating && attempt.purpose == Purpose::Token(GrantKind::ManagedIdentity) {
            return Next::GiveUp;
        }
        STANDARD.after_failure(attempt, failure, now)
    }
}
