//! Okta's management API: SSWS tokens, access tokens of the org, paging.

use mock_idp::journal::Origin;
use mock_idp::ledger::TokenState;

use crate::stage::Stage;

fn ssws(stage: &Stage) -> String {
    let token = stage.idp.credentials().api_token.unwrap();
    token.reveal().to_owned()
}

#[tokio::test]
async fn an_api_token_works_with_and_without_the_space() {
    let stage = Stage::okta().await;
    let token = ssws(&stage);
    for authorization in [
        format!("SSWS {token}"),
        format!("SSWS{token}"),
        format!("ssws {token}"),
    ] {
        let answer = stage.manage("/api/v1/users", &authorization).await;
        assert_eq!(answer.status, 200, "{authorization}");
        let presented = stage.last_entry().presented.unwrap();
        assert!(
            presented.scheme.eq_ignore_ascii_case("SSWS"),
            "{presented:?}"
        );
        assert_eq!(presented.state, TokenState::Live);
    }
}

#[tokio::test]
async fn a_wrong_token_and_none_at_all() {
    let stage = Stage::okta().await;
    let answer = stage.manage("/api/v1/users", "SSWS 00wrong").await;
    assert_eq!(
        stage.last_entry().presented.unwrap().state,
        TokenState::Foreign
    );
    insta::assert_snapshot!(answer.show(&stage), @r#"401 {"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011","errorId":"<error id>","errorCauses":[]}"#);
    let url = format!("{}/api/v1/users", stage.idp.origin(Origin::Org));
    let answer = stage.get(&url, &[]).await;
    insta::assert_snapshot!(answer.show(&stage), @r#"403 {"errorCode":"E0000005","errorSummary":"Invalid session","errorLink":"E0000005","errorId":"<error id>","errorCauses":[]}"#);
    let answer = stage.manage("/api/v1/users", "Basic YTpi").await;
    assert_eq!(answer.text("errorCode"), "E0000005");
}

#[tokio::test]
async fn a_token_dies_with_its_owners_account() {
    let mut directory = mock_idp::directory::Directory::default();
    directory.okta.users[0].enabled = false;
    let stage = Stage::of(mock_idp::MockIdp::okta().directory(directory)).await;
    let answer = stage
        .manage("/api/v1/users", &format!("SSWS {}", ssws(&stage)))
        .await;
    assert_eq!(answer.text("errorCode"), "E0000011");
}

#[tokio::test]
async fn paging_follows_the_links() {
    let stage = Stage::okta().await;
    let authorization = format!("SSWS {}", ssws(&stage));
    let org = stage.idp.origin(Origin::Org).to_owned();
    let mut url = format!("{org}/api/v1/users/?limit=2");
    let (mut pages, mut logins) = (String::new(), Vec::new());
    loop {
        let answer = stage.get(&url, &[("authorization", &authorization)]).await;
        assert_eq!(answer.status, 200, "{url}");
        let links = answer.all("link");
        for link in &links {
            pages.push_str(&crate::answer::stable(&stage.idp, link));
            pages.push('\n');
        }
        for user in answer.json().as_array().unwrap() {
            logins.push(user["profile"]["login"].as_str().unwrap().to_owned());
        }
        let next = links
            .iter()
            .find_map(|link| link.strip_suffix(">; rel=\"next\""));
        match next {
            Some(next) => url = next.trim_start_matches('<').to_owned(),
            None => break,
        }
    }
    insta::assert_snapshot!(pages, @r#"
    <http://<org>/api/v1/users?limit=2>; rel="self"
    <http://<org>/api/v1/users?after=MiAwMHUyYmVuVG9rZW5wcm9vZjBkNyAwMHUzY2xlb1Rva2VucHJvb2YwNw&limit=2>; rel="next"
    <http://<org>/api/v1/users?after=MiAwMHUyYmVuVG9rZW5wcm9vZjBkNyAwMHUzY2xlb1Rva2VucHJvb2YwNw&limit=2>; rel="self"
    <http://<org>/api/v1/users?after=NCAwMHU0ZGFuYVRva2VucHJvb2YwNyAwMHU1ZW1pbFRva2VucHJvb2YwNw&limit=2>; rel="next"
    <http://<org>/api/v1/users?after=NCAwMHU0ZGFuYVRva2VucHJvb2YwNyAwMHU1ZW1pbFRva2VucHJvb2YwNw&limit=2>; rel="self"
    "#);
    insta::assert_snapshot!(logins.join(" "), @"ada@okta.example ben@okta.example cleo@okta.example dana@okta.example emil@okta.example fay@okta.example");
}

#[tokio::test]
async fn links_lead_back_the_way_the_client_came() {
    let stage = Stage::okta().await;
    let port = stage.idp.addresses()[0].port();
    let url = format!("http://localhost:{port}/api/v1/users?limit=1");
    let answer = stage
        .get(
            &url,
            &[("authorization", &format!("SSWS {}", ssws(&stage)))],
        )
        .await;
    for link in answer.all("link") {
        assert!(
            link.starts_with(&format!("<http://localhost:{port}/")),
            "{link}"
        );
    }
    // A host that is not ours is not repeated.
    let answer = stage
        .get(
            &url,
            &[
                ("authorization", &format!("SSWS {}", ssws(&stage))),
                ("host", "evil.example"),
            ],
        )
        .await;
    assert!(!answer.all("link").concat().contains("evil"));
}

#[tokio::test]
async fn bad_pages_and_unknown_things() {
    let stage = Stage::okta().await;
    let authorization = format!("SSWS {}", ssws(&stage));
    let mut table = String::new();
    for path in [
        "/api/v1/users?limit=0",
        "/api/v1/users?limit=many",
        "/api/v1/users?after=nobody",
        "/api/v1/users/nobody",
        "/api/v1/users/me/sessions",
        "/api/v1/volcanoes",
    ] {
        let answer = stage.manage(path, &authorization).await;
        table.push_str(&format!("{path}: {}\n", answer.show(&stage)));
    }
    insta::assert_snapshot!(table, @r#"
    /api/v1/users?limit=0: 400 {"errorCode":"E0000029","errorSummary":"Invalid paging request.","errorLink":"E0000029","errorId":"<error id>","errorCauses":[{"errorSummary":"Invalid limit."}]}
    /api/v1/users?limit=many: 400 {"errorCode":"E0000029","errorSummary":"Invalid paging request.","errorLink":"E0000029","errorId":"<error id>","errorCauses":[{"errorSummary":"Invalid limit."}]}
    /api/v1/users?after=nobody: 400 {"errorCode":"E0000029","errorSummary":"Invalid paging request.","errorLink":"E0000029","errorId":"<error id>","errorCauses":[{"errorSummary":"Invalid cursor."}]}
    /api/v1/users/nobody: 404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: nobody (User)","errorLink":"E0000007","errorId":"<error id>","errorCauses":[]}
    /api/v1/users/me/sessions: 405 {"errorCode":"E0000022","errorSummary":"The endpoint does not support the provided HTTP method","errorLink":"E0000022","errorId":"<error id>","errorCauses":[]}
    /api/v1/volcanoes: 404 {"errorCode":"E0000008","errorSummary":"The requested path was not found","errorLink":"E0000008","errorId":"<error id>","errorCauses":[]}
    "#);
    let me = stage.manage("/api/v1/users/me", &authorization).await;
    assert_eq!(me.json()["profile"]["login"], "ada@okta.example");
}

#[tokio::test]
async fn an_access_token_needs_the_scope() {
    let stage = Stage::okta().await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let with_scope = |scope: &str| stage.password().with("scope", scope).at(&url);
    let reading = with_scope("okta.users.read").send().await;
    let bearer = format!("Bearer {}", reading.text("access_token"));
    assert_eq!(stage.manage("/api/v1/users", &bearer).await.status, 200);
    // The Python SDK forgets the space here too.
    let glued = bearer.replace(' ', "");
    assert_eq!(stage.manage("/api/v1/users", &glued).await.status, 200);

    let other = with_scope("openid").send().await.text("access_token");
    let answer = stage
        .manage("/api/v1/users", &format!("Bearer {other}"))
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (403, ""));
    insta::assert_snapshot!(crate::answer::stable(&stage.idp, answer.header("www-authenticate").unwrap()), @r#"Bearer authorization_uri="http://<org>/oauth2/v1/authorize", realm="http://<org>", scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/users""#);

    stage.advance(3600);
    let answer = stage.manage("/api/v1/users", &bearer).await;
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
    assert_eq!(answer.header("content-length"), Some("0"));
    insta::assert_snapshot!(crate::answer::stable(&stage.idp, answer.header("www-authenticate").unwrap()), @r#"Bearer authorization_uri="http://<org>/oauth2/v1/authorize", realm="http://<org>", scope="okta.users.read", error="invalid_token", error_description="The token has expired.", resource="/api/v1/users""#);
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("WWW-Authenticate")
    );
}
