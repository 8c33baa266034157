//! Authentication contexts: places that take only tokens that have satisfied one, and how clients come by these.

use mock_idp::MockIdp;
use mock_idp::directory::{Directory, StepUp};
use mock_idp::journal::Origin;
use serde_json::json;

use crate::answer::claims;
use crate::continuous_access::{ADA, challenge, me};
use crate::stage::Stage;

async fn stepping_up() -> Stage {
    let mut directory = Directory::default();
    directory.entra.tenants[0].resources[0].step_up = vec![StepUp {
        path: "/v1.0/me/sendMail".to_owned(),
        methods: vec!["POST".to_owned()],
        context: "c1".to_owned(),
    }];
    Stage::of(MockIdp::entra().directory(directory)).await
}

#[tokio::test]
async fn a_place_that_asks_for_more_says_what_and_takes_who_brings_it() {
    let stage = stepping_up().await;
    let identity = stage.idp.identity(0, 0, 0).unwrap();
    let ordinary = stage.password_as(&identity).send().await;
    let mail = |token: String| {
        let (stage, url) = (&stage, identity.user_post_api_url.clone());
        async move { stage.post(&url, &token, r#"{"message":{}}"#).await }
    };
    assert_eq!(me(&stage, &ordinary.text("access_token")).await.status, 200);
    let refused = mail(ordinary.text("access_token")).await;
    insta::assert_snapshot!(refused.show(&stage), @r#"401 {"error":{"code":"InvalidAuthenticationToken","message":"The presented access token does not satisfy the required authentication context.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}"#);
    let asked = challenge(&refused);
    insta::assert_snapshot!(asked, @r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
    // Neither a password nor the refresh token of such a sign-in gives more; applications never do.
    let by_password = stage
        .password_as(&identity)
        .with("claims", &asked)
        .send()
        .await;
    insta::assert_snapshot!(by_password.text("claims"), @r#"{"access_token":{"capolids":{"essential":true,"values":["1c54e349-f1f1-4634-8112-40471a65d073"]},"acrs":{"essential":true,"value":"c1"}}}"#);
    assert_eq!(by_password.json()["error_codes"][0], 50_076);
    assert_eq!(by_password.text("suberror"), "basic_action");
    let refresh = ordinary.text("refresh_token");
    let by_refresh = stage.refresh(&refresh).with("claims", &asked).send().await;
    assert_eq!(by_refresh.json()["error_codes"][0], 50_076);
    assert_eq!(
        stage.refresh(&refresh).send().await.status,
        200,
        "it was not used up"
    );
    let by_app = stage.app_only().with("claims", &asked).send().await;
    assert_eq!(by_app.json()["error_codes"][0], 53_003);
    assert_eq!(by_app.text("suberror"), "message_only");
}

#[tokio::test]
async fn who_meets_the_user_satisfies_a_context_and_refreshing_keeps_it() {
    let stage = stepping_up().await;
    let client = "0e9d8c7b-6a5f-4e4d-8c3b-2a1908f7e6d5";
    stage.idp.consent(client, &["Mail.Send".to_owned()], &[]);
    let asked = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let begun = stage
        .app_only()
        .without("client_secret")
        .without("grant_type")
        .with("client_id", client)
        .with("scope", "Mail.Send User.Read offline_access")
        .at(&stage.idp.token_url().replace("/token", "/devicecode"))
        .send()
        .await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    stage
        .idp
        .approve_sign_in(&begun.text("user_code"), ADA)
        .unwrap();
    let public = |grant: &str| {
        stage
            .ask(grant)
            .without("client_secret")
            .with("client_id", client)
    };
    let signed_in = public("device_code")
        .with("device_code", &begun.text("device_code"))
        .with("claims", asked)
        .send()
        .await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    let token = signed_in.text("access_token");
    assert_eq!(claims(&token)["acrs"], json!(["c1"]));
    assert_eq!(claims(&token)["amr"], json!(["pwd", "mfa"]));
    let url = format!("{}/v1.0/me/sendMail", stage.idp.origin(Origin::Graph));
    assert_eq!(stage.post(&url, &token, "{}").await.status, 202);
    let refresh = signed_in.text("refresh_token");
    let plain = public("refresh_token")
        .with("refresh_token", &refresh)
        .send()
        .await;
    assert_eq!(
        stage
            .post(&url, &plain.text("access_token"), "{}")
            .await
            .status,
        401
    );
    let again = public("refresh_token").with("refresh_token", &plain.text("refresh_token"));
    let again = again.with("claims", asked).send().await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(
        stage
            .post(&url, &again.text("access_token"), "{}")
            .await
            .status,
        202
    );
    let more = asked.replace("c1", "c2");
    let other = public("refresh_token")
        .with("refresh_token", &refresh)
        .with("claims", &more);
    assert_eq!(other.send().await.json()["error_codes"][0], 50_076);
}
