//! Redirects, and the origin that is not the provider's.

use mock_idp::fault::{Fault, RedirectTo};
use mock_idp::journal::{Endpoint, Origin, SecretPlace};
use mock_idp::{MockIdp, Provider};

use crate::stage::{Stage, TokenAsk};

async fn stages() -> [Stage; 2] {
    [
        Stage::of(MockIdp::entra().foreign_origin()).await,
        Stage::of(MockIdp::okta().foreign_origin()).await,
    ]
}

/// A token request to wherever the answer to one led.
fn follow<'s>(stage: &'s Stage, location: &str) -> TokenAsk<'s> {
    stage.app_only().at(location)
}

#[tokio::test]
async fn a_redirect_leads_to_the_same_path_and_nothing_is_done() {
    for stage in stages().await {
        for (to, origin) in [
            (RedirectTo::Same, stage.idp.token_url()),
            (
                RedirectTo::Foreign,
                stage.idp.origin(Origin::Foreign).to_owned(),
            ),
        ] {
            for status in [301, 302, 303, 307, 308] {
                let fault = Fault::at(Endpoint::Token).times(1).redirect(status, to);
                stage.idp.faults().add(fault);
                let answer = stage.app_only().query("a=b").send().await;
                assert_eq!((answer.status, answer.body.as_str()), (status, ""));
                let location = answer.header("location").unwrap();
                assert!(location.starts_with(&origin), "{location}");
                let url = stage.idp.token_url();
                let path = url.splitn(4, '/').last().unwrap();
                assert!(location.ends_with(&format!("/{path}?a=b")), "{location}");
                // Dressed as the vendor's other answers are.
                let own = match stage.idp.provider() {
                    Provider::Entra => "x-ms-request-id",
                    Provider::Okta => "x-okta-request-id",
                };
                assert!(answer.header(own).is_some() && answer.header("date").is_some());
            }
        }
        assert_eq!(stage.idp.tokens().len(), 0);
    }
}

#[tokio::test]
async fn every_endpoint_can_redirect() {
    let stage = Stage::of(MockIdp::entra().foreign_origin()).await;
    let foreign = stage.idp.origin(Origin::Foreign).to_owned();
    for (endpoint, url) in [
        (Endpoint::Resource, stage.idp.api_url()),
        (Endpoint::Jwks, stage.idp.jwks_url()),
        (
            Endpoint::Discovery,
            format!("{}/.well-known/openid-configuration", stage.idp.issuer()),
        ),
    ] {
        let fault = Fault::at(endpoint).times(1);
        stage
            .idp
            .faults()
            .add(fault.redirect(307, RedirectTo::Foreign));
        let answer = stage.get(&url, &[]).await;
        assert_eq!(answer.status, 307, "{endpoint:?}");
        assert!(answer.header("location").unwrap().starts_with(&foreign));
        // And it answers as it does otherwise.
        assert_ne!(stage.get(&url, &[]).await.status, 307);
    }
}

#[tokio::test]
async fn what_arrives_on_the_foreign_origin_is_noted_and_refused() {
    for stage in stages().await {
        let token = stage.access_token().await;
        let foreign = stage.idp.origin(Origin::Foreign).to_owned();
        let answer = stage.get(&format!("{foreign}/a?b=c"), &[]).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.body, "nothing is served here");
        let entry = stage.last_entry();
        assert_eq!(
            (entry.origin, entry.endpoint),
            (Origin::Foreign, Endpoint::Foreign)
        );
        assert_eq!(entry.path, "/a?b=c");
        assert_eq!(entry.secrets, []);

        let sightings = |stage: &Stage| -> Vec<(String, SecretPlace)> {
            let secrets = stage.last_entry().secrets.into_iter();
            secrets.map(|seen| (seen.what, seen.place)).collect()
        };
        let leaked = |what: &str, place| [(what.to_owned(), place)];
        let bearer = format!("Bearer {token}");
        stage.get(&foreign, &[("authorization", &bearer)]).await;
        assert_eq!(sightings(&stage), leaked("AT#1", SecretPlace::Header));
        // A secret in the body, as a redirect with 307 brings it.
        follow(&stage, &format!("{foreign}/token")).send().await;
        assert_eq!(
            sightings(&stage),
            leaked("client_secret", SecretPlace::Body)
        );
        let credentials = stage.idp.credentials();
        let basic = stage.ask("client_credentials").at(&foreign);
        let basic = basic.basic(&credentials.client_id, credentials.client_secret.reveal());
        basic.send().await;
        assert_eq!(
            sightings(&stage),
            leaked("client_secret", SecretPlace::Header)
        );
        assert!(stage.last_entry().token_request.is_none());
        let told = serde_json::to_string(&stage.idp.journal().entries()).unwrap();
        assert!(!told.contains(&token) && !told.contains(credentials.client_secret.reveal()));
    }
}

#[tokio::test]
async fn there_is_no_foreign_origin_unless_it_is_asked_for() {
    let stage = Stage::okta().await;
    assert_eq!(stage.idp.origin(Origin::Foreign), "");
    assert_eq!(stage.idp.addresses().len(), 2);
    let fault = Fault::at(Endpoint::Token).redirect(302, RedirectTo::Foreign);
    stage.idp.faults().add(fault);
    let answer = stage.app_only().send().await;
    assert_eq!((answer.status, answer.header("location")), (302, None));
}
