//! Okta's limits beside its buckets: per client, per user, at once, and as faults tell them.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::directory::Plan;
use mock_idp::fault::Fault;
use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::LimitRule;
use serde_json::json;

use crate::answer::Answer;
use crate::okta_plans::{plan, shown, with};
use crate::okta_users::{Admin, admin, code};
use crate::stage::Stage;

/// A limit that only counts lets pass what it would refuse, and says so in the log.
#[tokio::test]
async fn a_preview_refuses_nobody() {
    let mut rule = LimitRule::requests(2, Duration::from_secs(60)).at(Endpoint::Token);
    rule.preview = true;
    let admin = Admin::of(Stage::of(MockIdp::okta().limit(rule.clone())).await).await;
    for _ in 0..4 {
        let answer = admin.stage.app_only().send().await;
        assert_eq!(
            (answer.status, answer.header("x-rate-limit-limit")),
            (200, None)
        );
    }
    let usage = admin.stage.idp.usage();
    assert_eq!((usage[0].used, usage[0].remaining), (4, 0));
    let log = admin
        .get("/api/v1/logs?filter=eventType%20eq%20%22system.org.rate_limit.violation%22")
        .await;
    assert_eq!(log.json().as_array().unwrap().len(), 1);
    rule.preview = false;
    admin.stage.idp.set_limits(vec![rule]).unwrap();
    assert_eq!(
        admin.stage.app_only().send().await.status,
        429,
        "what was counted counts"
    );
}

#[tokio::test]
async fn a_signed_in_user_asks_one_place_forty_times_in_ten_seconds() {
    let stage = with(plan(Plan::OneApp)).await;
    let url = format!("{}/oauth2/v1/token", stage.idp.origin(Origin::Org));
    let token = stage
        .password()
        .with("scope", "okta.users.read")
        .at(&url)
        .send()
        .await;
    let bearer = format!("Bearer {}", token.text("access_token"));
    let me = || stage.manage("/api/v1/users/me", &bearer);
    for place in 0..40 {
        assert_eq!(shown(&me().await), format!("200 {}/40", 39 - place));
    }
    assert_eq!(shown(&me().await), "429 0/40");
    assert_eq!(stage.manage("/api/v1/users/fay", &bearer).await.status, 200);
    let ssws = format!(
        "SSWS {}",
        stage.idp.credentials().api_token.unwrap().reveal()
    );
    for _ in 0..60 {
        assert_eq!(stage.manage("/api/v1/users/me", &ssws).await.status, 200);
    }
    stage.advance(10);
    assert_eq!(shown(&me().await), "200 39/40");
}

