//! Id tokens made to order.

use mock_idp::ledger::TokenState;
use serde_json::json;

use crate::minting::{names, opened, recipe};
use crate::stage::Stage;

#[tokio::test]
async fn an_id_token_is_like_one_that_was_asked_for_and_no_resource_takes_it() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let idp = &stage.idp;
        let user = idp.credentials().username;
        let ordered = json!({ "token": "id_token", "user": user });
        let asked = opened(&stage.password().send().await.text("id_token"));
        let minted = idp.mint(&recipe(ordered.clone())).unwrap();
        let made = opened(minted.value.reveal());
        assert_eq!(asked[0], made[0]);
        // A recipe makes a token that comes along with nothing.
        let mut wanted_names = names(&asked[1]);
        wanted_names.retain(|name| *name != "at_hash");
        assert_eq!(wanted_names, names(&made[1]));
        for name in [
            "iss", "aud", "sub", "oid", "tid", "email", "iat", "nbf", "exp",
        ] {
            assert_eq!(asked[1][name], made[1][name], "{name}");
        }
        assert_eq!(made[1]["exp"], minted.expires_at.as_second());
        let refused = stage
            .get_with(&idp.user_api_url(), minted.value.reveal())
            .await;
        assert_eq!(refused.status, 401);
        let presented = stage.last_entry().presented.unwrap();
        assert_eq!(
            (presented.token, presented.state),
            (Some(minted.label), TokenState::Foreign)
        );
        assert!(!idp.revoke(minted.label));
        // To order in every other way.
        let mut wanted = ordered;
        wanted["lifetime"] = json!("10s");
        wanted["claims"] = json!({ "nonce": "n", "name": null });
        let minted = idp.mint(&recipe(wanted.clone())).unwrap();
        let [_, claims] = opened(minted.value.reveal());
        assert_eq!((&claims["nonce"], claims.get("name")), (&json!("n"), None));
        let left = minted.expires_at.duration_since(idp.clock().now());
        assert_eq!(left.as_secs(), 10);
        wanted["forge"] = json!("expired");
        let expired = idp.mint(&recipe(wanted.clone())).unwrap();
        assert!(expired.expires_at < idp.clock().now());
        wanted["forge"] = json!("wrong_audience");
        let [_, claims] = opened(idp.mint(&recipe(wanted)).unwrap().value.reveal());
        assert_eq!(claims["aud"], "https://audience.invalid");
    }
}
