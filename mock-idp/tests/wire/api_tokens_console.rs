//! The page on which a person makes an API token.

use mock_idp::directory::AdminRole;
use mock_idp::journal::Origin;

use crate::answer::Answer;
use crate::api_tokens::ADA;
use crate::stage::Stage;

#[tokio::test]
async fn the_console_makes_a_token_and_shows_it_once() {
    let stage = Stage::okta().await;
    let url = format!("{}/admin/access/api/tokens", stage.idp.origin(Origin::Org));
    let page = stage.get(&url, &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<form method=\"post\""), "{}", page.body);
    assert!(page.body.contains("00T1consoleTokenPr07"));
    let known = stage.idp.credentials().api_token.unwrap();
    assert!(!page.body.contains(known.reveal()) && !page.body.contains("<script"));
    let ask = |name: &str, username: &str, password: &str| {
        let form = [
            ("name", name),
            ("username", username),
            ("password", password),
            ("zone", ""),
        ];
        let request = stage.http.post(&url).form(&form);
        async move { Answer::of(request.send().await.unwrap()).await }
    };
    let ada = ("ada@okta.example", "correct-horse-Okta-1");
    for (name, username, password, status) in [
        ("ci", "ada@okta.example", "wrong", 401),
        ("ci", "nobody@okta.example", "wrong", 401),
        ("ci", "cleo@okta.example", "correct-horse-Okta-3", 401),
        ("", ada.0, ada.1, 400),
    ] {
        let refused = ask(name, username, password).await;
        assert_eq!(refused.status, status, "{username}");
        assert!(refused.body.contains("role=\"alert\""));
        assert!(!refused.body.contains(password));
    }
    let made = ask("<b>ci</b>", ada.0, ada.1).await;
    assert_eq!(made.status, 200);
    let start = made.body.split("value=\"").nth(1).unwrap();
    let value = start.split('"').next().unwrap().to_owned();
    assert_eq!(value.len(), 42);
    let listed = stage
        .manage("/api/v1/users/me", &format!("SSWS {value}"))
        .await;
    assert_eq!(listed.json()["profile"]["login"], ADA);
    // It is not on the page again, nor in the journal.
    let page = stage.get(&url, &[]).await;
    assert!(!page.body.contains(&value) && page.body.contains("&lt;b&gt;ci"));
    let entries = serde_json::to_string(&stage.idp.journal().entries()).unwrap();
    for secret in [value.as_str(), ada.1] {
        assert!(!entries.contains(secret));
    }
    let last = stage.idp.journal().entries();
    let changed = last
        .iter()
        .rev()
        .find_map(|entry| entry.reply.as_ref()?.changed.clone());
    assert!(
        changed
            .unwrap()
            .ends_with("of 00u1adaTokenproof0d7 was made")
    );
    stage
        .idp
        .change_directory(|directory| directory.okta.users[0].role = AdminRole::None);
    assert_eq!(ask("ci", ada.0, ada.1).await.status, 403);
    let request = stage.http.put(&url).send().await.unwrap();
    assert_eq!(request.status(), 405);
}