/// What is in progress beyond the org's own, or beyond the token's half, is refused with zeros.
#[tokio::test]
async fn too_many_at_once_are_refused_with_zeros() {
    let stage = with(plan(Plan::Integrator)).await;
    let held = Fault::at(Endpoint::Resource).times(7).hold("lunch");
    stage.idp.faults().add(held);
    let ssws = format!(
        "SSWS {}",
        stage.idp.credentials().api_token.unwrap().reveal()
    );
    let url = format!("{}/api/v1/users/me", stage.idp.origin(Origin::Org));
    let waiting: Vec<_> = (0..7)
        .map(|_| {
            let request = stage.http.get(&url).header("authorization", &ssws).send();
            tokio::spawn(request)
        })
        .collect();
    crate::stage::until(|| stage.idp.held_count("lunch") == 7).await;
    let refused = stage.get(&url, &[("authorization", &ssws)]).await;
    assert_eq!(shown(&refused), "429 0/0");
    assert_eq!(refused.text("errorCode"), "E0000047");
    let date = jiff::fmt::rfc2822::parse(refused.header("date").unwrap()).unwrap();
    let reset: i64 = refused
        .header("x-rate-limit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!(reset > date.timestamp().as_second());
    assert_eq!(refused.header("retry-after"), None);
    stage.idp.release("lunch");
    for request in waiting {
        assert_eq!(request.await.unwrap().unwrap().status(), 200);
    }
    let answer = stage.get(&url, &[("authorization", &ssws)]).await;
    assert_eq!(answer.status, 200);
    let admin = Admin::of(stage).await;
    let log = admin.get("/api/v1/logs").await;
    assert_eq!(
        log.json()[0]["eventType"],
        "system.org.rate_limit.violation"
    );
}

/// The departures that clients stumble over: a reset header twice, none, one that lies in the past.
#[tokio::test]
async fn a_fault_sends_the_reset_twice_not_at_all_or_too_late() {
    let admin = admin().await;
    let mut table = String::new();
    for (what, departure) in [
        (
            "twice",
            json!({ "headers": { "x-rate-limit-reset": ["$epoch(+5s)", "$epoch(+9s)"] } }),
        ),
        (
            "not at all",
            json!({ "without_headers": ["x-rate-limit-reset"] }),
        ),
        (
            "in the past",
            json!({ "headers": { "x-rate-limit-reset": "$epoch(-5s)" } }),
        ),
        ("no date", json!({ "without_headers": ["date"] })),
    ] {
        let mut rule = json!({ "to": "resource", "times": 1, "reply": 429 });
        for (name, value) in departure.as_object().unwrap() {
            rule[name] = value.clone();
        }
        let rule = serde_json::from_value(rule).unwrap();
        admin.stage.idp.add_rule(&rule).unwrap();
        let answer = admin.get("/api/v1/users").await;
        let date = answer.header("date").is_some();
        let resets = answer.all("x-rate-limit-reset").join(" and ");
        table += &format!("{what}: {} resets: {resets}; date: {date}\n", code(&answer));
    }
    insta::assert_snapshot!(table, @"
    twice: 429 E0000047 resets: 1893456005 and 1893456009; date: true
    not at all: 429 E0000047 resets: ; date: true
    in the past: 429 E0000047 resets: 1893455995; date: true
    no date: 429 E0000047 resets: 1893456060; date: false
    ");
    let mut rule = LimitRule::requests(0, Duration::from_secs(60)).at(Endpoint::Resource);
    rule.reset = mock_idp::limits::Reset::Past;
    admin.stage.idp.set_limits(vec![rule]).unwrap();
    let answer = admin.get("/api/v1/users").await;
    assert_eq!(answer.header("x-rate-limit-reset"), Some("1893455999"));
}

/// Each client, address and browser asks `/authorize` sixty times in a minute; in a preview the org's log says so.
#[tokio::test]
async fn a_client_asks_authorize_sixty_times_in_a_minute() {
    let stage = with(plan(Plan::Enterprise)).await;
    let authorize = format!(
        "{}/oauth2/default/v1/authorize",
        stage.idp.origin(Origin::Org)
    );
    let ask = |client: &str, browser: &str| {
        let url = format!("{authorize}?client_id={client}&response_type=code&state=s");
        let request = stage
            .http
            .get(url)
            .header("cookie", format!("a=b; dt={browser}"));
        async move { Answer::of(request.send().await.unwrap()).await }
    };
    for place in 0..60 {
        let answer = ask("0oa2nativeTokenPr0d7", "one").await;
        assert!(
            shown(&answer).ends_with(&format!(" {}/60", 59 - place)),
            "{}",
            shown(&answer)
        );
    }
    assert_eq!(shown(&ask("0oa2nativeTokenPr0d7", "one").await), "429 0/60");
    for (client, browser) in [
        ("0oa2nativeTokenPr0d7", "two"),
        ("0oa1daemonTokenPr0d7", "one"),
    ] {
        let answer = ask(client, browser).await;
        assert!(shown(&answer).ends_with(" 59/60"), "{}", shown(&answer));
    }
    // Nobody counts so at the token endpoint.
    assert_eq!(shown(&stage.app_only().send().await), "200 599/600");
    let admin = Admin::of(stage).await;
    let kinds = || async {
        let log = admin.get("/api/v1/logs").await.json();
        let kinds = log
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["eventType"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(
        kinds().await,
        [
            "system.client.rate_limit.notification",
            "system.client.rate_limit.violation"
        ]
    );
    let setting = "/api/v1/rate-limit-settings/per-client";
    assert_eq!(
        admin
            .put(setting, json!({ "defaultMode": "PREVIEW" }))
            .await
            .status,
        200
    );
    let preview = || async {
        let url = format!("{authorize}?client_id=0oa2nativeTokenPr0d7&response_type=code&state=s");
        let request = admin.stage.http.get(url).header("cookie", "dt=one");
        Answer::of(request.send().await.unwrap()).await
    };
    // Only the bucket is shown now.
    assert!(
        shown(&preview().await).ends_with("/600"),
        "{}",
        shown(&preview().await)
    );
    assert_eq!(
        admin
            .put(setting, json!({ "defaultMode": "DISABLE" }))
            .await
            .status,
        200
    );
    assert_ne!(preview().await.status, 429);
    assert_eq!(
        admin
            .put(setting, json!({ "defaultMode": "ENFORCE" }))
            .await
            .status,
        200
    );
}
