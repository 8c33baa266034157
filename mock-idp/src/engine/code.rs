//! The authorization code grant (RFC 6749 section 4.1.3, RFC 7636): a code from a browser becomes tokens.

use jiff::Timestamp;

use super::client_auth::Claimed;
use super::denial::Denial;
use super::grant::Grant;
use super::grants::{Terms, signed_in};
use super::request::TokenRequest;
use crate::directory::User;
use crate::ledger::{CodeShown, Ledger, Redeemable};

/// What the code of a request stands for, if it would be honoured now at this tenant or authorization server. Uses nothing up, so
/// that a request which is refused for another reason can be put right.
pub(crate) fn examine_code(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    issuer: &str,
    ledger: &Ledger,
    now: Timestamp,
) -> Result<Redeemable, Denial> {
    let shown = shown(request, claimed, issuer)?;
    Ok(ledger.examine_code(shown, now)?)
}

/// Redeems the code of a request for its user. `terms` lays down what the tokens are for.
pub(crate) fn redeem_code(
    request: &TokenRequest,
    claimed: &Claimed<'_>,
    user: User,
    terms: Terms,
    ledger: &Ledger,
    now: Timestamp,
    make: impl FnOnce() -> String,
) -> Result<Grant, Denial> {
    let shown = shown(request, claimed, &terms.issuer)?;
    let redeemed = ledger.redeem_code(shown, now)?;
    let mut grant = signed_in(request, claimed, user, terms, ledger, now, make);
    grant.parent = Some(redeemed.code);
    grant.sign_in.nonce = redeemed.nonce;
    grant.sign_in.session = redeemed.session;
    Ok(grant)
}

fn shown<'r>(
    request: &'r TokenRequest,
    claimed: &'r Claimed<'_>,
    issuer: &'r str,
) -> Result<CodeShown<'r>, Denial> {
    Ok(CodeShown {
        value: request.require("code")?,
        client: &claimed.application.id,
        issuer,
        redirect_uri: request.require("redirect_uri")?,
        verifier: request.get("code_verifier"),
    })
}
