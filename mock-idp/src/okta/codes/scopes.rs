//! Scopes, policies and consent.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "policy_evaluation_failed",
        401,
        "access_denied",
        "Policy evaluation failed for this request, please check the policy configurations.",
        "the server has access policies, and none of them is for the request",
    )
    .observed()
    .met("okta_codes_grants::scopes_and_policies"),
    code(
        "user_not_assigned",
        400,
        "access_denied",
        "User is not assigned to the client application.",
        "the application is assigned to others",
    )
    .assuming("that a refresh, a code and a device code are refused so too")
    .met("okta_assigned::who_is_not_assigned_gets_nothing"),
    code(
        "all_scopes_rejected",
        400,
        "access_denied",
        "Policy evaluation succeeded, but all the requested scopes were rejected.",
        "the policy that is for the request denies all of the scopes",
    )
    .assuming("what has a policy deny a scope and yet be for the request")
    .met("okta_causes::policies_deny_scopes"),
    code(
        "some_scopes_denied",
        400,
        "access_denied",
        "Some of the requested scopes were denied by the policy. Denied scopes: [{scopes}].",
        "the policy that is for the request denies some of the scopes",
    )
    .assuming("the same")
    .met("okta_causes::policies_deny_scopes"),
    code(
        "refresh_scopes_denied",
        400,
        "access_denied",
        "Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: [{scopes}].",
        "a refresh asks for more than was granted",
    )
    .met("okta_codes_grants::scopes_and_policies"),
    code(
        "network_zone_denied",
        403,
        "access_denied",
        "The request is made from outside the client's permitted network zones.",
        "the application is for other network zones than the one that the request comes from",
    )
    .met("okta_causes::an_application_is_for_its_network_zones"),
    code(
        "scope_unknown",
        400,
        "invalid_scope",
        "One or more scopes are not configured for the authorization server resource.",
        "nobody knows the scope",
    )
    .met("okta_codes::the_org_is_for_services"),
    code(
        "no_scopes",
        400,
        "invalid_scope",
        "No scopes were requested.",
        "no scope at the org server",
    )
    .met("okta_codes::the_org_is_for_services"),
    code(
        "no_default_scopes",
        400,
        "invalid_scope",
        "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        "no scope at a custom server that has no default ones",
    )
    .met("okta_codes_grants::scopes_and_policies"),
    code(
        "openid_scope_without_user",
        400,
        "invalid_scope",
        "Cannot request '{scopes}' scopes using client credentials.",
        "OpenID Connect's scopes without a user",
    )
    .assuming("that other scopes than `openid` are named")
    .met("okta_codes::the_org_is_for_services"),
    code(
        "openid_scope_missing",
        400,
        "invalid_scope",
        "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
        "`profile`, `email`, `address` or `phone` without `openid`",
    )
    .observed()
    .met("okta_codes_grants::scopes_and_policies"),
    code(
        "browser_offline_access",
        400,
        "invalid_scope",
        "Browser requests to the token endpoint may not include the offline_access scope.",
        "a browser, with `Origin`, asks for a refresh token otherwise than with PKCE",
    )
    .met("okta_codes::who_the_client_is"),
    code(
        "scopes_not_granted",
        400,
        "consent_required",
        "You are not allowed any of the requested scopes.",
        "the application has not been granted these of Okta's own scopes",
    )
    .assuming("that scopes of others are told so")
    .met("okta_codes::the_org_is_for_services"),
    code(
        "client_credentials_self_scope_requested",
        400,
        "client_credentials_self_scope_requested",
        "The 'client_credentials' grant type may not request .self scopes.",
        "a scope about oneself at the org server without a user",
    )
    .met("okta_codes::the_org_is_for_services"),
];
