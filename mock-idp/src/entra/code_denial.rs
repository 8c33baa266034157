//! Why an authorization code gives nothing, in Entra's words.

use super::aadsts::{Aadsts, text_of};
use super::denial::revoked;
use crate::ledger::CodeRefusal;

pub(super) fn refused(refusal: &CodeRefusal) -> Aadsts {
    let denied = |number, message: String| Aadsts::new(number, "invalid_grant", message);
    match refusal {
        CodeRefusal::Unknown => denied(
            9_002_313,
            "Invalid request. Request is malformed or invalid.".to_owned(),
        ),
        CodeRefusal::OtherClient => denied(70_000, text_of(70_000).to_owned()),
        CodeRefusal::OtherIssuer => denied(
            700_005,
            "Provided Authorization Code is intended to use against other tenant, thus rejected.".to_owned(),
        ),
        // Seen in public reports, with this error.
        CodeRefusal::OtherRedirect { asked, shown } => Aadsts::new(
            500_112,
            "invalid_client",
            format!(
                "The reply address '{}' does not match the reply address '{asked}' provided when requesting Authorization code.",
                shown.chars().take(256).collect::<String>()
            ),
        ),
        CodeRefusal::Redeemed => denied(54_005, text_of(54_005).to_owned()),
        CodeRefusal::Expired => denied(70_008, text_of(70_008).to_owned()),
        CodeRefusal::Revoked {
            issued_at,
            revoked_at,
        } => revoked(*issued_at, *revoked_at),
        // The number is not documented for a missing one.
        CodeRefusal::VerifierMissing => denied(
            50_148,
            "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.".to_owned(),
        ),
        CodeRefusal::VerifierWrong => denied(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.".to_owned(),
        ),
    }
}
