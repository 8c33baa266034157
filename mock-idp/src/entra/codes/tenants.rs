//! Tenants and what their aliases refuse.

use super::{Code, code};

const BY: &str = "codes_tenants::tenants_and_their_aliases";

pub(super) const CODES: &[Code] = &[
    code(
        90_002,
        "invalid_tenant",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
        "no tenant has this GUID or domain",
    )
    .v1("invalid_request")
    .met(BY),
    code(
        900_023,
        "invalid_request",
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
        "the tenant is neither a GUID nor a domain",
    )
    .met(BY),
    code(
        50_059,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
        "client credentials at `common`, `organizations` or `consumers`",
    )
    .assuming("status; other answers, and even tokens, were seen")
    .met(BY),
    code(
        90_019,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
        "the path names no tenant",
    )
    .documented()
    .assuming("status; that a path without a tenant is answered so")
    .met(BY),
    code(
        50_049,
        "invalid_instance",
        "Unknown or invalid instance.",
        "instance discovery for a host that is none of Microsoft's",
    )
    .met(BY),
    code(
        50_194,
        "invalid_request",
        "Application '{client}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
        "a single-tenant application at `common` or `organizations`",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        9_001_023,
        "invalid_request",
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        "the password grant at `common` or `consumers`",
    )
    .met(BY),
    code(
        9_002_332,
        "invalid_request",
        "Application '{client}'({name}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.",
        "an application for work accounts at `consumers`",
    )
    .documented()
    .assuming("status")
    .met(BY),
    code(
        9_002_331,
        "invalid_request",
        "Application '{client}'({name}) is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.",
        "an application for personal accounts elsewhere than at `consumers`",
    )
    .guessed()
    .assuming("number, text and status")
    .met("codes_tenants::personal_accounts_only"),
    code(
        900_439,
        "invalid_request",
        "USGClientNotSupportedOnPublicEndpoint - The application is registered in a US Government tenant and must be served by the US Government endpoint.",
        "a tenant of the US Government cloud at the public host",
    )
    .documented()
    .assuming("error, status and text")
    .met("codes_tenants::another_clouds_tenant"),
    code(
        500_212,
        "invalid_grant",
        "NotAllowedByOutboundPolicyTenant - The user's administrator has set an outbound access policy that doesn't allow access to the resource tenant.",
        "the outbound cross-tenant policy of the user's tenant",
    )
    .documented()
    .assuming("error and status")
    .met(super::policies::BY),
    code(
        500_213,
        "invalid_grant",
        "NotAllowedByInboundPolicyTenant - The resource tenant's cross-tenant access policy doesn't allow this user to access this tenant.",
        "the inbound cross-tenant policy of the API's tenant",
    )
    .documented()
    .assuming("error and status")
    .met(super::policies::BY),
];
