//! Tokens over HTTP.

use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn a_token_is_revoked_by_label_by_value_or_with_all_of_its_kind() {
    let desk = Desk::with_world().await;
    let token = async || {
        let (_, token) = desk.ask_for_token().await;
        token["access_token"].as_str().unwrap().to_owned()
    };
    let tokens = [token().await, token().await, token().await];
    let listed = desk.get("/worlds/w/tokens").await.json();
    assert_eq!(listed["tokens"][2]["label"], "AT#3");
    for (which, told) in [
        (0, json!({ "label": "AT#1" })),
        (1, json!({ "value": &tokens[1] })),
        (2, json!({ "all": "access_tokens" })),
    ] {
        assert_eq!(desk.call_with(&tokens[which]).await, 200);
        let said = desk.post("/worlds/w/tokens/revoke", told).await;
        assert_eq!(said.status, 204, "{said:?}");
        assert_eq!(desk.call_with(&tokens[which]).await, 401);
    }
    let minted = desk.world().mint_refresh_token();
    assert_eq!(
        desk.post("/worlds/w/tokens/revoke", json!({ "all": "grants" }))
            .await
            .status,
        204
    );
    let refreshed = desk.world().tokens();
    assert!(refreshed.iter().any(|facts| facts.label == minted.label));
    for unknown in [
        json!({ "label": "AT#9" }),
        json!({ "value": "some-token-of-another" }),
    ] {
        let said = desk.post("/worlds/w/tokens/revoke", unknown).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.refusal(), @"404 Not Found: the world remembers no such token; GET …/tokens lists those it does");
        }
    }
    let said = desk
        .post("/worlds/w/tokens/revoke", json!({ "label": "AT-1" }))
        .await;
    assert_eq!(said.status, 422);
}

#[tokio::test]
async fn tokens_are_made_to_order_and_forged() {
    let desk = Desk::with_world().await;
    let mint = async |recipe: serde_json::Value| {
        let said = desk.post("/worlds/w/tokens", recipe).await;
        assert_eq!(said.status, 201, "{said:?}");
        said.json()
    };
    let good = mint(json!({ "claims": { "department": "sales" } })).await;
    assert_eq!(good["label"], "AT#1");
    assert_eq!(desk.call_with(good["value"].as_str().unwrap()).await, 200);
    for forgery in ["expired", "wrong_key", "wrong_issuer", "alg_none"] {
        let forged = mint(json!({ "forge": forgery })).await;
        let status = desk.call_with(forged["value"].as_str().unwrap()).await;
        assert_eq!(status, 401, "{forgery}");
    }
    let said = desk
        .post("/worlds/w/tokens", json!({ "client": "nobody" }))
        .await;
    assert_eq!(said.status, 422);
    let request = desk.request(reqwest::Method::POST, "/worlds/w/tokens/refresh");
    let minted = crate::desk::Said::of(request).await;
    assert_eq!(
        (minted.status, &minted.json()["label"]),
        (201, &json!("RT#1"))
    );
}
