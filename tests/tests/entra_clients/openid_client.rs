//! openid-client.

use crate::shows;

#[test]
fn an_application_and_a_user_sign_in() {
    shows("openid_client.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        openid-configuration: /tenant/v2.0
        openid-configuration, common: ClientError JSON_ATTRIBUTE_COMPARISON_FAILED
        basic: bearer, 6 users
        post: bearer, 6 users
        certificate: bearer, 6 users
        wrong secret: ResponseBodyError invalid_client AADSTS7000215
        another key: ResponseBodyError invalid_client AADSTS700027
        code: bearer, ada@contoso.example
        the same code: ResponseBodyError invalid_grant AADSTS54005
        another verifier: ResponseBodyError invalid_grant AADSTS501481
        id token: ada@contoso.example, with nonce
        id token, another nonce: ClientError JWT_CLAIM_COMPARISON_FAILED nonce
        userinfo: Ada Okafor
        refresh: bearer, ada@contoso.example
        replaced: bearer, ada@contoso.example
        on behalf of: bearer, ada@contoso.example
        on behalf of nobody: ResponseBodyError invalid_request AADSTS50027
        device: bearer, ada@contoso.example
        device, declined: ResponseBodyError authorization_declined AADSTS65004
        logout: 302 http://localhost/callback?state=here
        ");
    });
}
