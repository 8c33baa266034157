//! Who the client is, and what it shows for it.

use super::{Code, code};
use crate::fidelity::OktaBody;

pub(super) const CODES: &[Code] = &[
    code(
        "client_secret_wrong",
        401,
        "invalid_client",
        "The client secret supplied for a confidential client is invalid.",
        "the secret is wrong or outdated",
    )
    .observed()
    .met("okta_codes::who_the_client_is"),
    code(
        "client_unknown_by_basic",
        401,
        "invalid_client",
        "Invalid value for 'client_id' parameter.",
        "no application has the client id of the `Authorization` header",
    )
    .told_by(OktaBody::Envelope)
    .observed()
    .assuming("that the status follows from where the id stood")
    .met("okta_codes::who_the_client_is"),
    code(
        "client_unknown",
        400,
        "invalid_client",
        "Invalid value for 'client_id' parameter.",
        "no application has the client id of body or query",
    )
    .told_by(OktaBody::Envelope)
    .observed()
    .assuming("that the status follows from where the id stood")
    .met("okta_codes::who_the_client_is"),
    code(
        "client_authentication_failed",
        401,
        "invalid_client",
        "Client authentication failed. Either the client or the client credentials are invalid.",
        "a public client shows a credential, a client uses another method than its own, or the application is not active",
    )
    .observed()
    .met("okta_codes::who_the_client_is"),
    code(
        "multiple_client_credentials",
        401,
        "invalid_request",
        "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
        "more than one credential, or a client id in the body beside a Basic header or an assertion",
    )
    .observed()
    .met("okta_codes::who_the_client_is"),
    code(
        "client_credentials_missing",
        401,
        "invalid_client",
        "No client credentials found.",
        "a confidential client shows none, or nothing says whose request it is",
    )
    .observed()
    .met("okta_codes::who_the_client_is"),
    code(
        "client_credentials_malformed",
        401,
        "invalid_client",
        "Found Authentication header but was not valid client credentials.",
        "a Basic header that is none",
    )
    .met("okta_codes::who_the_client_is"),
    code(
        "client_credentials_in_query",
        400,
        "invalid_request",
        "Client credentials cannot be supplied via query parameters.",
        "client id or secret in the query",
    )
    .assuming("that an assertion may stand there")
    .met("okta_codes::who_the_client_is"),
    code(
        "browser_without_pkce",
        401,
        "invalid_client",
        "Browser requests to the token endpoint must use Proof Key for Code Exchange.",
        "a code is redeemed by a browser, with `Origin`, without a verifier",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "org_private_key_jwt_only",
        401,
        "invalid_client",
        "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
        "client credentials with a secret at the org server",
    )
    .met("okta_codes::the_org_is_for_services"),
    code(
        "org_service_only",
        401,
        "invalid_client",
        "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
        "client credentials of another application than a service at the org server",
    )
    .assuming("how the text ends")
    .met("okta_codes::the_org_is_for_services"),
    code(
        "assertion_issuer",
        401,
        "invalid_client",
        "The issuer claim for client_assertion is not a valid client_id.",
        "`iss` is no application, or not the one that asks",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_subject",
        401,
        "invalid_client",
        "The subject claim for client_assertion is not a valid client_id.",
        "`sub` is no application, or not the one that asks",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_audience",
        401,
        "invalid_client",
        "The audience claim for client_assertion must be the endpoint invoked for the request.",
        "`aud` is not, letter for letter, the URL that is invoked",
    )
    .observed()
    .met("okta_codes::assertions"),
    code(
        "assertion_without_exp",
        401,
        "invalid_client",
        "The client_assertion must contain the 'exp' claim as seconds since epoch.",
        "no `exp`, or none that is a number of seconds",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_expired",
        401,
        "invalid_client",
        "The client_assertion token is expired.",
        "`exp` has passed",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_exp_too_far",
        401,
        "invalid_client",
        "The client_assertion token has an expiration too far into the future.",
        "`exp` lies more than an hour ahead",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_from_future",
        401,
        "invalid_client",
        "The client_assertion token must be issued before the current time.",
        "`iat` or `nbf` lies ahead",
    )
    .assuming("that `nbf` is told so too")
    .met("okta_codes::assertions"),
    code(
        "assertion_used",
        401,
        "invalid_client",
        "The client_assertion token has already been used.",
        "an assertion with this `jti` was taken before",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_signature",
        401,
        "invalid_client",
        "The client_assertion signature is invalid.",
        "no key of the application has made the signature",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_malformed",
        401,
        "invalid_client",
        "The parsing of the client_assertion failed.",
        "the assertion is no JSON Web Token",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_kid",
        401,
        "invalid_client",
        "The client_assertion JWT kid is invalid.",
        "no key of the application has this `kid`, or there is none where the directory asks for one",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_algorithm",
        401,
        "invalid_client",
        "The client_assertion signature algorithm is invalid.",
        "`alg` is none of RS256 to RS512, ES256 to ES512 and, with a secret, HS256 to HS512",
    )
    .met("okta_codes::assertions"),
    code(
        "assertion_without_jwks",
        401,
        "invalid_client",
        "The client does not have a JWKSet configured, but the client_assertion requires one.",
        "the application has no keys",
    )
    .met("okta_codes::assertions"),
    code(
        "jwks_uri_unreachable",
        401,
        "invalid_client",
        "Error retrieving the client JWKSet from jwks_uri.",
        "the application's keys cannot be had from its `jwks_uri`",
    )
    .met("okta_causes::nothing_is_fetched_from_a_jwks_uri"),
    code(
        "assertion_secret_too_short",
        401,
        "invalid_client",
        "The client secret is too short to verify a JWT HMAC.",
        "`client_secret_jwt` with a secret of fewer bytes than the algorithm's hash has, 32 for HS256",
    )
    .met("okta_codes::assertions_with_secrets"),
    code(
        "assertion_type",
        400,
        "invalid_request",
        "The client_assertion_type is invalid.",
        "`client_assertion_type` is missing or is not that of a JSON Web Token",
    )
    .met("okta_codes::assertions"),
];
