//! Device codes.

use super::{Code, code};

const BY: &str = "codes_devices::polls";

pub(super) const CODES: &[Code] = &[
    code(
        70_016,
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        "nobody has signed in yet",
    )
    .met(BY),
    code(
        70_018,
        "bad_verification_code",
        "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't approved.",
        "the device code is none of this client's",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        70_019,
        "expired_token",
        "Verification code expired. Have the user retry the sign-in.",
        "the user code has expired, on the page",
    )
    .v1("code_expired")
    .documented()
    .assuming("status")
    .met("sign_in_pages::a_device_is_let_in_by_its_code"),
    code(
        70_020,
        "expired_token",
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        "a poll after fifteen minutes",
    )
    .v1("code_expired")
    .met(BY),
    code(
        90_119,
        "invalid_request",
        "The user code is null or empty.",
        "no user code, on the page",
    )
    .documented()
    .assuming("error and status")
    .met("sign_in_pages::a_device_is_let_in_by_its_code"),
    code(
        90_120,
        "invalid_request",
        "The request was already authorized or declined.",
        "the device code has given its tokens",
    )
    .documented()
    .assuming("error and status; that a poll is answered so")
    .met(BY),
];
