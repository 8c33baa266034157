//! What Entra tells MSAL in `x-ms-clitelem`, and people at the address that `error_uri` names.

use mock_idp::journal::Origin;
use reqwest::Method;

use crate::browser::title;
use crate::stage::Stage;

#[tokio::test]
async fn msal_is_told_what_went_wrong_and_how_old_the_token_was() {
    let stage = Stage::entra().await;
    // Nobody else is told.
    assert_eq!(stage.app_only().send().await.header("x-ms-clitelem"), None);
    let python = || stage.app_only().header("x-client-sku", "MSAL.Python");
    let told = python().send().await;
    assert_eq!(told.header("x-ms-clitelem"), Some("1,0,0,,"));
    let told = python().with("client_secret", "wrong").send().await;
    assert_eq!(told.header("x-ms-clitelem"), Some("1,7000215,0,,"));
    // The one for Node says so in the form.
    let node = stage.password().with("x-client-SKU", "msal.js.node");
    let granted = node.send().await;
    assert_eq!(granted.header("x-ms-clitelem"), Some("1,0,0,,"));
    let token = granted.text("refresh_token");
    let renew = || stage.refresh(&token).with("x-client-SKU", "msal.js.node");
    let told = renew().send().await;
    assert_eq!(told.header("x-ms-clitelem"), Some("1,0,0,,"));
    stage
        .clock
        .advance(std::time::Duration::from_micros(604_687_012));
    stage.advance(604);
    assert!(stage.idp.revoke_sign_ins("ada@contoso.example").is_some());
    let told = renew().send().await;
    assert_eq!(
        told.header("x-ms-clitelem"),
        Some("1,50173,0,1208687.0120,")
    );
    let told = renew().with("refresh_token", "garbage").send().await;
    assert_eq!(told.header("x-ms-clitelem"), Some("1,9002313,0,,"));
}

#[tokio::test]
async fn the_address_of_an_error_says_what_it_means() {
    let stage = Stage::entra().await;
    let refused = stage.app_only().with("client_secret", "wrong").send().await;
    let page = stage.get(&refused.text("error_uri"), &[]).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(title(&page), "AADSTS7000215");
    assert!(
        page.body.contains("the secret is none of the application"),
        "{}",
        page.body
    );
    let login = stage.idp.origin(Origin::Login);
    let post = stage.http.request(Method::POST, format!("{login}/error"));
    assert_eq!(post.send().await.unwrap().status(), 405);
    for query in [
        "",
        "?code=",
        "?code=1",
        "?code=x%00",
        "?code=99999999999",
        "?code=%3Cb%3E",
        "?%",
    ] {
        let page = stage.get(&format!("{login}/error{query}"), &[]).await;
        assert_eq!((page.status, title(&page)), (200, "Error codes"), "{query}");
        assert!(!page.body.contains("<b>"));
    }
    let page = stage
        .get(&format!("{login}/Error?code=aadsts50058"), &[])
        .await;
    assert_eq!(title(&page), "AADSTS50058");
}
