//! What is redeemed: codes, refresh tokens, passwords, device codes, assertions.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "refresh_token_invalid",
        400,
        "invalid_grant",
        "The refresh token is invalid or expired.",
        "unknown, idle, too old, revoked, or replaced and used again after the leeway",
    )
    .observed()
    .met("okta_codes_grants::scopes_and_policies"),
    code(
        "code_invalid",
        400,
        "invalid_grant",
        "The authorization code is invalid or has expired.",
        "unknown, older than 300 seconds, or redeemed before",
    )
    .met("okta_authorize::a_code_gives_its_tokens_once"),
    code(
        "pkce_verification_failed",
        400,
        "invalid_grant",
        "PKCE verification failed.",
        "the verifier does not fit the challenge",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "grant_of_another_client",
        400,
        "invalid_grant",
        "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
        "a code or refresh token of another client",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "redirect_uri_mismatch",
        400,
        "invalid_grant",
        "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
        "a code is redeemed with another redirect URI",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "credentials_wrong",
        400,
        "invalid_grant",
        "The credentials provided were invalid.",
        "user unknown, password wrong, account locked or not active",
    )
    .observed()
    .assuming("that other accounts than locked ones are told so")
    .met("okta_codes_grants::passwords"),
    code(
        "password_expired",
        400,
        "invalid_grant",
        "Password has expired.",
        "the password has to be changed",
    )
    .met("okta_codes_grants::passwords"),
    code(
        "password_auth_denied_mfa",
        400,
        "invalid_grant",
        "Resource owner password credentials cannot be used with MFA enabled.",
        "the user needs a second factor",
    )
    .met("okta_codes_grants::passwords"),
    code(
        "password_auth_denied_policy",
        400,
        "invalid_grant",
        "Resource owner password credentials denied by sign on policy.",
        "the application's sign-on policy lets nobody in by a password",
    )
    .assuming("how the text begins")
    .met("okta_causes::a_sign_on_policy_refuses_passwords"),
    code(
        "password_rate_limit",
        429,
        "invalid_grant",
        "API call exceeded rate limit due to too many requests.",
        "more than 4 requests in a second for one user name",
    )
    .met("okta_codes_grants::passwords"),
    code(
        "device_code_invalid",
        400,
        "invalid_grant",
        "The device code is invalid or has expired.",
        "unknown, redeemed before, or another client's",
    )
    .met("okta_sign_ins::a_device_is_signed_in_on_its_page"),
    code(
        "authorization_pending",
        400,
        "authorization_pending",
        "The device authorization is pending. Please try again later.",
        "nobody has decided yet",
    )
    .met("okta_sign_ins::a_device_is_signed_in_on_its_page"),
    code(
        "slow_down",
        400,
        "slow_down",
        "Slow down the polling frequency. Please try again later.",
        "a poll before the interval is over",
    )
    .met("okta_sign_ins::a_device_is_signed_in_on_its_page"),
    code(
        "expired_token",
        400,
        "expired_token",
        "The device code has expired.",
        "a poll after ten minutes",
    )
    .met("okta_sign_ins::a_device_is_signed_in_on_its_page"),
    code(
        "device_denied",
        400,
        "access_denied",
        "The resource owner or authorization server denied the request.",
        "the user of a device declines",
    )
    .assuming("400: the catalogue has 403 for the error, RFC 8628 and its clients expect 400")
    .met("okta_sign_ins::a_device_is_signed_in_on_its_page"),
    code(
        "too_many_user_codes",
        429,
        "too_many_user_codes",
        "Too many user codes generated. Please try again later.",
        "as many device codes of a client wait as may",
    )
    .assuming("how many those are")
    .met("okta_sign_ins::so_many_device_codes_wait_and_no_more"),
    code(
        "jwt_bearer_used",
        400,
        "invalid_grant",
        "The jti of the JWT Bearer Grant was already used.",
        "jwt-bearer: the assertion was taken before",
    )
    .met("okta_codes_grants::jwt_bearer_assertions"),
    code(
        "jwt_bearer_audience",
        400,
        "invalid_grant",
        "The audience of the JWT Bearer Grant must match the the issuer of the authorization server.",
        "jwt-bearer: `aud` is not the issuer; \"the the\" is Okta's",
    )
    .met("okta_codes_grants::jwt_bearer_assertions"),
    code(
        "jwt_bearer_invalid",
        400,
        "invalid_grant",
        "The JWT Bearer Grant is invalid.",
        "jwt-bearer: not a signed token of the application, of no user, or outdated",
    )
    .guessed()
    .met("okta_codes_grants::jwt_bearer_assertions"),
    code(
        "ciba_pending",
        400,
        "authorization_pending",
        "The authorization request is still pending as the user hasn't yet been authenticated.",
        "CIBA: nobody has decided yet",
    ),
    code(
        "ciba_slow_down",
        400,
        "slow_down",
        "Slow down the polling frequency. Try again later.",
        "CIBA: a poll before the interval is over",
    )
    .assuming("how the text begins"),
    code(
        "ciba_expired",
        400,
        "expired_token",
        "The 'auth_req_id' is invalid or has expired. Make a new authentication request.",
        "CIBA: unknown or too old",
    ),
];
