//! The device authorization grant (RFC 8628): a device polls until its user has decided elsewhere.

use jiff::Timestamp;

use super::client_auth::Claimed;
use super::denial::Denial;
use super::grant::Grant;
use super::grants::{Terms, able_user, signed_in};
use super::request::TokenRequest;
use crate::directory::User;
use crate::ledger::{Ledger, Manner};

/// A poll with a device code that a user has approved. `terms` lays down lifetimes; their scope is what was asked for when the
/// sign-in began, and their issuer where.
///
/// `paced` says whether the vendor answers hasty polls with `slow_down`.
#[expect(
    clippy::too_many_arguments,
    reason = "the facts of one redemption; a struct would be built for this call alone"
)]
pub(crate) fn redeem_device_code(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    users: &[User],
    terms: Terms,
    paced: bool,
    ledger: &Ledger,
    now: Timestamp,
    make: impl FnOnce() -> String,
) -> Result<Grant, Denial> {
    let shown = request.require("device_code")?;
    // Before the redemption: a refused request must not use the code up.
    let approved_by = ledger.state_of(shown, now).0.and_then(|facts| facts.user);
    if let Some(id) = approved_by {
        able_user(users, &id)?;
    }
    let client = &claimed.application.id;
    let signed = ledger.poll_sign_in(shown, client, &terms.issuer, paced, now)?;
    let user = able_user(users, &signed.user)?;
    let terms = Terms {
        scope: signed.scope,
        manner: Manner {
            key: terms.manner.key,
            ..signed.manner
        },
        ..terms
    };
    let mut grant = signed_in(request, claimed, user, terms, ledger, now, make);
    grant.parent = Some(signed.code);
    Ok(grant)
}
