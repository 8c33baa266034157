//! The service itself: throttling and incidents.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        50_196,
        "invalid_grant",
        "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
        "the same request over and over, where the loop detector is on",
    )
    .met("codes_service::a_loop_of_requests"),
    code(
        90_055,
        "temporarily_unavailable",
        "TenantThrottlingError: There are too many incoming requests.",
        "a limit is used up, where its refusals are JSON",
    )
    .status(429)
    .documented()
    .assuming("error and status")
    .met("codes_service::throttling_in_json"),
    code(
        90_033,
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
        "the service is not well",
    )
    .met("codes_service::an_incident"),
    code(
        90_024,
        "temporarily_unavailable",
        "RequestBudgetExceeded - A transient error has occurred. Please try again.",
        "the request took too much",
    )
    .documented()
    .assuming("error and status"),
    code(
        90_006,
        "temporarily_unavailable",
        "The service is temporarily unavailable. Please retry later.",
        "the service is temporarily unavailable",
    )
    .documented()
    .assuming("error, status and text"),
    code(
        90_012,
        "server_error",
        "The request has timed out.",
        "the request timed out inside the service",
    )
    .status(504)
    .documented()
    .assuming("error and text"),
    code(
        90_041,
        "server_error",
        "The service is temporarily unavailable. Please retry later.",
        "the service is temporarily unavailable",
    )
    .guessed(),
    code(
        90_090,
        "temporarily_unavailable",
        "GraphRetryableError - The service is temporarily unavailable.",
        "the service's own directory asks for patience",
    )
    .documented()
    .assuming("error and status"),
    code(
        50_033,
        "temporarily_unavailable",
        "RetryableError - Indicates a transient error not related to the database operations.",
        "a transient error",
    )
    .documented()
    .assuming("error and status"),
    code(
        50_087,
        "temporarily_unavailable",
        "A transient error has occurred during strong authentication. Please try again.",
        "a transient error of strong authentication",
    )
    .documented()
    .assuming("error and status"),
    code(
        90_000,
        "server_error",
        "An error occurred.",
        "a status of 500 that a script asks for",
    )
    .guessed()
    .met("codes_service::an_incident"),
];
