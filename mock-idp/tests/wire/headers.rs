//! The headers around answers, in the order of the wire. Names and values are facts of the vendors.

use mock_idp::journal::Origin;

use crate::stage::{Stage, TokenAsk};

#[tokio::test]
async fn entra_token_endpoint() {
    let stage = Stage::entra().await;
    let granted = stage.app_only().send().await;
    insta::assert_snapshot!(granted.show_headers(&stage), @r#"
    200
    cache-control: no-store, no-cache
    pragma: no-cache
    content-type: application/json; charset=utf-8
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    p3p: CP="DSP CUR OTPi IND OTRi ONL FIN"
    x-ms-request-id: <guid>
    x-ms-ests-server: 2.1.22171.14 - WEULR1 ProdSlices
    x-xss-protection: 0
    set-cookie: fpc=<32 characters>; expires=Thu, 31-Jan-2030 00:00:00 GMT; path=/; secure; HttpOnly; SameSite=None
    set-cookie: x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly
    set-cookie: stsservicecookie=estsfd; path=/; secure; samesite=none; httponly
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
    let refused = stage.app_only().with("client_secret", "wrong").send().await;
    assert_eq!(
        refused.header("x-ms-request-id"),
        Some(refused.text("trace_id").as_str())
    );
    insta::assert_snapshot!(refused.show_headers(&stage), @r#"
    401
    cache-control: no-store, no-cache
    pragma: no-cache
    content-type: application/json; charset=utf-8
    expires: -1
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    p3p: CP="DSP CUR OTPi IND OTRi ONL FIN"
    x-ms-request-id: <guid>
    x-ms-ests-server: 2.1.22171.14 - WEULR1 ProdSlices
    x-xss-protection: 0
    set-cookie: fpc=<32 characters>; expires=Thu, 31-Jan-2030 00:00:00 GMT; path=/; secure; HttpOnly; SameSite=None
    set-cookie: x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly
    set-cookie: stsservicecookie=estsfd; path=/; secure; samesite=none; httponly
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
}

fn as_msal<'s>(ask: TokenAsk<'s>, id: &str) -> TokenAsk<'s> {
    ask.header("x-client-sku", "MSAL.Python")
        .header("client-request-id", id)
        .header("return-client-request-id", "true")
}

#[tokio::test]
async fn entra_answers_msal_with_telemetry_and_its_request_id() {
    let stage = Stage::entra().await;
    let id = "11111111-2222-4333-8444-555555555555";
    let granted = as_msal(stage.app_only(), id).send().await;
    assert_eq!(granted.header("x-ms-clitelem"), Some("1,0,0,,"));
    assert_eq!(granted.header("client-request-id"), Some(id));
    let refused = as_msal(stage.app_only().with("client_secret", "wrong"), id)
        .send()
        .await;
    assert_eq!(refused.header("x-ms-clitelem"), Some("1,7000215,0,,"));
    assert_eq!(refused.text("correlation_id"), id);
}

#[tokio::test]
async fn entra_finds_the_request_id_in_query_and_form_too() {
    let stage = Stage::entra().await;
    let id = "11111111-2222-4333-8444-555555555555";
    let wrong = || stage.app_only().with("client_secret", "wrong");
    // MSAL for Node puts it into both and asks for no echo.
    for ask in [
        wrong().query(&format!("client-request-id={id}")),
        wrong().with("client-request-id", id),
    ] {
        let answer = ask.send().await;
        assert_eq!(answer.text("correlation_id"), id);
        assert_eq!(answer.header("client-request-id"), None);
    }
    // What is not a GUID is not repeated.
    let answer = wrong()
        .header("client-request-id", "<script>")
        .header("return-client-request-id", "true")
        .send()
        .await;
    assert!(!answer.body.contains("<script>"));
    assert_ne!(answer.header("client-request-id"), Some("<script>"));
}

