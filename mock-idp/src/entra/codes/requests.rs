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
    ),
    code(
        9_002_327,
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        "what was issued to a single-page application is redeemed without `Origin`",
    ),
    code(
        240_002,
        "invalid_grant",
        "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.",
        "on-behalf-of with an id token",
    )
    .documented()
    .assuming("error and status"),
    code(
        50_011,
        "invalid_request",
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.",
        "the redirect URI is none of the application's",
    ),
];
