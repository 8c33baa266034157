//! Conditional Access and its relatives: the credential is right, and that is not enough.

use super::{Code, code};

pub(super) const BY: &str = "codes_policies::what_a_policy_refuses";
const INTERACT: &str = "interaction_required";

pub(super) const CODES: &[Code] = &[
    code(
        50_076,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
        "the user has to show a second factor",
    )
    .suberror("basic_action")
    .v1(INTERACT)
    .met("codes_users::accounts"),
    code(
        50_079,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
        "the user has to register a second factor",
    )
    .suberror("basic_action")
    .v1(INTERACT)
    .met(BY),
    code(
        50_072,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
        "as 50079, while signing in",
    )
    .suberror("basic_action")
    .v1(INTERACT)
    .documented()
    .assuming("error, suberror and status")
    .met(BY),
    code(
        50_078,
        "invalid_grant",
        "Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access '{resource}'.",
        "the second factor was shown too long ago",
    )
    .suberror("basic_action")
    .documented()
    .assuming("error, suberror and status")
    .met(BY),
    code(
        50_158,
        "invalid_grant",
        "External security challenge not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges.",
        "another provider wants to be satisfied",
    )
    .v1(INTERACT)
    .met(BY),
    code(
        53_000,
        INTERACT,
        "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, and the device is not compliant.",
        "the device is not compliant",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        53_001,
        INTERACT,
        "Device is not in required device state: domain_joined. Conditional Access policy requires a domain joined device, and the device is not domain joined.",
        "the device is not joined to a domain",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        53_002,
        INTERACT,
        "Application used is not an approved application for Conditional Access.",
        "the application is not an approved one",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        53_003,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        "a policy blocks, app-only requests too",
    )
    .suberror("message_only")
    .v1(INTERACT)
    .met(BY),
    code(
        530_032,
        "invalid_grant",
        "User blocked due to risk on home tenant: blocked by tenant security policy.",
        "the tenant's security policy blocks",
    )
    .documented()
    .assuming("error, status and text")
    .met(BY),
    code(
        530_034,
        "access_denied",
        "DelegatedAdminBlockedDueToSuspiciousActivity: A delegated administrator was blocked from accessing the tenant due to account risk in their home tenant.",
        "a delegated administrator is at risk at home",
    )
    .documented()
    .assuming("error and status")
    .met(BY),
    code(
        530_035,
        "invalid_grant",
        "Access has been blocked by security defaults.",
        "security defaults block",
    )
    .documented()
    .assuming("error and status")
    .met(BY),
    code(
        700_003,
        "invalid_grant",
        "Device object was not found in the tenant '{tenant}' directory.",
        "the refresh token belongs to a device that is gone",
    )
    .suberror("device_authentication_failed")
    .met("admission::a_device_that_is_gone_takes_its_sign_ins_with_it"),
];
