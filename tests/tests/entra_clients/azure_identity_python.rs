//! azure-identity for Python.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("azure_application.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        secret: 6 users
        again: the same token
        environment: 6 users
        default: 6 users
        wrong secret: ClientAuthenticationError AADSTS7000215
        expired secret: ClientAuthenticationError AADSTS7000222
        asynchronous: 6 users
        asynchronous, wrong secret: ClientAuthenticationError AADSTS7000215
        certificate: 6 users
        certificate with x5c: 6 users
        certificate of another: ClientAuthenticationError AADSTS700027, The key was not found
        another key: ClientAuthenticationError AADSTS700027, The provided signature value did not match the expected signature value
        expired certificate: ClientAuthenticationError AADSTS700027, The key used is expired
        federated: 6 users
        federated, too late: ClientAuthenticationError AADSTS700024
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("azure_user.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        code: ada@contoso.example
        refresh: kept, then renewed
        the same code: ClientAuthenticationError AADSTS54005
        browser: ada@contoso.example
        on behalf of: ada@contoso.example
        on behalf of nobody: ClientAuthenticationError AADSTS50027
        on behalf of, wrong secret: ClientAuthenticationError AADSTS7000215
        device: ada@contoso.example
        refresh: kept, then renewed
        device, declined: ClientAuthenticationError AADSTS65004
        password: ada@contoso.example, ['/common/userrealm']
        wrong password: ClientAuthenticationError AADSTS50126
        second factor needed: ClientAuthenticationError AADSTS50076
        asked first: AuthenticationRequiredError for ('https://graph.microsoft.com/User.Read',)
        signed in as: ada@contoso.example, ada@contoso.example
        at organizations: ada@contoso.example
        nearly expired: renewed
        revoked: AuthenticationRequiredError for ('https://graph.microsoft.com/User.Read',)
        code, revoked: ClientAuthenticationError AADSTS50173
        ");
    });
}

#[test]
fn a_machine_has_an_identity() {
    shows("azure_places.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        own: 7c8d9e0f, 6 users
        assigned, by client_id: 9e0f1a2b, 6 users
        assigned, by object_id: 9e0f1a2b, 6 users
        assigned, by resource_id: 9e0f1a2b, 6 users
        default: 9e0f1a2b, 6 users
        nobody: CredentialUnavailableError
        404 at first: 7c8d9e0f, 6 users
        410 at first: 7c8d9e0f, 6 users
        429 at first: 7c8d9e0f, 6 users
        500 at first: 7c8d9e0f, 6 users
        503 at first: 7c8d9e0f, 6 users
        ");
    });
}

#[test]
fn an_app_service_has_an_identity() {
    shows("azure_places.py", "app-service", |said| {
        insta::assert_snapshot!(said, @"
        own: 7c8d9e0f, 6 users
        assigned, by client_id: 9e0f1a2b, 6 users
        assigned, by object_id: 9e0f1a2b, 6 users
        assigned, by resource_id: 9e0f1a2b, 6 users
        default: 9e0f1a2b, 6 users
        nobody: CredentialUnavailableError
        404 at first: CredentialUnavailableError
        410 at first: CredentialUnavailableError
        429 at first: 7c8d9e0f, 6 users
        500 at first: 7c8d9e0f, 6 users
        503 at first: 7c8d9e0f, 6 users
        ");
    });
}

#[test]
fn a_workload_has_an_identity() {
    shows("azure_places.py", "kubernetes", |said| {
        insta::assert_snapshot!(said, @"
        workload: 6b7c8d9e, 6 users
        default: 6b7c8d9e, 6 users
        ");
    });
}

#[test]
fn a_challenge_is_answered() {
    shows("azure_challenged.py", "vm", |said| {
        insta::assert_snapshot!(said, @"
        called: 200
        declared: ['CP1'], long
        again: 200, 1 token
        challenged: 200, 2 tokens
        ");
    });
}
