//! Authlib.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("authlib_application.py", |said| {
        insta::assert_snapshot!(said, @"
        openid-configuration: /oauth2/default, /oauth2/default/v1/token
        oauth-authorization-server: /oauth2/default, /oauth2/default/v1/token
        openid-configuration, the org's: /, /oauth2/v1/token
        oauth-authorization-server, the org's: /, /oauth2/v1/token
        basic: Bearer, 0oa1daemonTokenPr0d7, 1 orders
        post: Bearer, 0oa1daemonTokenPr0d7, 1 orders
        private key: Bearer, 0oa4servicTokenPr0d7, 1 orders
        private key, the org's: ['ada@okta.example']
        wrong secret: OAuthError invalid_client
        wrong key: OAuthError invalid_client
        wrong scope: OAuthError invalid_scope
        unknown client: no error, and ['errorCauses', 'errorCode', 'errorId', 'errorLink', 'errorSummary']
        rate limited: no error, and ['errorCauses', 'errorCode', 'errorId', 'errorLink', 'errorSummary']
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("authlib_user.py", |said| {
        insta::assert_snapshot!(said, @"
        code: Bearer, ada@okta.example, 1 orders
        the same code: OAuthError invalid_grant
        another state: MismatchingStateException mismatching_state
        another verifier: OAuthError invalid_grant
        id token: ada@okta.example, with nonce and at_hash
        id token, another nonce: InvalidClaimError nonce
        id token, another access token: InvalidClaimError at_hash
        id token, wrong_key: BadSignatureError
        id token, wrong_issuer: InvalidClaimError iss
        id token, expired: ExpiredTokenError exp
        id token, a new key: ada@okta.example, with nonce and at_hash
        userinfo: ada@okta.example
        logout: 302 https://portal.okta.example/?state=here
        logout to elsewhere: 400
        ");
    });
}

#[test]
fn tokens_are_renewed_examined_and_revoked() {
    shows("authlib_tokens.py", |said| {
        insta::assert_snapshot!(said, @"
        refresh: Bearer, ada@okta.example, 1 orders, a new token
        refresh, then the newest: Bearer, ada@okta.example, 1 orders, a new token
        replaced, within the leeway: Bearer, ada@okta.example, 1 orders, a new token
        introspection: ada@okta.example, openid profile email offline_access orders.read
        introspection, refresh token: ada@okta.example, openid profile email offline_access orders.read
        replaced: OAuthError invalid_grant
        replaced, then the newest: OAuthError invalid_grant
        introspection, then: not active
        nearly expired: 1 orders, a new token is kept
        revocation: 200
        introspection, revoked: not active
        revoked: OAuthError invalid_grant
        ");
    });
}

#[test]
fn users_are_spoken_for_without_a_browser() {
    shows("authlib_grants.py", |said| {
        insta::assert_snapshot!(said, @"
        device, pending: OAuthError authorization_pending
        device, too soon: OAuthError slow_down
        device: Bearer, ada@okta.example, 1 orders
        device, declined: OAuthError access_denied
        password: Bearer, ada@okta.example, 1 orders
        wrong password: OAuthError invalid_grant
        token exchange: Bearer, ada@okta.example, 1 orders
        token exchange, of nothing: OAuthError invalid_request
        token exchange, for another: OAuthError invalid_target
        jwt bearer: Bearer, ada@okta.example, 1 orders
        jwt bearer, for another: OAuth2Error invalid_grant
        jwt bearer, of nobody: OAuth2Error invalid_grant
        ");
    });
}
