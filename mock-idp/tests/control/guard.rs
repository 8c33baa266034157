//! Who may use the control API, and who not.

use std::sync::Arc;

use mock_idp::control::Control;
use mock_idp::host::Host;
use reqwest::Method;
use serde_json::json;

use crate::desk::{Desk, Said};

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_refused() {
    let desk = Desk::with_world().await;
    let port = desk.control.address().port();
    let ask = async |host: String| {
        let request = desk.request(Method::GET, "/worlds/w");
        Said::of(request.header("host", host)).await
    };
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("[::1]:{port}"),
    ] {
        assert_eq!(ask(host.clone()).await.status, 200, "{host}");
    }
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("localhost:{}", port.wrapping_add(1)),
        String::new(),
    ] {
        assert_eq!(ask(host.clone()).await.status, 403, "{host}");
    }
    let refused = ask("evil.example".to_owned()).await.refusal();
    let refused = refused.replace(&port.to_string(), "<port>");
    insta::assert_snapshot!(refused, @"403 Forbidden: the request is for another host; ask for http://127.0.0.1:<port> by its address or as localhost");
}

#[tokio::test]
async fn a_page_in_a_browser_is_refused_whatever_it_asks_for() {
    let desk = Desk::with_world().await;
    for origin in ["https://evil.example", "null", "http://localhost:1", ""] {
        for path in ["/worlds/w", "/", "/health", "/nowhere"] {
            let request = desk.request(Method::GET, path).header("origin", origin);
            let said = Said::of(request).await;
            assert_eq!(said.status, 403, "{origin} {path}");
        }
    }
    // What a page may send without asking first, and could do harm with.
    let request = desk.request(Method::POST, "/worlds/w/reset");
    let request = request.header("origin", "https://evil.example");
    let refused = Said::of(request).await.refusal();
    insta::assert_snapshot!(refused, @"403 Forbidden: the request comes from a page in a browser; use the control API from programs");
    let own = desk.request(Method::GET, "/worlds/w");
    let own = own.header("origin", desk.control.url());
    assert_eq!(Said::of(own).await.status, 200);
}

#[tokio::test]
async fn a_token_is_demanded_where_there_is_one() {
    let desk = Desk::with(Some("control-token-1")).await;
    let ask = async |authorization: Option<&str>, path: &str| {
        let mut request = desk.request(Method::GET, path);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        Said::of(request).await
    };
    assert_eq!(
        ask(Some("Bearer control-token-1"), "/worlds").await.status,
        200
    );
    assert_eq!(
        ask(Some("bearer control-token-1"), "/worlds").await.status,
        200
    );
    for wrong in [
        None,
        Some("Bearer control-token-2"),
        Some("Bearer control-token-1 "),
        Some("Bearer control-token"),
        Some("Bearer "),
        Some("Basic control-token-1"),
        Some("control-token-1"),
    ] {
        let said = ask(wrong, "/worlds").await;
        let is_right = wrong.is_some_and(|wrong| wrong.trim_end() == "Bearer control-token-1");
        assert_eq!(said.status, if is_right { 200 } else { 401 }, "{wrong:?}");
    }
    // Also for what is not there, or one could find out what is.
    assert_eq!(ask(None, "/worlds/w").await.status, 401);
    assert_eq!(ask(None, "/nowhere").await.status, 401);
    for open in ["/", "/health", "/openapi.json"] {
        assert_eq!(ask(None, open).await.status, 200, "{open}");
    }
    let refused = desk.request(Method::GET, "/worlds").send().await.unwrap();
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    let refused = ask(None, "/worlds").await;
    insta::assert_snapshot!(refused.refusal(), @"401 Unauthorized: the control token is missing or wrong; send it as `Authorization: Bearer …`");
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_a_token() {
    let host = Arc::new(Host::new());
    let open = "0.0.0.0:0".parse().unwrap();
    let refused = Control::bind(host.clone(), open, None).await.unwrap_err();
    insta::assert_snapshot!(refused, @"0.0.0.0:0 can be reached from other machines; give a token to let them in");
    let token = mock_idp::Secret::new("control-token-1");
    let control = Control::bind(host, open, Some(token)).await.unwrap();
    let url = format!("http://127.0.0.1:{}/worlds", control.address().port());
    let http = Desk::new().await.http;
    // Under any name: in a container it has one of its own. A page does not have the token.
    let named = http.get(&url).header("host", "mock:8080");
    assert_eq!(
        Said::of(named.bearer_auth("control-token-1")).await.status,
        200
    );
    assert_eq!(Said::of(http.get(&url)).await.status, 401);
}

#[tokio::test]
async fn what_control_tells_unasked_holds_no_secret() {
    let desk = Desk::with_world().await;
    let (status, token) = desk.ask_for_token().await;
    assert_eq!(status, 200);
    desk.post("/worlds/w/faults", json!({ "to": "token", "reply": 503 }))
        .await;
    let paths = [
        "/",
        "/worlds",
        "/worlds/w",
        "/worlds/w/clock",
        "/worlds/w/directory",
        "/worlds/w/faults",
        "/worlds/w/journal",
        "/worlds/w/keys",
        "/worlds/w/snapshots",
        "/worlds/w/sign-ins",
        "/worlds/w/tokens",
    ];
    for path in paths {
        let said = desk.get(path).await;
        assert_eq!(said.status, 200, "{path}");
        assert_eq!(desk.world().secrets_in(&said.text), [""; 0], "{path}");
        assert!(!said.text.contains(token["access_token"].as_str().unwrap()));
    }
    let asked = desk.get("/worlds/w/credentials").await;
    assert!(!desk.world().secrets_in(&asked.text).is_empty());
}
