//! Errors of Okta's API, by their E-codes.

use super::{Code, api};

pub(super) const CODES: &[Code] = &[
    api(
        "E0000003",
        400,
        "The request body was not well-formed.",
        "a body that cannot be read",
    )
    .observed(),
    api(
        "E0000005",
        403,
        "Invalid session",
        "no `Authorization`, or a scheme that is none of the API's",
    )
    .observed(),
    api(
        "E0000007",
        404,
        "Not found: Resource not found: {id} ({type})",
        "nothing has this id",
    )
    .observed(),
    api(
        "E0000008",
        404,
        "The requested path was not found",
        "nothing has this path",
    ),
    api("E0000009", 500, "Internal Server Error", "an outage").observed(),
    api(
        "E0000011",
        401,
        "Invalid token provided",
        "an API token that is unknown, idle too long, or its owner's who is not active",
    )
    .observed(),
    api(
        "E0000022",
        405,
        "The endpoint does not support the provided HTTP method",
        "another method than those of the path",
    )
    .observed(),
    api(
        "E0000047",
        429,
        "API call exceeded rate limit due to too many requests.",
        "a rate limit; the authorization servers answer so too",
    )
    .observed(),
    api(
        "E0000181",
        503,
        "Service temporarily unavailable.",
        "an outage",
    ),
];
