//! What the journal tells of a request beside the secrets it hides.

use mock_idp::MockIdp;
use mock_idp::Secret;
use mock_idp::journal::{BasicSpelling, Endpoint, Entry, Origin};

use crate::stage::Stage;

#[tokio::test]
async fn the_media_type_is_kept_without_its_parameters() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        stage.app_only().send().await;
        let form = Some("application/x-www-form-urlencoded".to_owned());
        assert_eq!(stage.last_entry().content_type, form);
        let sent = stage.http.post(stage.idp.api_url()).body("x");
        let sent = sent.header("content-type", " Application/JSON ; charset=utf-8");
        sent.send().await.unwrap();
        assert_eq!(
            stage.last_entry().content_type.as_deref(),
            Some("application/json")
        );
        stage.get(&stage.idp.jwks_url(), &[]).await;
        assert_eq!(stage.last_entry().content_type, None);
        let secret = stage.idp.client_secret();
        stage
            .get(&stage.idp.api_url(), &[("content-type", secret.reveal())])
            .await;
        assert_eq!(stage.last_entry().content_type.as_deref(), Some("***"));
    }
}

#[tokio::test]
async fn the_id_a_client_gives_its_request_is_kept() {
    const ID: &str = "c0ffee00-1111-4222-8333-444455556666";
    let entra = Stage::entra().await;
    entra
        .app_only()
        .header("client-request-id", ID)
        .send()
        .await;
    assert_eq!(entra.last_entry().request_id.as_deref(), Some(ID));
    // The libraries for Node and .NET put it elsewhere.
    entra.app_only().with("client-request-id", ID).send().await;
    assert_eq!(entra.last_entry().request_id.as_deref(), Some(ID));
    let url = format!("{}?client-request-id={ID}", entra.idp.jwks_url());
    entra.get(&url, &[]).await;
    assert_eq!(entra.last_entry().request_id.as_deref(), Some(ID));
    entra
        .get(&entra.idp.api_url(), &[("client-request-id", "mine-1")])
        .await;
    assert_eq!(entra.last_entry().request_id.as_deref(), Some("mine-1"));
    entra
        .get(&entra.idp.api_url(), &[("x-okta-request-id", ID)])
        .await;
    assert_eq!(entra.last_entry().request_id, None);

    let okta = Stage::okta().await;
    okta.app_only()
        .header("x-okta-request-id", "mine-2")
        .send()
        .await;
    assert_eq!(okta.last_entry().request_id.as_deref(), Some("mine-2"));
    let secret = okta.idp.client_secret();
    okta.get(
        &okta.idp.api_url(),
        &[("x-okta-request-id", secret.reveal())],
    )
    .await;
    assert_eq!(okta.last_entry().request_id.as_deref(), Some("***"));
    okta.app_only().send().await;
    assert_eq!(okta.last_entry().request_id, None);
}

async fn posted(stage: &Stage, url: &str, body: &'static str) -> Entry {
    stage.post(url, "no token", body).await;
    stage.last_entry()
}

