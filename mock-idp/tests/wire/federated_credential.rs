//! Federated credentials: Entra signs an application in by the token of another issuer.

use mock_idp::Provider;
use mock_idp::directory::{FederatedCredential, KeySet};
use serde_json::{Value, json};

use crate::asserted::{KEY, NOW, OTHER_KEY, ask, claims, jwk, rs256, said, told, with};
use crate::stage::Stage;

fn trust(issuer: &str, subject: &str, jwks: Option<KeySet>) -> FederatedCredential {
    FederatedCredential {
        name: "build".to_owned(),
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        audiences: vec!["api://AzureADTokenExchange".to_owned()],
        jwks,
    }
}

#[tokio::test]
async fn entra_trusts_the_tokens_of_issuers_that_the_application_names() {
    const ISSUER: &str = "https://builds.example";
    let stage = with(Provider::Entra, |application| {
        let keys = KeySet {
            keys: vec![jwk(KEY, Some("one"))],
        };
        application.federated = vec![trust(ISSUER, "repo:main", Some(keys))];
    })
    .await;
    let told_of = async |pem, changes: Value| {
        let mut given =
            json!({ "iss": ISSUER, "sub": "repo:main", "aud": "api://AzureADTokenExchange" });
        for (name, value) in changes.as_object().unwrap() {
            given[name] = value.clone();
        }
        let header = json!({ "alg": "RS256", "kid": "one" });
        told(&stage, &rs256(pem, &header, &claims(&stage, &given))).await
    };
    assert_eq!(told_of(KEY, json!({})).await, "200");
    insta::assert_snapshot!(told_of(KEY, json!({ "iss": "https://Builds.example" })).await, @"401 invalid_client: AADSTS700211: No matching federated identity record found for presented assertion issuer 'https://Builds.example'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation");
    insta::assert_snapshot!(told_of(KEY, json!({ "sub": "Repo:main" })).await, @"401 invalid_client: AADSTS700213: No matching federated identity record found for presented assertion subject 'Repo:main'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation");
    insta::assert_snapshot!(told_of(KEY, json!({ "aud": "api://azureadtokenexchange" })).await, @"401 invalid_client: AADSTS700212: No matching federated identity record found for presented assertion audience 'api://azureadtokenexchange'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation");
    insta::assert_snapshot!(told_of(OTHER_KEY, json!({})).await, @"401 invalid_client: AADSTS50013: Assertion failed signature validation. [Reason - The key was not found., Thumbprint of key used by client: 'one']");
    insta::assert_snapshot!(told_of(KEY, json!({ "exp": NOW - 1 })).await, @"401 invalid_client: AADSTS700024: Client assertion is not within its valid time range. Current time: 2030-01-01T00:00:00.0000000Z, assertion valid from 2030-01-01T00:00:00.0000000Z, expiry time of assertion 2029-12-31T23:59:59.0000000Z. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    // The built-in daemon trusts nobody.
    let header = json!({ "alg": "RS256" });
    let claims = claims(&stage, &json!({ "iss": ISSUER }));
    let asked =
        ask(&stage, &rs256(KEY, &header, &claims)).with("client_id", &stage.idp.client_id());
    insta::assert_snapshot!(said(asked).await.replace(&stage.idp.client_id(), "<client>"), @"401 invalid_client: AADSTS70025: The client '<client>'(Contoso Daemon) has no configured federated identity credentials.");
}

#[tokio::test]
async fn entra_finds_the_keys_of_another_world_by_its_issuer() {
    let org = Stage::okta().await;
    let issuer = org.idp.issuer();
    let client = org.idp.client_id();
    let stage = with(Provider::Entra, |application| {
        let mut credential = trust(&issuer, &client, None);
        credential.audiences = vec!["api://default".to_owned()];
        application.federated = vec![credential];
    })
    .await;
    // What the org issues to its daemon opens the door here.
    let token = org.access_token().await;
    assert_eq!(told(&stage, &token).await, "200");
    // What another world of the same name's keys has signed does not.
    let other = Stage::okta().await;
    let foreign = other.access_token().await;
    assert!(told(&stage, &foreign).await.contains("AADSTS700211"));
    // The org withdraws its key.
    org.idp.rotate_keys();
    org.idp.withdraw_keys();
    assert!(told(&stage, &token).await.contains("AADSTS50013"));
    // A world that is gone has no keys any more, and this one's are others.
    let token = org.access_token().await;
    org.idp.stop().await.unwrap();
    assert!(told(&stage, &token).await.contains("AADSTS50013"));
}
