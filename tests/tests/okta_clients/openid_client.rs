//! openid-client.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("openid_application.mjs", |said| {
        insta::assert_snapshot!(said, @"
        openid-configuration: /oauth2/default, /oauth2/default/v1/token
        oauth-authorization-server: /oauth2/default, /oauth2/default/v1/token
        openid-configuration, the org's: /, /oauth2/v1/token
        oauth-authorization-server, the org's: /, /oauth2/v1/token
        basic: bearer, 0oa1daemonTokenPr0d7, 1 orders
        post: bearer, 0oa1daemonTokenPr0d7, 1 orders
        private key: bearer, 0oa4servicTokenPr0d7, 1 orders
        private key, the org's: ada@okta.example
        private key, for the issuer: ResponseBodyError invalid_client
        private key, the client beside it: ResponseBodyError invalid_request
        wrong secret: ResponseBodyError invalid_client
        wrong key: ResponseBodyError invalid_client
        wrong scope: ResponseBodyError invalid_scope
        unknown client: ClientError RESPONSE_IS_NOT_CONFORM
        rate limited: ClientError RESPONSE_IS_NOT_CONFORM
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("openid_user.mjs", |said| {
        insta::assert_snapshot!(said, @"
        code: bearer, ada@okta.example, 1 orders
        the same code: ResponseBodyError invalid_grant
        another state: ClientError INVALID_RESPONSE
        another verifier: ResponseBodyError invalid_grant
        declined: AuthorizationResponseError access_denied
        pushed: request_uri,client_id
        pushed, code: bearer, ada@okta.example, 1 orders
        id token: ada@okta.example, with nonce and at_hash
        at_hash: right
        id token, another nonce: ClientError JWT_CLAIM_COMPARISON_FAILED nonce
        id token, wrong_key: ClientError INVALID_RESPONSE
        id token, wrong_issuer: ClientError JWT_CLAIM_COMPARISON_FAILED iss
        id token, expired: ClientError JWT_TIMESTAMP_CHECK_FAILED exp
        id token, unknown, and just fetched: ClientError KEY_SELECTION_FAILED
        id token, a new key: ada@okta.example, with nonce and at_hash
        code and id token: bearer, ada@okta.example, 1 orders
        code and id token, another code: ClientError JWT_CLAIM_COMPARISON_FAILED c_hash
        userinfo: ada@okta.example
        userinfo, of another: ClientError JSON_ATTRIBUTE_COMPARISON_FAILED sub
        userinfo, of nobody: WWWAuthenticateChallengeError invalid_token
        logout: 302 https://portal.okta.example/?state=here
        logout to elsewhere: 400
        ");
    });
}

#[test]
fn tokens_are_renewed_examined_and_revoked() {
    shows("openid_tokens.mjs", |said| {
        insta::assert_snapshot!(said, @"
        refresh: bearer, ada@okta.example, 1 orders, a new token
        refresh, then the newest: bearer, ada@okta.example, 1 orders, a new token
        replaced, within the leeway: bearer, ada@okta.example, 1 orders, a new token
        introspection: ada@okta.example, openid offline_access orders.read
        introspection, refresh token: ada@okta.example, openid offline_access orders.read
        replaced: ResponseBodyError invalid_grant
        replaced, then the newest: ResponseBodyError invalid_grant
        introspection, then: not active
        revocation: done
        introspection, revoked: not active
        revoked: ResponseBodyError invalid_grant
        ");
    });
}

#[test]
fn users_are_spoken_for_without_a_browser() {
    shows("openid_grants.mjs", |said| {
        insta::assert_snapshot!(said, @"
        device: bearer, ada@okta.example, 1 orders
        device, declined: ResponseBodyError access_denied
        password: bearer, ada@okta.example, 1 orders
        wrong password: ResponseBodyError invalid_grant
        token exchange: bearer, ada@okta.example, 1 orders
        token exchange, of nothing: ResponseBodyError invalid_request
        token exchange, for another: ResponseBodyError invalid_target
        jwt bearer: bearer, ada@okta.example, 1 orders
        jwt bearer, for another: ResponseBodyError invalid_grant
        jwt bearer, of nobody: ResponseBodyError invalid_grant
        ");
    });
}

#[test]
fn tokens_are_bound_to_a_key() {
    shows("openid_bound.mjs", |said| {
        insta::assert_snapshot!(said, @"
        without a proof: ResponseBodyError invalid_dpop_proof
        bound: dpop, 0oa8boundTokenpr00d7, 1 orders
        statuses: 400 400 200
        bound, again: dpop, 0oa8boundTokenpr00d7, 1 orders
        bound, shown with another key: WWWAuthenticateChallengeError invalid_token
        bound, code: dpop, ada@okta.example, 1 orders
        bound, userinfo: 00u1adaTokenproof0d7
        bound, introspection: DPoP
        bound, refresh: dpop, ada@okta.example, 1 orders
        bound, refresh with another key: ResponseBodyError invalid_dpop_proof
        ");
    });
}
