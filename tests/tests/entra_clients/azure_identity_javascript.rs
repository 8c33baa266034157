//! azure-identity for JavaScript.

use crate::shows;

#[test]
fn an_application_signs_in() {
    shows("azure_application.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        secret: 6 users
        again: the same token
        environment: 6 users
        default: 6 users
        wrong secret: AuthenticationRequiredError AADSTS7000215
        expired secret: AuthenticationRequiredError AADSTS7000222
        certificate: 6 users
        certificate with x5c: 6 users
        certificate of another: AuthenticationRequiredError AADSTS700027, The key was not found
        another key: AuthenticationRequiredError AADSTS700027, The provided signature value did not match the expected signature value
        expired certificate: AuthenticationRequiredError AADSTS700027, The key used is expired
        federated: 6 users
        federated, too late: AuthenticationRequiredError AADSTS700024
        ");
    });
}

#[test]
fn a_user_signs_in() {
    shows("azure_user.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        code: ada@contoso.example
        refresh: kept, then renewed
        the same code: AuthenticationRequiredError AADSTS54005
        on behalf of: ada@contoso.example
        on behalf of nobody: AuthenticationRequiredError AADSTS50027
        on behalf of, wrong secret: AuthenticationRequiredError AADSTS7000215
        browser: ada@contoso.example
        device: ada@contoso.example
        device, declined: AuthenticationRequiredError post_request_failed: authorization_declined
        signed in as: ada@contoso.example, ada@contoso.example
        password: ada@contoso.example
        wrong password: AuthenticationRequiredError AADSTS50126
        second factor needed: AuthenticationRequiredError AADSTS50076
        at organizations: ada@contoso.example
        nearly expired: renewed
        revoked: AuthenticationRequiredError Automatic authentication
        ");
    });
}

#[test]
fn a_machine_has_an_identity() {
    shows("azure_places.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        default: 9e0f1a2b, 6 users
        own: 7c8d9e0f, 6 users
        assigned, by clientId: 9e0f1a2b, 6 users
        assigned, by objectId: 9e0f1a2b, 6 users
        assigned, by resourceId: 9e0f1a2b, 6 users
        given: 4 tokens
        nobody: CredentialUnavailableError
        ");
    });
}

#[test]
fn an_app_service_has_an_identity() {
    shows("azure_places.mjs", "app-service", |said| {
        insta::assert_snapshot!(said, @"
        default: 9e0f1a2b, 6 users
        own: 7c8d9e0f, 6 users
        assigned, by clientId: 9e0f1a2b, 6 users
        assigned, by objectId: 9e0f1a2b, 6 users
        assigned, by resourceId: 9e0f1a2b, 6 users
        given: 4 tokens
        nobody: CredentialUnavailableError
        ");
    });
}

#[test]
fn a_workload_has_an_identity() {
    shows("azure_places.mjs", "kubernetes", |said| {
        insta::assert_snapshot!(said, @"
        workload: 6b7c8d9e, 6 users
        default: 6b7c8d9e, 6 users
        ");
    });
}

#[test]
fn a_challenge_is_answered() {
    shows("azure_challenged.mjs", "vm", |said| {
        insta::assert_snapshot!(said, @"
        called: 200
        declared: cp1, long
        again: 200, 1 token
        challenged: 200, 2 tokens
        ");
    });
}
