//! MSAL for Python.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("msal_application.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        secret: identity_provider, 6 users
        again: cache, 6 users
        wrong secret: invalid_client [7000215]
        all that is said of it: ['correlation_id', 'error', 'error_codes', 'error_description', 'error_uri', 'timestamp', 'trace_id']
        expired secret: invalid_client [7000222]
        certificate: identity_provider, 6 users
        certificate with x5c: identity_provider, 6 users
        certificate of another: invalid_client [700027], The key was not found
        another key: invalid_client [700027], The provided signature value did not match the expected signature value
        expired certificate: invalid_client [700027], The key used is expired
        federated: identity_provider, 6 users
        again: cache, 6 users, 1 assertion
        federated, too late: invalid_client [700024]
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("msal_user.py", "vm", |said| {
        insta::assert_snapshot!(said, @r#"
        code: identity_provider, ada@contoso.example, ada@contoso.example
        the same code: invalid_grant [54005]
        another verifier: invalid_grant [501481]
        another address: 400 AADSTS50011
        browser: identity_provider, ada@contoso.example
        silent: cache, ada@contoso.example
        refresh: identity_provider, ada@contoso.example
        refresh by its token: identity_provider, ada@contoso.example
        another resource: identity_provider, Orders.Read openid profile
        on behalf of: identity_provider, ada@contoso.example
        on behalf of nobody: invalid_request [50027]
        device, pending: authorization_pending [70016]
        device: identity_provider, ada@contoso.example
        device, declined: authorization_declined [65004]
        password: identity_provider, ada@contoso.example, ['/common/userrealm']
        wrong password: invalid_grant [50126]
        second factor needed: invalid_grant [50076] basic_action {"access_token":{"capolids":{"essential":true,"values":["1c54e349-f1f1-4634-8112-40471a65d073"]}}}
        at organizations: identity_provider, ada@contoso.example
        nearly expired: identity_provider, ada@contoso.example
        revoked: invalid_grant [50173] bad_token
        revoked, without the error: nothing
        "#);
    });
}

#[test]
fn a_machine_has_an_identity() {
    shows("msal_machine.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        own: identity_provider, 7c8d9e0f, 6 users
        again: cache, 7c8d9e0f, 6 users
        assigned, by client_id: identity_provider, 9e0f1a2b, 6 users
        assigned, by object_id: identity_provider, 9e0f1a2b, 6 users
        assigned, by resource_id: identity_provider, 9e0f1a2b, 6 users
        nobody: invalid_request
        ");
    });
}

#[test]
fn an_app_service_has_an_identity() {
    shows("msal_machine.py", "app-service", |said| {
        insta::assert_snapshot!(said, @"
        own: identity_provider, 7c8d9e0f, 6 users
        again: cache, 7c8d9e0f, 6 users
        assigned, by client_id: identity_provider, 9e0f1a2b, 6 users
        assigned, by object_id: identity_provider, 9e0f1a2b, 6 users
        assigned, by resource_id: identity_provider, 9e0f1a2b, 6 users
        nobody: invalid_scope
        ");
    });
}

#[test]
fn a_workload_has_an_identity() {
    shows("msal_machine.py", "kubernetes", |said| {
        insta::assert_snapshot!(said, @"workload: identity_provider, 6b7c8d9e, 6 users");
    });
}

#[test]
fn a_challenge_is_answered() {
    shows("msal_challenged.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        called: 6 users
        declared: ['CP1'], long
        challenged: 401, ['nbf']
        without the challenge: cache
        with it: identity_provider, 6 users
        user, challenged: 401, then ada@contoso.example
        user, revoked: 401, then invalid_grant [50173] bad_token
        ");
    });
}
