//! Authlib.

use crate::shows;

#[test]
fn an_application_and_a_user_sign_in() {
    shows("authlib_client.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        openid-configuration: /tenant/v2.0
        openid-configuration, common: /{tenantid}/v2.0
        basic: Bearer, 6 users
        post: Bearer, 6 users
        certificate: Bearer, 6 users
        certificate, the client not named: OAuthError invalid_request AADSTS900144
        wrong secret: OAuthError invalid_client AADSTS7000215
        another key: OAuthError invalid_client AADSTS700027
        code: Bearer, ada@contoso.example
        the same code: OAuthError invalid_grant AADSTS54005
        another verifier: OAuthError invalid_grant AADSTS501481
        id token: ada@contoso.example, with nonce
        id token, another nonce: InvalidClaimError nonce
        userinfo: Ada Okafor
        refresh: Bearer, ada@contoso.example
        replaced: Bearer, ada@contoso.example
        on behalf of: Bearer, ada@contoso.example
        on behalf of nobody: OAuthError invalid_request AADSTS50027
        device, pending: OAuthError authorization_pending AADSTS70016
        device: Bearer, ada@contoso.example
        device, declined: OAuthError authorization_declined AADSTS65004
        logout: 302 http://localhost/callback?state=here
        ");
    });
}