#[tokio::test]
async fn bodies_are_told_apart_without_being_kept() {
    for (builder, twin) in [
        (MockIdp::entra(), MockIdp::entra()),
        (MockIdp::okta(), MockIdp::okta()),
    ] {
        let stage = Stage::of(builder.seed(1)).await;
        let url = stage.idp.identity(0, 0, 0).unwrap().post_api_url;
        let one = posted(&stage, &url, r#"{"order":1}"#).await.body.unwrap();
        assert_eq!((one.bytes, one.digest.len()), (11, 16));
        assert_eq!(
            posted(&stage, &url, r#"{"order":1}"#).await.body,
            Some(one.clone())
        );
        let other = posted(&stage, &url, r#"{"order":2}"#).await.body.unwrap();
        assert_ne!(other.digest, one.digest);
        assert_eq!(posted(&stage, &url, "").await.body, None);
        let nowhere = match stage.idp.origin(Origin::Login) {
            "" => stage.idp.origin(Origin::Org),
            login => login,
        };
        let unknown = posted(&stage, &format!("{nowhere}/nowhere"), r#"{"order":1}"#).await;
        assert_eq!(
            (unknown.endpoint, unknown.body),
            (Endpoint::Unknown, Some(one.clone()))
        );
        stage.app_only().send().await;
        assert_eq!(stage.last_entry().body, None);
        // The digest is salted: another seed gives another one, and it is not the hash of the body.
        let twin = Stage::of(twin.seed(2)).await;
        let url = twin.idp.identity(0, 0, 0).unwrap().post_api_url;
        let salted = posted(&twin, &url, r#"{"order":1}"#).await.body.unwrap();
        assert_ne!(salted.digest, one.digest);
    }
}

#[tokio::test]
async fn the_names_of_parameters_are_kept_in_order_and_once() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        stage
            .app_only()
            .and("scope", "again")
            .and("x y", "1")
            .query("extra=1&scope=third")
            .send()
            .await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(stage.last_token_request().parameters.join("|"), @"grant_type|client_id|client_secret|scope|x y|extra");
        }
        let secret = stage.idp.client_secret();
        stage.app_only().and(secret.reveal(), "x").send().await;
        let kept = stage.last_token_request().parameters;
        assert_eq!(kept.last().map(String::as_str), Some("***"));
        let mut many = stage.app_only();
        for number in 0..100 {
            many = many.and(&format!("p{number}"), "x");
        }
        many.send().await;
        assert_eq!(stage.last_token_request().parameters.len(), 32);
    }
}

#[tokio::test]
async fn the_spelling_of_basic_is_told_where_it_differs() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let id = stage.idp.client_id().to_owned();
        let basic = async |secret: &str| {
            let answer = stage.app_only().basic(&id, secret).send().await;
            (answer.status, stage.last_token_request().basic)
        };
        let usual = stage.idp.client_secret();
        assert_eq!(basic(usual.reveal()).await, (200, None));
        stage.idp.set_secret(&id, Secret::new("top/secret+1=2"));
        assert_eq!(
            basic("top/secret+1=2").await,
            (200, Some(BasicSpelling::Raw))
        );
        assert_eq!(
            basic("top%2Fsecret%2B1%3D2").await,
            (200, Some(BasicSpelling::Encoded))
        );
        assert_eq!(basic("another/secret").await, (401, None));
        // One that was taken away is still known.
        stage.idp.set_secret(&id, Secret::new("another one"));
        assert_eq!(
            basic("top/secret+1=2").await,
            (401, Some(BasicSpelling::Raw))
        );
        stage
            .app_only()
            .with("client_secret", "another one")
            .send()
            .await;
        assert_eq!(stage.last_token_request().basic, None);
    }
}

#[tokio::test]
async fn an_entry_in_json_is_what_it_was() {
    let stage = Stage::okta().await;
    stage.password().send().await;
    let entry = stage.last_entry();
    insta::assert_snapshot!(serde_json::to_string_pretty(&entry).unwrap(), @r#"
    {
      "number": 1,
      "connection": 1,
      "at": "2030-01-01T00:00:00Z",
      "server_time": "2030-01-01T00:00:00Z",
      "answered_at": "2030-01-01T00:00:00Z",
      "origin": "org",
      "endpoint": "token",
      "method": "POST",
      "path": "/oauth2/default/v1/token",
      "content_type": "application/x-www-form-urlencoded",
      "request_id": null,
      "body": null,
      "token_request": {
        "grant": "password",
        "client": "0oa1daemonTokenPr0d7",
        "auth": [
          "post"
        ],
        "basic": null,
        "parameters": [
          "grant_type",
          "client_id",
          "client_secret",
          "username",
          "password",
          "scope"
        ],
        "issuer": "default",
        "scope": [
          "orders.read",
          "openid",
          "offline_access"
        ],
        "user": "ada@okta.example",
        "repeated": []
      },
      "presented": null,
      "secrets": [],
      "held": null,
      "reply": {
        "status": 200,
        "error": null,
        "vendor_code": null,
        "headers": [
          [
            "x-rate-limit-limit",
            "600"
          ],
          [
            "x-rate-limit-remaining",
            "599"
          ],
          [
            "x-rate-limit-reset",
            "1893456060"
          ],
          [
            "date",
            "Tue, 01 Jan 2030 00:00:00 GMT"
          ]
        ],
        "issued": [
          "AT#1",
          "RT#1"
        ],
        "fault": null,
        "delivery": "sent"
      }
    }
    "#);
    let json = serde_json::to_string(&entry).unwrap();
    let read: Entry = serde_json::from_str(&json).unwrap();
    // Whose port it was is nobody's business and not written.
    assert_eq!(
        read,
        Entry {
            peer: None,
            ..entry
        }
    );
}
