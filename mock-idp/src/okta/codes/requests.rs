//! The form of requests, and what they name.

use super::{Code, code};
use crate::fidelity::OktaBody;

pub(super) const CODES: &[Code] = &[
    code(
        "request_malformed",
        400,
        "invalid_request",
        "The request body was not well-formed.",
        "body or query cannot be read",
    )
    .guessed()
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "request_refused",
        400,
        "invalid_request",
        "The request was not valid.",
        "what has no error of its own",
    )
    .guessed()
    .met("okta_authorize::what_the_client_got_wrong_is_told_to_the_client"),
    code(
        "parameter_repeated",
        400,
        "invalid_request",
        "The request contained multiple parameters with the same name.",
        "a parameter stands twice in the body",
    )
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "grant_type_missing",
        400,
        "invalid_request",
        "The token request must specify a 'grant_type'. Valid values: [{grants}].",
        "no `grant_type`",
    )
    .assuming("which values are named")
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "parameter_missing",
        400,
        "invalid_request",
        "The required parameter '{name}' is missing.",
        "a parameter is missing",
    )
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "token_missing",
        400,
        "invalid_request",
        "The 'token' parameter is required.",
        "nothing to revoke or to introspect",
    )
    .met("okta_tokens::what_is_told_of_a_token"),
    code(
        "authorization_server_invalid",
        400,
        "invalid_request",
        "The authorization server id is invalid.",
        "the authorization server is not active",
    )
    .assuming("that all of its endpoints say so")
    .met("okta_causes::a_server_that_is_not_active_gives_nothing"),
    code(
        "grant_of_another_server",
        400,
        "invalid_request",
        "The grant was issued for another authorization server.",
        "a code or device code of another authorization server",
    )
    .met("okta_authorize::what_a_code_is_not_given_for"),
    code(
        "access_token_missing",
        401,
        "invalid_request",
        "The access token is missing.",
        "a resource is called without a token",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_tokens::who_the_user_is"),
    code(
        "access_token_in_query",
        400,
        "invalid_request",
        "The access token cannot be presented in a query string.",
        "a resource is shown the token in the query",
    )
    .told_by(OktaBody::Challenge)
    .met("okta_tokens::who_the_user_is"),
    code(
        "unauthorized_grant_type",
        400,
        "unauthorized_client",
        "The client is not authorized to use the provided grant type. Configured grant types: [{grants}].",
        "the application may not use the grant",
    )
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "unsupported_grant_type",
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server. Configured grant types: [{grants}].",
        "nobody knows the grant, or not at this server",
    )
    .observed()
    .met("okta_codes::the_form_of_token_requests"),
    code(
        "subject_token_invalid",
        400,
        "invalid_request",
        "'subject_token' is invalid.",
        "token exchange: the token is none of this org's, or no longer",
    )
    .met("okta_codes_grants::token_exchanges"),
    code(
        "subject_token_type_invalid",
        400,
        "invalid_request",
        "'subject_token_type' is invalid or not supported.",
        "token exchange: no access token and no ID token",
    )
    .met("okta_codes_grants::token_exchanges"),
    code(
        "requested_token_type_invalid",
        400,
        "invalid_request",
        "'requested_token_type' is invalid or not supported.",
        "token exchange: something else than an access token is wanted",
    )
    .met("okta_codes_grants::token_exchanges"),
    code(
        "invalid_target",
        400,
        "invalid_target",
        "Token Exchange requests must include a valid audience of the authorization server.",
        "token exchange: `audience` is not the server's",
    )
    .met("okta_codes_grants::token_exchanges"),
    code(
        "temporarily_unavailable",
        400,
        "temporarily_unavailable",
        "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.",
        "an outage; 400, not 503",
    ),
    code(
        "server_error",
        500,
        "server_error",
        "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
        "an outage",
    )
    .met("okta_sign_ins::sign_ins_are_decided_on_without_a_browser"),
];
