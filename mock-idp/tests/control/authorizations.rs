//! Sign-ins with a browser, decided on over HTTP.

use serde_json::json;

use crate::desk::{Desk, Said};

const PORTAL: &str = "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7";

/// A desk with one world `w` of Entra.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.make(json!({
        "name": "w",
        "provider": "entra",
        "tls": false,
        "clock": { "virtual": { "start": "2030-01-01T00:00:00Z" } },
    }))
    .await;
    desk
}

/// A browser comes to the authorization endpoint. Where it is sent, or nothing for a page.
async fn comes(desk: &Desk, more: &str) -> Option<String> {
    let url = desk.world().token_url().replace("/token", "/authorize");
    let url = format!(
        "{url}?client_id={PORTAL}&response_type=code&scope=openid&state=s&redirect_uri=http://localhost/callback{more}"
    );
    let answer = desk.http.get(url).send().await.unwrap();
    let location = answer.headers().get("location");
    location.map(|location| location.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_sign_in_is_approved_or_denied() {
    let desk = desk().await;
    for more in [
        "",
        "&response_mode=form_post",
        "&login_hint=fay@contoso.example",
    ] {
        assert_eq!(comes(&desk, more).await, None);
    }
    let waiting = desk.get("/worlds/w/authorizations").await.json();
    let third = &waiting["authorizations"][2];
    assert_eq!(third["id"], 3);
    assert_eq!(third["login_hint"], "fay@contoso.example");
    assert_eq!(third["expires_at"], "2030-01-01T01:00:00Z");
    let approve = |id: u32| format!("/worlds/w/authorizations/{id}/approve");
    let nobody = json!({ "login": "nobody@contoso.example" });
    assert_eq!(desk.post(&approve(1), nobody).await.status, 422);
    let approved = desk
        .post(&approve(1), json!({ "login": "fay@contoso.example" }))
        .await;
    assert_eq!(approved.status, 200);
    let url = approved.json()["url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http://localhost/callback?code=1.A"),
        "{url}"
    );
    assert_eq!(desk.post(&approve(1), json!({})).await.status, 409);
    let posted = desk.post(&approve(2), json!({})).await.json();
    assert_eq!(posted["url"], "http://localhost/callback");
    assert_eq!(posted["form"][1], json!({ "name": "state", "value": "s" }));
    let deny = json!({ "error": "interaction_required", "number": 50_079 });
    let denied = desk
        .post("/worlds/w/authorizations/3/deny", deny)
        .await
        .json();
    let url = denied["url"].as_str().unwrap();
    assert!(
        url.contains("error=interaction_required&error_description=AADSTS50079"),
        "{url}"
    );
    let unknown = desk.post(&approve(9), json!({})).await;
    insta::assert_snapshot!(unknown.refusal(), @"404 Not Found: no sign-in has this number; GET …/authorizations lists those that wait");
    assert_eq!(
        desk.post("/worlds/w/authorizations/x/deny", json!({}))
            .await
            .status,
        404
    );
    let none = desk.get("/worlds/w/authorizations").await.json();
    assert_eq!(none, json!({ "authorizations": [] }));
}

#[tokio::test]
async fn nobody_is_asked_where_it_is_so_decided() {
    let desk = desk().await;
    let automatic = "/worlds/w/automatic-sign-in";
    let said = desk.put(automatic, json!({ "login": "nobody" })).await;
    assert_eq!(said.status, 422);
    let said = desk
        .put(automatic, json!({ "login": "ada@contoso.example" }))
        .await;
    assert_eq!(said.status, 204);
    assert!(
        comes(&desk, "&prompt=none")
            .await
            .unwrap()
            .contains("?code=")
    );
    assert_eq!(desk.put(automatic, json!({})).await.status, 204);
    assert!(
        comes(&desk, "&prompt=none")
            .await
            .unwrap()
            .contains("AADSTS50058")
    );
}

#[tokio::test]
async fn sign_ins_of_a_user_are_ended() {
    let desk = desk().await;
    let idp = desk.world();
    let refresh = async |token: &str| {
        let who = idp.credentials();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", who.client_id.as_str()),
            ("client_secret", who.client_secret.reveal()),
            ("refresh_token", token),
        ];
        let sent = desk.http.post(idp.token_url()).form(&form).send();
        sent.await.unwrap().status().as_u16()
    };
    let token = idp.mint_refresh_token().value;
    assert_eq!(refresh(token.reveal()).await, 200);
    let revoke = "/worlds/w/users/ada@contoso.example/revoke-sign-ins";
    let revoke = desk.request(reqwest::Method::POST, revoke);
    assert_eq!(Said::of(revoke).await.status, 204);
    assert_eq!(refresh(token.reveal()).await, 400);
    let password = "/worlds/w/users/ada@contoso.example/password";
    let short = desk.put(password, json!({ "password": "short" })).await;
    assert_eq!(short.status, 422);
    let said = desk
        .put(password, json!({ "password": "long enough" }))
        .await;
    assert_eq!(said.status, 204);
    assert_eq!(idp.credentials().password.reveal(), "long enough");
    let nobody = "/worlds/w/users/nobody/password";
    let nobody = desk.put(nobody, json!({ "password": "long enough" })).await;
    assert_eq!(nobody.status, 422);
}
