//! Okta's rate limits as an org buys and shares them.

use std::time::Duration;

use http::Method;
use mock_idp::MockIdp;
use mock_idp::directory::{ClientLimitMode, Directory, OrgLimits, Plan};
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::{By, LimitRule};
use serde_json::json;

use crate::answer::Answer;
use crate::okta_users::{Admin, admin, code};
use crate::stage::Stage;

pub(crate) async fn with(limits: OrgLimits) -> Stage {
    let mut directory = Directory::default();
    directory.okta.rate_limits = limits;
    Stage::of(MockIdp::okta().directory(directory)).await
}

pub(crate) fn plan(plan: Plan) -> OrgLimits {
    OrgLimits {
        plan: Some(plan),
        ..OrgLimits::default()
    }
}

/// Limit and remaining.
pub(crate) fn shown(answer: &Answer) -> String {
    let of = |name: &str| answer.header(name).unwrap_or("none").to_owned();
    format!(
        "{} {}/{}",
        answer.status,
        of("x-rate-limit-remaining"),
        of("x-rate-limit-limit")
    )
}

#[tokio::test]
async fn each_plan_has_its_buckets() {
    let mut table = String::new();
    for limits in [
        OrgLimits::default(),
        plan(Plan::Integrator),
        plan(Plan::OneApp),
        plan(Plan::Enterprise),
        plan(Plan::Workforce),
        OrgLimits {
            multiplier: 5,
            ..plan(Plan::Workforce)
        },
    ] {
        let name = format!("{:?} x{}", limits.plan, limits.multiplier);
        let admin = Admin::of(with(limits).await).await;
        let mut row = vec![shown(&admin.stage.app_only().send().await)];
        for path in [
            "users",
            "users/me",
            "groups",
            "apps",
            "apps/x",
            "logs",
            "api-tokens",
        ] {
            row.push(shown(&admin.get(&format!("/api/v1/{path}")).await));
        }
        table += &format!("{name}: {}\n", row.join(", "));
    }
    insta::assert_snapshot!(table, @"
    None x1: 200 599/600, 200 299/300, 200 499/500, 200 299/300, 200 49/50, 404 299/300, 200 24/25, 200 299/300
    Some(Integrator) x1: 200 149/150, 200 49/50, 200 49/50, 200 49/50, 200 9/10, 404 49/50, 200 9/10, 200 49/50
    Some(OneApp) x1: 200 599/600, 200 299/300, 200 499/500, 200 299/300, 200 49/50, 404 299/300, 200 24/25, 200 299/300
    Some(Enterprise) x1: 200 599/600, 200 299/300, 200 499/500, 200 299/300, 200 49/50, 404 299/300, 200 24/25, 200 299/300
    Some(Workforce) x1: 200 999/1000, 200 299/300, 200 999/1000, 200 249/250, 200 49/50, 404 249/250, 200 59/60, 200 599/600
    Some(Workforce) x5: 200 4999/5000, 200 1499/1500, 200 4999/5000, 200 1249/1250, 200 249/250, 404 1249/1250, 200 299/300, 200 2999/3000
    ");
}

#[tokio::test]
async fn an_unmetered_place_shows_nothing_and_is_never_full() {
    let stage = with(plan(Plan::Integrator)).await;
    let org = stage.idp.origin(Origin::Org).to_owned();
    for path in [
        "/.well-known/openid-configuration",
        "/oauth2/default/.well-known/oauth-authorization-server",
        "/oauth2/v1/keys",
    ] {
        for _ in 0..120 {
            let answer = stage.get(&format!("{org}{path}"), &[]).await;
            assert_eq!(
                (answer.status, answer.header("x-rate-limit-limit")),
                (200, None),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_share_is_written_by_the_api_and_counts_at_once() {
    let admin = admin().await;
    assert_eq!(shown(&admin.get("/api/v1/groups").await), "200 299/300");
    let path = "/api/v1/principal-rate-limits";
    assert_eq!(code(&admin.get(path).await), "400 E0000028");
    let listed = |answer: Answer| answer.json().as_array().unwrap().len();
    let query = format!("{path}?filter=principalType%20eq%20%22SSWS_TOKEN%22");
    assert_eq!(listed(admin.get(&query).await), 0);
    let body = |percent: u32| {
        json!({
            "principalId": "00T1consoleTokenPr07", "principalType": "SSWS_TOKEN", "defaultPercentage": percent,
            "defaultConcurrencyPercentage": 75,
        })
    };
    let made = admin.post(path, body(10)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    insta::assert_snapshot!(made.show(&admin.stage), @r#"201 {"id":"prl1consoleTokenPr07","orgId":"00o1tokenproofOrg0d7","principalId":"00T1consoleTokenPr07","principalType":"SSWS_TOKEN","defaultPercentage":10,"defaultConcurrencyPercentage":75,"createdBy":"00u1adaTokenproof0d7","createdDate":"2024-01-15T09:00:00.000Z","lastUpdate":"2024-01-15T09:00:00.000Z","lastUpdatedBy":"00u1adaTokenproof0d7"}"#);
    assert_eq!(listed(admin.get(&query).await), 1);
    // The window goes on with the share that there is now.
    assert_eq!(shown(&admin.get("/api/v1/groups").await), "200 58/60");
    let own = format!("{path}/{}", made.text("id"));
    assert_eq!(admin.put(&own, body(100)).await.status, 200);
    assert_eq!(shown(&admin.get("/api/v1/groups").await), "200 597/600");
    assert_eq!(admin.get(&own).await.json()["defaultPercentage"], 100);
    assert_eq!(admin.put(&own, body(0)).await.status, 200);
    assert_eq!(shown(&admin.get("/api/v1/groups").await), "429 0/0");
    admin.stage.idp.change_directory(|directory| {
        directory.okta.principal_shares[0].percentage = 50;
    });
    let mut table = String::new();
    for body in [
        json!({}),
        body(101),
        json!({ "principalId": "00Tnobody", "principalType": "SSWS_TOKEN" }),
        json!({ "principalId": "00T1consoleTokenPr07", "principalType": "OAUTH_CLIENT" }),
        json!({ "principalId": "00T1consoleTokenPr07", "principalType": "KING" }),
    ] {
        table += &format!("{}\n", code(&admin.post(path, body).await));
    }
    insta::assert_snapshot!(table, @"
    400 E0000001; principalId: The field cannot be left blank
    400 E0000001; defaultPercentage: The field must be between 0 and 100
    400 E0000001; principalId: Invalid principal
    400 E0000001; principalId: Invalid principal
    400 E0000001; principalType: Must be one of SSWS_TOKEN, OAUTH_CLIENT
    ");
    // It goes with what it is for.
    admin
        .stage
        .idp
        .remove(
            None,
            mock_idp::directory::PartKind::ApiToken,
            "00T1consoleTokenPr07",
        )
        .unwrap();
    assert!(admin.stage.idp.directory().okta.principal_shares.is_empty());
}

/// Okta: "burst at 601, 429 at 3000" for a bucket of 600.
#[tokio::test]
async fn a_burst_is_let_pass_for_a_time() {
    let limits = OrgLimits {
        plan: Some(Plan::Integrator),
        burst: true,
        ..OrgLimits::default()
    };
    let stage = with(limits).await;
    let ask = || stage.app_only().with("client_secret", "wrong").send();
    for place in 0..150 {
        assert_eq!(shown(&ask().await), format!("401 {}/150", 149 - place));
    }
    for _ in 150..750 {
        assert_eq!(shown(&ask().await), "401 0/150");
    }
    assert_eq!(shown(&ask().await), "429 0/150");
    let admin = Admin::of(stage).await;
    // Nothing of it where nobody signs in.
    for _ in 0..50 {
        assert_eq!(admin.get("/api/v1/groups").await.status, 200);
    }
    assert_eq!(admin.get("/api/v1/groups").await.status, 429);
    let log = admin.get("/api/v1/logs").await;
    let events = log.json();
    let events: Vec<String> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let of = |name: &str| event[name].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                of("eventType"),
                event["target"][0]["id"],
                event["debugContext"]["debugData"]["threshold"]
            )
        })
        .collect();
    insta::assert_snapshot!(events.join("\n"), @r#"
    system.org.rate_limit.warning "/oauth2/default/v1/token" "150"
    system.org.rate_limit.burst "/oauth2/default/v1/token" "150"
    system.org.rate_limit.warning "/oauth2/default/v1/token" "300"
    system.org.rate_limit.burst "/oauth2/default/v1/token" "300"
    system.org.rate_limit.violation "/oauth2/default/v1/token" "150"
    system.org.rate_limit.warning "/api/v1/groups" "50"
    system.org.rate_limit.violation "/api/v1/groups" "50"
    "#);
}

#[tokio::test]
async fn the_org_is_warned_and_no_answer_shows_it() {
    let stage = Stage::of(MockIdp::okta()).await;
    let rule = LimitRule::requests(10, Duration::from_secs(60))
        .at(Endpoint::Token)
        .by([By::World]);
    stage.idp.set_limits(vec![rule]).unwrap();
    let admin = Admin::of(stage).await;
    let threshold = "/api/v1/rate-limit-settings/warning-threshold";
    assert_eq!(admin.get(threshold).await.json()["warningThreshold"], 60);
    let set = admin
        .put(threshold, json!({ "warningThreshold": 30 }))
        .await;
    assert_eq!(set.json()["warningThreshold"], 30);
    let events = || async {
        admin
            .get("/api/v1/logs")
            .await
            .json()
            .as_array()
            .unwrap()
            .len()
    };
    for (place, known) in [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1)] {
        assert_eq!(admin.stage.app_only().send().await.status, 200);
        assert_eq!(events().await, known, "{place}");
    }
    admin.stage.advance(60);
    for _ in 0..3 {
        admin.stage.app_only().send().await;
    }
    assert_eq!(events().await, 2, "another window, another warning");
    let since = admin.get("/api/v1/logs?since=2030-01-01T00:00:30Z").await;
    assert_eq!(since.json().as_array().unwrap().len(), 1);
    assert_eq!(admin.get("/api/v1/logs?since=yesterday").await.status, 400);
    let of_kind = "/api/v1/logs?filter=eventType%20eq%20%22system.org.rate_limit.violation%22";
    assert_eq!(admin.get(of_kind).await.json(), json!([]));
    for bad in [
        json!({ "warningThreshold": 29 }),
        json!({ "warningThreshold": 91 }),
        json!({}),
    ] {
        assert_eq!(admin.put(threshold, bad).await.status, 400);
    }
    // It goes with a reset.
    admin.stage.idp.reset();
    assert_eq!(events().await, 0);
}

#[tokio::test]
async fn rate_limit_settings_are_read_and_written() {
    let admin = admin().await;
    let mut table = String::new();
    for (method, what, body) in [
        (Method::GET, "admin-notifications", json!({})),
        (
            Method::PUT,
            "admin-notifications",
            json!({ "notificationsEnabled": false }),
        ),
        (
            Method::PUT,
            "admin-notifications",
            json!({ "notificationsEnabled": "no" }),
        ),
        (Method::GET, "per-client", json!({})),
        (
            Method::PUT,
            "per-client",
            json!({ "defaultMode": "PREVIEW" }),
        ),
        (
            Method::PUT,
            "per-client",
            json!({ "defaultMode": "PREVIEW", "useCaseModeOverrides": { "OAUTH2_AUTHORIZE": "ENFORCE" } }),
        ),
        (Method::PUT, "per-client", json!({ "defaultMode": "MAYBE" })),
        (Method::PUT, "per-client", json!({})),
        (Method::POST, "per-client", json!({})),
        (Method::GET, "per-moon", json!({})),
    ] {
        let answer = admin
            .ask(
                method.clone(),
                &format!("/api/v1/rate-limit-settings/{what}"),
                Some(body),
            )
            .await;
        let shown = if answer.status == 200 {
            answer.body.clone()
        } else {
            code(&answer)
        };
        table += &format!("{method} {what}: {shown}\n");
    }
    insta::assert_snapshot!(table, @r#"
    GET admin-notifications: {"notificationsEnabled":true}
    PUT admin-notifications: {"notificationsEnabled":false}
    PUT admin-notifications: 400 E0000003
    GET per-client: {"defaultMode":"DISABLE","useCaseModeOverrides":{"LOGIN_PAGE":"DISABLE","OAUTH2_AUTHORIZE":"DISABLE","OIE_APP_INTENT":"DISABLE"}}
    PUT per-client: {"defaultMode":"PREVIEW","useCaseModeOverrides":{"LOGIN_PAGE":"PREVIEW","OAUTH2_AUTHORIZE":"PREVIEW","OIE_APP_INTENT":"PREVIEW"}}
    PUT per-client: {"defaultMode":"ENFORCE","useCaseModeOverrides":{"LOGIN_PAGE":"ENFORCE","OAUTH2_AUTHORIZE":"ENFORCE","OIE_APP_INTENT":"ENFORCE"}}
    PUT per-client: 400 E0000001; defaultMode: Must be one of ENFORCE, PREVIEW, DISABLE
    PUT per-client: 400 E0000001; defaultMode: The field cannot be left blank
    POST per-client: 405 E0000022
    GET per-moon: 404 E0000008
    "#);
    let limits = &admin.stage.idp.directory().okta.rate_limits;
    assert_eq!(limits.client_mode(), ClientLimitMode::Enforce);
}

/// A principal that may use nothing is refused everything, what would give it more included.
#[tokio::test]
async fn nobody_without_a_share_gives_himself_one() {
    let admin = admin().await;
    let own = "00T1consoleTokenPr07";
    let share = |percent: u32| {
        json!({
            "principalId": own, "principalType": "SSWS_TOKEN", "defaultPercentage": percent,
            "defaultConcurrencyPercentage": 50,
        })
    };
    let path = "/api/v1/principal-rate-limits";
    let made = admin.post(path, share(0)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let one = format!("{path}/{}", made.text("id"));
    for _ in 0..2 {
        let refused = admin.put(&one, share(50)).await;
        assert_eq!(shown(&refused), "429 0/0");
        assert_eq!(code(&refused), "429 E0000047");
        admin.stage.advance(61);
    }
    // Another administrator's token does.
    let idp = &admin.stage.idp;
    let other = idp.issue_api_token("ada@okta.example", "other", Default::default());
    let ssws = format!("SSWS {}", other.unwrap().value.reveal());
    let url = format!("{}{one}", idp.origin(Origin::Org));
    let raised = admin.stage.http.put(url).header("authorization", ssws);
    let raised = raised.json(&share(50)).send().await.unwrap();
    assert_eq!(raised.status(), 200);
    assert_eq!(admin.get("/api/v1/users").await.status, 200);
}
