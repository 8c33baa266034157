//! Codes, refresh tokens and assertions of users: what is left of a sign-in.

use super::{Code, code};

const BY: &str = "codes_sessions::refresh_tokens";

pub(super) const CODES: &[Code] = &[
    code(
        70_000,
        "invalid_grant",
        "The provided value for the input parameter 'refresh_token' or 'code' is not valid.",
        "a refresh token of another client, or one that was replaced",
    )
    .met(BY),
    code(
        70_002,
        "invalid_client",
        "Error validating credentials.",
        "until 2019, around another number",
    ),
    code(
        70_008,
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        "a code after ten minutes",
    )
    .met("codes::a_code_lives_for_ten_minutes_and_no_longer_than_its_user"),
    code(
        700_081,
        "invalid_grant",
        "The refresh token has expired due to maximum lifetime. The token was issued on {issued} and the maximum allowed lifetime for this application is {lifetime}.",
        "a refresh token past a limit that does not slide",
    )
    .documented()
    .assuming("that it still exists; status")
    .met(BY),
    code(
        700_082,
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for {lifetime}.",
        "a refresh token that nobody used for 90 days",
    )
    .met(BY),
    code(
        700_084,
        "invalid_grant",
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of {lifetime}, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on {issued}.",
        "a single-page application's refresh token after a day",
    )
    .suberror("bad_token")
    .met(BY),
    code(
        70_043,
        "invalid_grant",
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on {issued} and the maximum allowed lifetime for this request is 3600.",
        "a policy wants a fresh sign-in",
    )
    .suberror("token_expired")
    .v1("interaction_required")
    .met(super::policies::BY),
    code(
        50_173,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{now}'.",
        "the grant was revoked",
    )
    .suberror("bad_token")
    .met(BY),
    code(
        50_133,
        "invalid_grant",
        "The session isn't valid due to password expiration or recent password change.",
        "nobody may be asked, and the password was changed or has expired since the sign-in",
    )
    .documented()
    .assuming("status")
    .met("revocation::another_password_ends_what_public_clients_were_granted"),
    code(
        54_005,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        "a code is redeemed twice",
    )
    .met("codes::a_code_gives_its_tokens_once"),
    code(
        700_005,
        "invalid_grant",
        "Provided Authorization Code is intended to use against other tenant, thus rejected.",
        "a code of another tenant",
    )
    .documented()
    .assuming("status")
    .met("codes::what_is_refused_uses_no_code_up"),
    code(
        501_481,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        "the code verifier is wrong (RFC 7636)",
    )
    .met("codes::what_is_refused_uses_no_code_up"),
    code(
        50_013,
        "invalid_grant",
        "Assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}']",
        "an assertion whose signature is wrong, `invalid_client` where it authenticates",
    )
    .assuming("that a federated credential is answered so")
    .met("on_behalf_of::what_is_not_a_callers_token_gives_nothing"),
    code(
        500_131,
        "invalid_grant",
        "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is '{client}' or one of the Application Uris of this application with App ID '{client}'({name}). The downstream client must request a token for the expected audience (the application that made the OBO request) and this application should use that token as the assertion.",
        "on-behalf-of with a token for another API",
    )
    .assuming("status")
    .met("on_behalf_of::what_is_not_a_callers_token_gives_nothing"),
    code(
        500_133,
        "invalid_grant",
        "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {issued}.",
        "on-behalf-of with a token that has expired",
    )
    .met("on_behalf_of::what_is_not_a_callers_token_gives_nothing"),
    code(
        50_148,
        "invalid_grant",
        "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
        "no code verifier beside a code with a challenge",
    )
    .documented()
    .assuming("that this is the number for a missing one")
    .met("codes::what_is_refused_uses_no_code_up"),
    code(
        500_112,
        "invalid_client",
        "The reply address '{redirect}' does not match the reply address '{asked}' provided when requesting Authorization code.",
        "another redirect URI than the code was asked with",
    )
    .met("codes::what_is_refused_uses_no_code_up"),
];
