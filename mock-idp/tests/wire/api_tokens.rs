//! SSWS tokens: how they come, how long they work, what they may do, and how they go.

use http::Method;
use mock_idp::directory::{
    AdminRole, ApiToken, Directory, NetworkZone, OutsideZone, Part, TokenNetwork,
};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Provider};
use serde_json::json;

use crate::answer::Answer;
use crate::stage::Stage;

pub(crate) const ADA: &str = "ada@okta.example";
const DAY: u64 = 86_400;

pub(crate) fn made(stage: &Stage, user: &str) -> ApiToken {
    let network = TokenNetwork::default();
    stage.idp.issue_api_token(user, "made", network).unwrap()
}

fn ssws(token: &ApiToken) -> String {
    format!("SSWS {}", token.value.reveal())
}

pub(crate) async fn users(stage: &Stage, token: &ApiToken) -> Answer {
    stage.manage("/api/v1/users?limit=1", &ssws(token)).await
}

/// An org in which the one zone is where the test is not, unless it is told where that is.
async fn with_zone(gateway: &str, refusal: OutsideZone) -> Stage {
    let mut directory = Directory::default();
    directory.okta.outside_zone = refusal;
    directory.okta.network_zones = vec![NetworkZone {
        id: "nzo1office".to_owned(),
        name: "Office".to_owned(),
        gateways: vec![gateway.parse().unwrap()],
    }];
    Stage::of(MockIdp::okta().directory(directory)).await
}

