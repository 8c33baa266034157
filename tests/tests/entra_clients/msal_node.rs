//! MSAL Node.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("msal_application.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        secret: provider, 6 users
        again: cache, 6 users
        wrong secret: ServerError invalid_client 7000215
        expired secret: ServerError invalid_client 7000222
        certificate by SHA-1: provider, 6 users
        certificate: provider, 6 users
        certificate with x5c: provider, 6 users
        certificate of another: ServerError invalid_client 700027, The key was not found
        another key: ServerError invalid_client 700027, The provided signature value did not match the expected signature value
        expired certificate: ServerError invalid_client 700027, The key used is expired
        federated: provider, 6 users
        again: cache, 6 users, 2 assertions
        federated, too late: ServerError invalid_client 700024
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("msal_user.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @r#"
        code: provider, ada@contoso.example, ada@contoso.example
        the same code: ServerError invalid_grant 54005
        another verifier: ServerError invalid_grant 501481
        browser: provider, ada@contoso.example
        silent: cache, ada@contoso.example
        refresh: provider, ada@contoso.example
        refresh by its token: provider, ada@contoso.example
        another resource: provider, Orders.Read openid profile
        on behalf of: provider, ada@contoso.example
        again: cache, ada@contoso.example
        on behalf of nobody: ServerError invalid_request 50027
        device: provider, ada@contoso.example
        device, declined: AuthError post_request_failed authorization_declined
        password: provider, ada@contoso.example
        wrong password: ServerError invalid_grant 50126
        second factor needed: InteractionRequiredAuthError invalid_grant 50076 basic_action {"access_token":{"capolids":{"essential":true,"values":["1c54e349-f1f1-4634-8112-40471a65d073"]}}}
        at organizations: provider, ada@contoso.example
        nearly expired: provider, ada@contoso.example
        revoked: InteractionRequiredAuthError invalid_grant 50173 bad_token
        revoked, again: InteractionRequiredAuthError no_tokens_found
        "#);
    });
}

#[test]
fn a_machine_has_an_identity() {
    shows("msal_machine.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        own: provider, 7c8d9e0f, 6 users
        again: cache, 7c8d9e0f, 6 users
        assigned, by userAssignedClientId: provider, 9e0f1a2b, 6 users
        assigned, by userAssignedObjectId: provider, 9e0f1a2b, 6 users
        assigned, by userAssignedResourceId: provider, 9e0f1a2b, 6 users
        nobody: ServerError invalid_request 400
        ");
    });
}

#[test]
fn an_app_service_has_an_identity() {
    shows("msal_machine.mjs", "app-service", |said| {
        insta::assert_snapshot!(said, @"
        own: provider, 7c8d9e0f, 6 users
        again: cache, 7c8d9e0f, 6 users
        assigned, by userAssignedClientId: provider, 9e0f1a2b, 6 users
        assigned, by userAssignedObjectId: provider, 9e0f1a2b, 6 users
        assigned, by userAssignedResourceId: provider, 9e0f1a2b, 6 users
        nobody: ServerError 400
        ");
    });
}

#[test]
fn a_workload_has_an_identity() {
    shows("msal_machine.mjs", "kubernetes", |said| {
        insta::assert_snapshot!(said, @"workload: provider, 6b7c8d9e, 6 users");
    });
}

#[test]
fn a_challenge_is_answered() {
    shows("msal_challenged.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        called: 6 users
        declared: CP1, long
        challenged: 401, nbf
        without the challenge: cache
        with it: provider, 6 users
        user, challenged: 401, then ada@contoso.example
        user, revoked: 401, then InteractionRequiredAuthError 50173 bad_token
        ");
    });
}