#[tokio::test]
async fn entra_documents() {
    let stage = Stage::entra().await;
    let answer = stage.get(&stage.idp.jwks_url(), &[]).await;
    insta::assert_snapshot!(answer.show_headers(&stage), @r#"
    200
    cache-control: max-age=86400, private
    content-type: application/json; charset=utf-8
    strict-transport-security: max-age=31536000; includeSubDomains
    x-content-type-options: nosniff
    access-control-allow-origin: *
    access-control-allow-methods: GET, OPTIONS
    p3p: CP="DSP CUR OTPi IND OTRi ONL FIN"
    x-ms-request-id: <guid>
    x-ms-ests-server: 2.1.22171.14 - WEULR1 ProdSlices
    x-xss-protection: 0
    set-cookie: fpc=<32 characters>; expires=Thu, 31-Jan-2030 00:00:00 GMT; path=/; secure; HttpOnly; SameSite=None
    set-cookie: x-ms-gateway-slice=estsfd; path=/; secure; samesite=none; httponly
    set-cookie: stsservicecookie=estsfd; path=/; secure; samesite=none; httponly
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
}

#[tokio::test]
async fn graph() {
    let stage = Stage::entra().await;
    let token = stage.access_token().await;
    insta::assert_snapshot!(stage.call_api(&token).await.show_headers(&stage), @r#"
    200
    content-type: application/json
    strict-transport-security: max-age=31536000
    request-id: <guid>
    client-request-id: <guid>
    x-ms-ags-diagnostic: {"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"003","RoleInstance":"AM1PEPF00000001"}}
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-length: <length>
    "#);
}

#[tokio::test]
async fn okta_token_endpoint() {
    let stage = Stage::okta().await;
    let granted = stage.app_only().send().await;
    insta::assert_snapshot!(granted.show_headers(&stage), @r#"
    200
    server: nginx
    strict-transport-security: max-age=315360000; includeSubDomains
    accept-ch: Sec-CH-UA-Platform-Version
    p3p: CP="HONK"
    referrer-policy: strict-origin-when-cross-origin
    x-content-type-options: nosniff
    x-okta-request-id: <32 hex>
    x-xss-protection: 0
    x-robots-tag: noindex,nofollow
    cache-control: no-cache, no-store
    pragma: no-cache
    expires: 0
    x-rate-limit-limit: 600
    x-rate-limit-remaining: 599
    x-rate-limit-reset: 1893456060
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-type: application/json
    content-length: <length>
    "#);
    let refused = stage.app_only().with("client_secret", "wrong").send().await;
    let names = |answer: &crate::answer::Answer| {
        answer
            .headers
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    let mut expected = names(&granted);
    expected.retain(|name| name != "x-robots-tag");
    assert_eq!(names(&refused), expected);
}

#[tokio::test]
async fn okta_documents_and_keys_say_how_long_they_hold() {
    let stage = Stage::okta().await;
    let document = stage
        .get(
            &format!("{}/.well-known/openid-configuration", stage.idp.issuer()),
            &[],
        )
        .await;
    insta::assert_snapshot!(document.show_headers(&stage), @r#"
    200
    server: nginx
    strict-transport-security: max-age=315360000; includeSubDomains
    accept-ch: Sec-CH-UA-Platform-Version
    p3p: CP="HONK"
    referrer-policy: strict-origin-when-cross-origin
    x-content-type-options: nosniff
    x-okta-request-id: <32 hex>
    x-xss-protection: 0
    cache-control: max-age=86400, must-revalidate
    expires: Wed, 02 Jan 2030 00:00:00 GMT
    vary: Origin
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-type: application/json
    content-length: <length>
    "#);
    let keys = stage.get(&stage.idp.jwks_url(), &[]).await;
    assert_eq!(
        keys.header("cache-control"),
        Some("max-age=3832304, must-revalidate")
    );
    assert_eq!(keys.header("x-rate-limit-limit"), None);
}

#[tokio::test]
async fn okta_management() {
    let stage = Stage::okta().await;
    let token = stage.idp.credentials().api_token.unwrap();
    let answer = stage
        .manage("/api/v1/users", &format!("SSWS {}", token.reveal()))
        .await;
    insta::assert_snapshot!(answer.show_headers(&stage), @r#"
    200
    link: <http://<org>/api/v1/users?limit=200>; rel="self"
    server: nginx
    strict-transport-security: max-age=315360000; includeSubDomains
    accept-ch: Sec-CH-UA-Platform-Version
    p3p: CP="HONK"
    referrer-policy: strict-origin-when-cross-origin
    x-content-type-options: nosniff
    x-okta-request-id: <32 hex>
    x-xss-protection: 0
    cache-control: no-cache, no-store
    pragma: no-cache
    expires: 0
    x-rate-limit-limit: 300
    x-rate-limit-remaining: 299
    x-rate-limit-reset: 1893456060
    date: Tue, 01 Jan 2030 00:00:00 GMT
    content-type: application/json
    content-length: <length>
    "#);
}

#[tokio::test]
async fn every_date_is_the_servers_time() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        stage.advance(86_400);
        for url in [stage.idp.jwks_url(), stage.idp.api_url()] {
            let answer = stage.get(&url, &[]).await;
            assert_eq!(answer.header("date"), Some("Wed, 02 Jan 2030 00:00:00 GMT"));
        }
    }
}

#[tokio::test]
async fn what_no_vendor_serves_is_not_found() {
    let entra = Stage::entra().await;
    let answer = entra
        .get(&format!("{}/nothing", entra.idp.origin(Origin::Login)), &[])
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (404, ""));
    let okta = Stage::okta().await;
    let answer = okta
        .get(&format!("{}/nothing", okta.idp.origin(Origin::Org)), &[])
        .await;
    insta::assert_snapshot!(answer.show(&okta), @r#"404 {"errorCode":"E0000008","errorSummary":"The requested path was not found","errorLink":"E0000008","errorId":"<error id>","errorCauses":[]}"#);
}