#[tokio::test]
async fn a_token_looks_like_one_and_is_made_from_the_seed() {
    let (first, again) = (Stage::okta().await, Stage::okta().await);
    let token = made(&first, ADA);
    let value = token.value.reveal();
    assert_eq!(value.len(), 42);
    let (start, rest) = value.split_at(2);
    assert_eq!(start, "00");
    let is_one = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    assert!(rest.chars().all(is_one) && !rest.ends_with('-'), "{value}");
    assert!(token.id.starts_with("00T") && token.id.len() == 20);
    assert_eq!(made(&again, ADA).value, token.value);
    assert_ne!(made(&first, ADA).value, token.value);
    // Not in Entra, and not for somebody who is not there.
    let entra = Stage::entra().await;
    for (stage, user) in [(&first, "nobody"), (&entra, "ada@contoso.example")] {
        let refused = stage
            .idp
            .issue_api_token(user, "x", TokenNetwork::default());
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn thirty_days_without_use_are_the_end() {
    let stage = Stage::okta().await;
    let token = made(&stage, ADA);
    for _ in 0..4 {
        stage.advance(30 * DAY - 1);
        assert_eq!(users(&stage, &token).await.status, 200);
    }
    stage.advance(30 * DAY);
    let dead = users(&stage, &token).await;
    assert_eq!(
        (dead.status, dead.text("errorCode").as_str()),
        (401, "E0000011")
    );
    // It stays dead, and asking was no use of it.
    assert_eq!(users(&stage, &token).await.status, 401);
}

#[tokio::test]
async fn the_window_is_for_all_tokens_that_say_no_end_of_their_own() {
    let mut directory = Directory::default();
    let mut pinned = directory.okta.api_tokens[0].clone();
    pinned.id = "00T2pinned".to_owned();
    pinned.value = mock_idp::Secret::new("00pinnedTokenproof_Qw3rTy-u10pAsDfGhJkLzXc");
    pinned.expires = Some("2030-03-01T00:00:00Z".parse().unwrap());
    directory.okta.api_tokens.push(pinned.clone());
    let stage = Stage::of(MockIdp::okta().directory(directory)).await;
    let first = stage.idp.directory().okta.api_tokens[0].clone();
    // 2024 was long ago, but the world has only just begun.
    assert_eq!(users(&stage, &first).await.status, 200);
    stage.advance(40 * DAY);
    assert_eq!(users(&stage, &first).await.status, 401);
    assert_eq!(users(&stage, &pinned).await.status, 200);
    stage.advance(19 * DAY);
    assert_eq!(users(&stage, &pinned).await.status, 401);
}

#[tokio::test]
async fn a_refusal_that_knows_the_token_is_a_use_and_one_by_a_limit_is_none() {
    let stage = Stage::okta().await;
    let token = made(&stage, ADA);
    stage.advance(29 * DAY);
    let answer = stage.manage("/api/v1/users/nobody", &ssws(&token)).await;
    assert_eq!(answer.status, 404);
    stage.advance(29 * DAY);
    assert_eq!(users(&stage, &token).await.status, 200);
    let mut none = mock_idp::limits::LimitRule::requests(0, std::time::Duration::from_secs(60));
    none = none.at(mock_idp::journal::Endpoint::Resource);
    stage.idp.set_limits(vec![none]).unwrap();
    stage.advance(29 * DAY);
    assert_eq!(users(&stage, &token).await.status, 429);
    stage.idp.set_limits(Vec::new()).unwrap();
    stage.advance(2 * DAY);
    assert_eq!(users(&stage, &token).await.status, 401);
}

#[tokio::test]
async fn it_goes_by_its_owners_status_and_role() {
    let stage = Stage::okta().await;
    let token = made(&stage, "fay@okta.example");
    let change = |role: AdminRole, enabled: bool| {
        stage.idp.change_directory(|directory| {
            let fay = &mut directory.okta.users[5];
            (fay.role, fay.enabled) = (role, enabled);
        });
    };
    let write = || async {
        let url = format!("{}/api/v1/groups", stage.idp.origin(Origin::Org));
        let body = json!({ "profile": { "name": "made by fay" } });
        let request = stage.http.post(url).header("authorization", ssws(&token));
        Answer::of(request.json(&body).send().await.unwrap()).await
    };
    let mut table = String::new();
    for role in [
        AdminRole::SuperAdmin,
        AdminRole::UserAdmin,
        AdminRole::GroupMembershipAdmin,
        AdminRole::ReadOnlyAdmin,
        AdminRole::None,
    ] {
        change(role, true);
        let reading = users(&stage, &token).await;
        let writing = write().await;
        let me = stage.manage("/api/v1/users/me", &ssws(&token)).await;
        let code = |answer: &Answer| match answer.json()["errorCode"].as_str() {
            Some(code) => format!("{} {code}", answer.status),
            None => answer.status.to_string(),
        };
        table += &format!(
            "{role:?}: {}, {}, {}\n",
            code(&reading),
            code(&writing),
            code(&me)
        );
    }
    insta::assert_snapshot!(table, @"
    SuperAdmin: 200, 200, 200
    UserAdmin: 200, 400 E0000001, 200
    GroupMembershipAdmin: 200, 403 E0000006, 200
    ReadOnlyAdmin: 200, 403 E0000006, 200
    None: 403 E0000006, 403 E0000006, 200
    ");
    change(AdminRole::SuperAdmin, false);
    assert_eq!(users(&stage, &token).await.text("errorCode"), "E0000011");
    change(AdminRole::SuperAdmin, true);
    assert_eq!(users(&stage, &token).await.status, 200);
}

#[tokio::test]
async fn it_works_only_where_it_may_be_used() {
    let bound = |include: &[&str], exclude: &[&str]| TokenNetwork {
        include: include.iter().map(|id| (*id).to_owned()).collect(),
        exclude: exclude.iter().map(|id| (*id).to_owned()).collect(),
    };
    for (gateway, network, refusal, expected) in [
        (
            "127.0.0.0/8",
            bound(&["nzo1office"], &[]),
            OutsideZone::Forbidden,
            "200",
        ),
        (
            "203.0.113.0/24",
            bound(&["nzo1office"], &[]),
            OutsideZone::Forbidden,
            "403 E0000006",
        ),
        (
            "203.0.113.0/24",
            bound(&["nzo1office"], &[]),
            OutsideZone::InvalidToken,
            "401 E0000011",
        ),
        (
            "127.0.0.1",
            bound(&[], &["nzo1office"]),
            OutsideZone::Forbidden,
            "403 E0000006",
        ),
        (
            "203.0.113.7",
            bound(&[], &["nzo1office"]),
            OutsideZone::Forbidden,
            "200",
        ),
    ] {
        let stage = with_zone(gateway, refusal).await;
        let token = stage.idp.issue_api_token(ADA, "bound", network).unwrap();
        let answer = users(&stage, &token).await;
        let code = answer.json()["errorCode"].as_str().map(str::to_owned);
        let shown = [Some(answer.status.to_string()), code];
        let shown: Vec<String> = shown.into_iter().flatten().collect();
        assert_eq!(shown.join(" "), expected, "{gateway}");
    }
    let stage = Stage::okta().await;
    let refused = stage.idp.issue_api_token(ADA, "x", bound(&["nzo9"], &[]));
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("there is no network zone `nzo9`"), "{said}");
}

#[tokio::test]
async fn the_api_lists_changes_and_revokes_them_and_never_shows_one() {
    let stage = with_zone("127.0.0.0/8", OutsideZone::Forbidden).await;
    let (own, other) = (made(&stage, ADA), made(&stage, "fay@okta.example"));
    let mut shown = String::new();
    let org = stage.idp.origin(Origin::Org).to_owned();
    let at = |id: &str| format!("{org}/api/v1/api-tokens/{id}");
    let ask = |method: Method, url: String, body: Option<serde_json::Value>| {
        let mut request = stage.http.request(method, url);
        request = request.header("authorization", ssws(&own));
        if let Some(body) = body {
            request = request.json(&body);
        }
        async move { Answer::of(request.send().await.unwrap()).await }
    };
    let list = ask(Method::GET, at(""), None).await;
    assert_eq!(list.json().as_array().unwrap().len(), 3);
    shown += &list.body;
    stage.advance(DAY);
    let one = ask(Method::GET, at(&own.id), None).await;
    shown += &one.body;
    insta::assert_snapshot!(one.show(&stage).replace(&own.id, "<own>"), @r#"200 {"name":"made","userId":"00u1adaTokenproof0d7","tokenWindow":"P30D","network":{"connection":"ANYWHERE"},"id":"<own>","clientName":"Okta API","expiresAt":"2030-02-01T00:00:00.000Z","created":"2030-01-01T00:00:00.000Z","lastUpdated":"2030-01-02T00:00:00.000Z","_links":{"self":{"href":"http://<org>/api/v1/api-tokens/<own>","hints":{"allow":["GET","DELETE"]}},"user":{"href":"http://<org>/api/v1/users/00u1adaTokenproof0d7","hints":{"allow":["GET"]}}}}"#);
    // Only what is used moves.
    let unused = ask(Method::GET, at(&other.id), None).await.json();
    assert_eq!(unused["lastUpdated"], "2030-01-01T00:00:00.000Z");
    assert_eq!(unused["userId"], "00u6fayTokenproof0d7");

    let body = json!({ "name": "renamed", "network": { "connection": "ZONE", "exclude": ["nzo1office"] } });
    let changed = ask(Method::PUT, at(&other.id), Some(body)).await;
    assert_eq!(
        (changed.status, changed.text("name").as_str()),
        (200, "renamed")
    );
    shown += &changed.body;
    assert_eq!(users(&stage, &other).await.text("errorCode"), "E0000006");
    for bad in [
        json!({}),
        json!({ "name": 3 }),
        json!({ "name": "x", "network": { "connection": "MOON" } }),
        json!({ "name": "x", "network": { "connection": "ZONE", "include": ["nzo9"] } }),
        json!({ "name": "x", "userId": "nobody" }),
    ] {
        let refused = ask(Method::PUT, at(&other.id), Some(bad.clone())).await;
        assert!([400, 404].contains(&refused.status), "{bad}");
    }
    assert_eq!(ask(Method::DELETE, at(&other.id), None).await.status, 204);
    assert_eq!(users(&stage, &other).await.status, 401);
    let gone = ask(Method::GET, at(&other.id), None).await;
    assert!(gone.body.contains("(Token)"), "{}", gone.body);
    assert_eq!(ask(Method::POST, at(""), Some(json!({}))).await.status, 405);
    assert_eq!(ask(Method::DELETE, at("current"), None).await.status, 204);
    assert_eq!(users(&stage, &own).await.status, 401);
    for token in [&own, &other] {
        assert!(!shown.contains(token.value.reveal()));
    }
}

#[tokio::test]
async fn an_access_token_is_no_current_token() {
    let stage = Stage::okta().await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    stage.idp.change_directory(|directory| {
        let scopes = &mut directory.okta.applications[0].scopes;
        scopes.push("okta.apiTokens.manage".to_owned());
    });
    let ask = stage.password().with("scope", "okta.apiTokens.manage");
    let token = ask.at(&url).send().await.text("access_token");
    let current = format!(
        "{}/api/v1/api-tokens/current",
        stage.idp.origin(Origin::Org)
    );
    let request = stage.http.delete(current).bearer_auth(&token);
    let refused = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(refused.text("errorCode"), "E0000006");
    let bearer = format!("Bearer {token}");
    let list = stage.manage("/api/v1/api-tokens", &bearer).await;
    assert_eq!(list.status, 200);
}

#[tokio::test]
async fn its_use_goes_with_a_snapshot() {
    let stage = Stage::okta().await;
    let token = made(&stage, ADA);
    let saved = stage.idp.snapshot();
    stage.advance(20 * DAY);
    assert_eq!(users(&stage, &token).await.status, 200);
    stage.idp.restore(&saved);
    // The clock goes on: the token has not been used for 20 days again.
    stage.advance(10 * DAY);
    assert_eq!(users(&stage, &token).await.status, 401);
    stage.idp.reset();
    assert_eq!(stage.idp.directory().okta.api_tokens.len(), 1);
    assert_eq!(users(&stage, &token).await.status, 401);
    // One that is put again begins anew.
    let again = Stage::okta().await;
    let token = made(&again, ADA);
    again.advance(31 * DAY);
    assert_eq!(users(&again, &token).await.status, 401);
    let other = ApiToken::new(
        "00T3another",
        mock_idp::Secret::new("00another-token-of-ada"),
        ADA,
    );
    again.idp.put(None, Part::ApiToken(other.clone())).unwrap();
    assert_eq!(users(&again, &other).await.status, 200);
}

#[tokio::test]
async fn malformed_ones_are_refused() {
    let stage = Stage::okta().await;
    let token = made(&stage, ADA).value.reveal().to_owned();
    let long = format!("SSWS {}", "0".repeat(4_000));
    let mut table = String::new();
    for (what, header) in [
        ("nothing behind", "SSWS".to_owned()),
        ("only a space", "SSWS ".to_owned()),
        ("cut short", format!("SSWS {}", &token[..41])),
        ("one more", format!("SSWS {token}0")),
        ("another scheme", format!("Token {token}")),
        ("no scheme", token.clone()),
        ("as a bearer", format!("Bearer {token}")),
        ("as basic", format!("Basic {token}")),
        ("in quotes", format!("SSWS \"{token}\"")),
        ("two of them", format!("SSWS {token},SSWS {token}")),
        ("very long", long),
        ("glued", format!("SSWS{token}")),
        ("glued, lower case", format!("ssws{token}")),
        ("more spaces", format!("SSWS    {token}  ")),
    ] {
        let answer = stage.manage("/api/v1/users?limit=1", &header).await;
        let code = match answer.status {
            200 => String::new(),
            _ if answer.body.is_empty() => " empty".to_owned(),
            _ => format!(" {}", answer.text("errorCode")),
        };
        table += &format!("{what}: {}{code}\n", answer.status);
        let entry = serde_json::to_string(&stage.last_entry()).unwrap();
        assert!(!entry.contains(&token), "{what}: {entry}");
    }
    insta::assert_snapshot!(table, @"
    nothing behind: 401 E0000011
    only a space: 401 E0000011
    cut short: 401 E0000011
    one more: 401 E0000011
    another scheme: 403 E0000005
    no scheme: 403 E0000005
    as a bearer: 401 empty
    as basic: 403 E0000005
    in quotes: 401 E0000011
    two of them: 401 E0000011
    very long: 401 E0000011
    glued: 200
    glued, lower case: 200
    more spaces: 200
    ");
    assert_eq!(stage.idp.provider(), Provider::Okta);
}
