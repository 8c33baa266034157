//! What the authorization endpoint refuses, and what needs its user. What is told by redirect has no status of its own: the one
//! named is that of requests pushed ahead, and of an answer for which no redirect URI can be trusted.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "pkce_missing_challenge",
        400,
        "invalid_request",
        "PKCE code challenge is required by the application.",
        "a public client asks for a code without a challenge",
    )
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "pkce_missing_verifier",
        400,
        "invalid_request",
        "PKCE code verifier is required by the application.",
        "a code that was asked for with a challenge is redeemed without a verifier",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "pkce_challenge_unannounced",
        400,
        "invalid_request",
        "PKCE code challenge should be specified in the authorize request for code verification.",
        "a verifier for a code that was asked for without a challenge",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "pkce_method_unsupported",
        400,
        "invalid_request",
        "PKCE code challenge method is not supported. Valid values: [S256]",
        "another challenge method than S256",
    )
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "redirect_uri_unknown",
        400,
        "invalid_request",
        "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: {url}",
        "the redirect URI is none of the application's",
    )
    .met("okta_authorize::what_cannot_be_told_to_the_client_is_told_to_the_user"),
    code(
        "state_invalid",
        400,
        "invalid_request",
        "The authentication request has an invalid 'state' parameter.",
        "no `state`, or one with other characters than letters, digits, comma, period, underscore and hyphen",
    )
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "nonce_missing",
        400,
        "invalid_request",
        "The authentication request has an invalid 'nonce' parameter.",
        "an ID token is asked for at the authorization endpoint without a `nonce`",
    )
    .guessed()
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "prompt_invalid",
        400,
        "invalid_request",
        "The authentication request has an invalid 'prompt' parameter.",
        "another `prompt` than `none`, `login`, `consent` and `login consent`",
    )
    .guessed()
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "request_uri_invalid",
        400,
        "invalid_request",
        "The 'request_uri' parameter is invalid or has expired.",
        "a pushed request that was used, is too old or is another client's",
    )
    .guessed()
    .met("okta_authorize::what_cannot_be_told_to_the_client_is_told_to_the_user"),
    code(
        "post_logout_uri_unknown",
        400,
        "invalid_request",
        "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: {url}",
        "the address to go to after signing out is none of the application's",
    )
    .guessed()
    .met("okta_sign_ins::a_session_ends_and_sends_on_where_the_application_says"),
    code(
        "id_token_hint_invalid",
        400,
        "invalid_request",
        "The 'id_token_hint' is invalid.",
        "signing out with an ID token that is none of this server's for this client",
    )
    .guessed()
    .met("okta_sign_ins::a_session_ends_and_sends_on_where_the_application_says"),
    code(
        "service_not_allowed",
        400,
        "invalid_request",
        "Clients with 'application_type' of 'service' are not allowed to access the '{endpoint}' endpoint.",
        "a service signs nobody in",
    )
    .met("okta_authorize::what_cannot_be_told_to_the_client_is_told_to_the_user"),
    code(
        "unsupported_response_type",
        400,
        "unsupported_response_type",
        "The response type is not supported by the authorization server. Configured response types: [{types}].",
        "nobody knows the response type, or the application may not use it",
    )
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "unsupported_response_mode",
        400,
        "unsupported_response_mode",
        "The response mode is not supported by the authorization server. Configured response modes: [query, fragment, form_post, okta_post_message].",
        "nobody knows the response mode, or tokens are to stand in a query",
    )
    .assuming("text and that tokens in a query are told so")
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "login_required",
        400,
        "login_required",
        "The client specified not to prompt, but the user is not logged in.",
        "`prompt=none`, and nobody is signed in",
    )
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "consent_needed",
        400,
        "consent_required",
        "The client specified not to prompt, but the client app requires consent or MFA.",
        "`prompt=none`, and the user would have to be asked",
    )
    .guessed()
    .met("okta_authorize::a_session_signs_in_again_and_not_for_ever"),
    code(
        "access_denied_by_user",
        403,
        "access_denied",
        "The resource owner or authorization server denied the request.",
        "the user declines",
    )
    .met("okta_authorize::consent_and_a_second_factor_are_asked_for_on_pages_of_their_own"),
    code(
        "mfa_required",
        403,
        "mfa_required",
        "Verify with an additional authenticator to complete the sign-in process.",
        "direct authentication needs another authenticator",
    ),
];
