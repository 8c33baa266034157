//! Requests that are not well-formed, or not for the endpoint they came to.

use super::{Code, code};

const BY: &str = "codes_requests::malformed_requests";

pub(super) const CODES: &[Code] = &[
    code(
        900_144,
        "invalid_request",
        "The request body must contain the following parameter: '{parameter}'.",
        "a parameter is missing",
    )
    .met(BY),
    code(
        90_014,
        "invalid_request",
        "The required field '{parameter}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
        "a parameter of the credential is there and empty",
    )
    .assuming("which parameters")
    .met(BY),
    code(
        900_561,
        "invalid_request",
        "The endpoint only accepts POST, OPTIONS requests. Received a {method} request.",
        "the token endpoint is asked by another method",
    )
    .assuming("status")
    .met(BY),
    code(
        901_002,
        "invalid_request",
        "The 'resource' request parameter isn't supported.",
        "`resource` at the v2.0 endpoint",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        90_013,
        "invalid_request",
        "Invalid input received from the user.",
        "a form, or a Basic header, that cannot be read",
    )
    .documented()
    .assuming("status and text; that these cases are answered so")
    .met(BY),
    code(
        90_023,
        "invalid_request",
        "The authentication service request isn't valid.",
        "two credentials at once, or an assertion of another type",
    )
    .documented()
    .assuming("status; that these cases are answered so")
    .met(BY),
    code(
        9_000_411,
        "invalid_request",
        "The request is not properly formatted. The parameter '{parameter}' is duplicated.",
        "a parameter occurs twice",
    )
    .guessed()
    .met(BY),
    code(
        70_003,
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{grant}'.",
        "a grant that is not known, or that the application may not use",
    )
    .documented()
    .assuming("status and text; that a grant that is not allowed is answered so")
    .met(BY),
    code(
        9_002_313,
        "invalid_grant",
        "Invalid request. Request is malformed or invalid.",
        "what is shown as a code or refresh token was never one",
    )
    .assuming("`invalid_request` was seen, too")
    .met(BY),
    code(
        9_002_326,
        "invalid_request",
        "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request origin: '{origin}'.",
        "`Origin` beside what was not issued to a single-page application",
    )
    .met("codes::the_address_decides_who_may_redeem"),
    code(
        9_002_327,
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        "what was issued to a single-page application is redeemed without `Origin`",
    )
    .met("codes::the_address_decides_who_may_redeem"),
    code(
        240_002,
        "invalid_grant",
        "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.",
        "on-behalf-of with an id token",
    )
    .documented()
    .assuming("error and status")
    .met("on_behalf_of::what_is_not_a_callers_token_gives_nothing"),
    code(
        50_011,
        "invalid_request",
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.",
        "the redirect URI is none of the application's",
    )
    .met("authorize::what_cannot_be_told_to_the_client_is_told_to_the_user"),
    code(
        500_113,
        "invalid_request",
        "No reply address is registered for the application.",
        "no redirect URI is registered",
    )
    .documented()
    .met("authorize::what_cannot_be_told_to_the_client_is_told_to_the_user"),
    code(
        70_005,
        "unsupported_response_type",
        "The app requested an unsupported response type.",
        "a `response_type` that is not known",
    )
    .documented()
    .assuming("text")
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        70_007,
        "invalid_request",
        "'{mode}' is not a supported value of 'response_mode' when requesting a token.",
        "a `response_mode` that is not known",
    )
    .documented()
    .assuming("error and text")
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        700_051,
        "unsupported_response_type",
        "response_type 'token' is not enabled for the application.",
        "an access token from the authorization endpoint",
    )
    .documented()
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        700_054,
        "unsupported_response_type",
        "response_type 'id_token' is not enabled for the application.",
        "an id token from the authorization endpoint",
    )
    .documented()
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        9_002_325,
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        "a single-page application without a code challenge",
    )
    .assuming("that it is told before the code is redeemed")
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        50_147,
        "invalid_request",
        "The size of the code challenge parameter isn't valid.",
        "a code challenge of an unknown method",
    )
    .documented()
    .assuming("that this is the number for it")
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        501_491,
        "invalid_request",
        "Invalid size of Code_Challenge parameter.",
        "a code challenge that is too short or too long",
    )
    .documented()
    .met("authorize::what_the_client_got_wrong_is_told_to_the_client"),
];
