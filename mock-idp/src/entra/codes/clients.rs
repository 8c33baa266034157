//! Applications and the APIs they ask for.

use super::{Code, code};

const APPLICATIONS: &str = "codes_clients::applications";
const RESOURCES: &str = "codes_clients::scopes_and_resources";

pub(super) const CODES: &[Code] = &[
    code(
        700_016,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
        "the tenant has no such application",
    )
    .met(APPLICATIONS),
    code(
        7_000_229,
        "invalid_client",
        "The client application {client} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
        "client credentials at a tenant where a multi-tenant application has no service principal",
    )
    .assuming("status; that a single-tenant application gets 700016 instead")
    .met(APPLICATIONS),
    code(
        700_038,
        "unauthorized_client",
        "{client} is not a valid application identifier.",
        "the client id is all zeros",
    )
    .assuming("status")
    .met(APPLICATIONS),
    code(
        7_000_112,
        "unauthorized_client",
        "Application '{client}'({name}) is disabled.",
        "the application is disabled",
    )
    .documented()
    .assuming("status")
    .met(APPLICATIONS),
    code(
        7_000_114,
        "invalid_grant",
        "Application '{client}' is not allowed to make application on-behalf-of calls.",
        "on-behalf-of is not allowed to the application",
    )
    .documented()
    .assuming("status")
    .met("on_behalf_of::what_is_not_a_callers_token_gives_nothing"),
    code(
        501_051,
        "invalid_grant",
        "Application '{client}'({name}) is not assigned to a role for the application '{resource}'({resource}).",
        "app-only, and the API wants an assignment",
    )
    .assuming("the documentation has `invalid_client`")
    .met(APPLICATIONS),
    code(
        50_105,
        "interaction_required",
        "The signed in user '{EmailHidden}' is not assigned to a role for the application '{client}'({name}).",
        "the user is not assigned to the application",
    )
    .assuming("status")
    .met("admission::users_who_are_not_assigned"),
    code(
        70_011,
        "invalid_scope",
        "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
        "a scope that is malformed, or `.default` beside others",
    )
    .met(RESOURCES),
    code(
        1_002_012,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        "app-only, and the scope does not end in `/.default`",
    )
    .met(RESOURCES),
    code(
        28_002,
        "invalid_scope",
        "Provided value for the input parameter scope '{scope}' isn't valid when requesting an access token. Please specify a valid scope.",
        "a code or refresh token is redeemed for a scope without a name",
    )
    .documented()
    .assuming("status")
    .met("codes::a_redemption_names_scopes_or_none"),
    code(
        28_003,
        "invalid_scope",
        "Provided value for the input parameter scope can't be empty when requesting an access token using the provided authorization code. Please specify a valid scope.",
        "a code is redeemed with an empty `scope`",
    )
    .documented()
    .assuming("status")
    .met("codes::a_redemption_names_scopes_or_none"),
    code(
        700_022,
        "invalid_scope",
        "The provided value for the input parameter scope isn't valid because it contains more than one resource.",
        "scopes of several APIs",
    )
    .documented()
    .assuming("status")
    .met(RESOURCES),
    code(
        500_011,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
        "the tenant has no such API",
    )
    .met(RESOURCES),
    code(
        50_001,
        "invalid_resource",
        "The resource is disabled or the resource named {resource} was not found.",
        "as 500011 and 500014, in older words",
    ),
    code(
        500_014,
        "invalid_resource",
        "The service principal for resource '{resource}' is disabled.",
        "the API is disabled",
    )
    .assuming("status")
    .met(RESOURCES),
    code(
        650_057,
        "invalid_client",
        "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: {client}({name}). Resource value from request: {resource}.",
        "`.default` of an API that the registration does not list, for a user",
    )
    .assuming("status")
    .met("codes_clients::apis_that_are_not_to_be_had"),
    code(
        650_052,
        "invalid_grant",
        "The app needs access to a service (\"{resource}\") that your organization \"{tenant}\" has not subscribed to or enabled. Contact your IT Admin to review the configuration of your service subscriptions.",
        "the API that a user's client asks for has no service principal in the tenant",
    )
    .documented()
    .assuming("error and status")
    .met("codes_clients::apis_that_are_not_to_be_had"),
    code(
        65_001,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an interactive authorization request for this user and resource.",
        "a scope that nobody has consented to",
    )
    .suberror("consent_required")
    .met(RESOURCES),
    code(
        65_004,
        "access_denied",
        "User declined to consent to access the app.",
        "the user declined to consent; a poll for a device code then says `authorization_declined`",
    )
    .documented()
    .assuming("status")
    .met("sign_in_pages::a_second_factor_and_consent_are_asked_for_on_pages_of_their_own"),
    code(
        90_094,
        "access_denied",
        "An administrator of {tenant} has set a policy that prevents you from granting {name} the permissions it is requesting. Contact an administrator of {tenant}, who can grant permissions to this app on your behalf.",
        "only an administrator may consent",
    )
    .documented()
    .assuming("error, status and text")
    .met("sign_in_pages::scopes_that_a_resource_lists_are_the_only_ones_it_has"),
    code(
        650_053,
        "invalid_client",
        "The application '{name}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor.",
        "the API has no such scope",
    )
    .documented()
    .assuming("error")
    .met("sign_in_pages::scopes_that_a_resource_lists_are_the_only_ones_it_has"),
];
