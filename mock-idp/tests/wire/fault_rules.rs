//! Rules as they are written: added to a world that runs, by the names of its directory.

use mock_idp::directory::RotationMode;
use mock_idp::fault::Rule;
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::stage::{Stage, rotation};

fn rule(rule: Value) -> Rule {
    serde_json::from_value(rule).unwrap()
}

#[tokio::test]
async fn names_are_those_of_the_directory() {
    for stage in [Stage::entra().await, Stage::okta().await] {
        let credentials = stage.idp.credentials();
        let tenant = match stage.idp.provider() {
            Provider::Entra => "contoso.example",
            Provider::Okta => "default",
        };
        for (only, app_only, password) in [
            (json!({ "application": credentials.client_id }), 503, 503),
            (json!({ "tenant": tenant }), 503, 503),
            (json!({ "user": credentials.username }), 200, 503),
        ] {
            stage.idp.faults().clear();
            let rule = rule(json!({ "to": "token", "only": only, "reply": 503 }));
            stage.idp.add_rule(&rule).unwrap();
            let statuses = (
                stage.app_only().send().await.status,
                stage.password().send().await.status,
            );
            assert_eq!(statuses, (app_only, password), "{only}");
        }
        let nobody = rule(json!({ "to": "token", "only": { "user": "nobody" }, "reply": 503 }));
        let refused = stage.idp.add_rule(&nobody).unwrap_err().to_string();
        assert!(
            refused.starts_with("`only.user`: the directory has no user `nobody`"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let stage = Stage::okta().await;
    let refusals: Vec<String> = [
        json!({ "to": "token" }),
        json!({ "to": "token", "nth": 0, "times": 1, "reply": 503 }),
        json!({ "to": "token", "probability": 1.5, "reply": 503 }),
        json!({ "to": "token", "per": "user", "reply": 503 }),
        json!({ "to": "token", "ttl": "5s", "from": "6s", "reply": 503 }),
        json!({ "to": "token", "only": { "generation": 0 }, "reply": 503 }),
        json!({ "to": "token", "headers": { "retry-after": "$http_dat(+3s)" } }),
        json!({ "to": "token", "body_base64": "?" }),
        json!({ "to": "token", "connection": "refuse" }),
        json!({ "to": "token", "keep_alive": { "requests": 1 } }),
        json!({ "to": "connection", "reply": 503 }),
        json!({ "to": "connection", "hold": "herd" }),
        json!({ "to": "connection", "connection": "truncate" }),
        json!({ "to": "connection", "connection": "hang", "keep_alive": {} }),
        json!({ "to": "connection", "only": { "grant": "password" }, "connection": "refuse" }),
        json!({ "to": "connection", "slow_read": { "bytes": 0, "every": "0s" } }),
        json!({ "to": "connection", "keep_alive": { "idle": "0s", "requests": 0 } }),
        json!({ "to": "token", "forge": {} }),
        json!({ "to": "token", "forge": { "claims": { "exp": "$epoc(-1h)", "aud": 1 }, "without": ["aud"] } }),
        json!({ "to": "token", "forge": { "sign": "none" }, "reply": 503 }),
    ]
    .into_iter()
    .map(|refused| stage.idp.add_rule(&rule(refused)).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(refusals.join("\n"), @"
    a rule that changes nothing; give it a `reply`, an `error`, `headers`, a `hold` or another effect
    `times`: `nth` and `times` in one rule; `nth` applies to one request; `times` to as many as it says
    `nth`: `nth` counts from 1
    `probability`: a probability lies between 0 and 1; without `probability` the rule always applies
    `per`: `per` without anything that is counted; give the rule `nth`, `one_in`, `times` or several replies
    `ttl`: a rule that is gone before it begins; `from`: begins after 6s
    `only.generation`: `generation` counts from 1
    `headers.retry-after[0]`: unknown function `$http_dat`; write for instance `$http_date(+30s)`
    `body_base64`: this is not base64; `?` at position 1; the alphabet is A to Z, a to z, 0 to 9, `+` and `/`, padded with `=` (RFC 4648 section 4)
    `connection`: `refuse` comes before anything is read; use `to: connection`, or `connection: reset`
    `keep_alive`: `keep_alive` begins before anything is read; use `to: connection`
    `reply`: `reply` of a connection; a connection has no answer; its rules know `connection: refuse` and `hang`, `delay`, `jitter`, `keep_alive` and `slow_read`; use `to: anything` for whatever is asked
    `hold`: `hold` of a connection; a connection has no answer; its rules know `connection: refuse` and `hang`, `delay`, `jitter`, `keep_alive` and `slow_read`; use `to: anything` for whatever is asked
    `connection`: nothing has been asked on it yet; a connection has no answer; its rules know `connection: refuse` and `hang`, `delay`, `jitter`, `keep_alive` and `slow_read`; use `to: anything` for whatever is asked
    `keep_alive`: `keep_alive` of a connection that nobody uses; `connection`: turned away
    `keep_alive`: `keep_alive` without a limit; write for instance `keep_alive: { idle: 5s }` or `{ requests: 10 }`
    `only`: nobody knows what a connection is for; choose by `origin` and `connection`, or use `to: anything`
    `slow_read.bytes`: a request that is never read; use `connection: hang`
    `slow_read.every`: a pause of nothing between two reads
    `keep_alive.idle`: a connection that is never idle; use `requests: 1` to close it after its first answer
    `keep_alive.requests`: a connection for no requests; use `connection: refuse`
    `forge`: a forgery that changes nothing; write for instance `forge: { sign: wrong_key }` or `{ claims: { aud: other } }`
    `forge.without[0]`: the claim `aud` is set and taken out at once; `forge.claims.aud`: set here
    `forge.claims.exp`: unknown function `$epoc`; write for instance `$epoch(-1h)`
    `reply`: `reply` and `forge` in one rule; `forge`: a refusal has no tokens
    ");
    assert_eq!(stage.idp.faults().list(), []);
}

#[tokio::test]
async fn a_rule_is_listed_as_it_was_given_and_goes_when_its_time_is_over() {
    let stage = Stage::okta().await;
    let given = json!({ "to": "token", "ttl": "1m", "reply": [503] });
    let id = stage.idp.add_rule(&rule(given.clone())).unwrap();
    assert_eq!(stage.app_only().send().await.status, 503);
    let listed = serde_json::to_value(stage.idp.faults().list()).unwrap();
    assert_eq!(listed[0]["id"], json!(id.to_string()));
    assert_eq!(listed[0]["rule"]["ttl"], "1m");
    assert_eq!(
        rule(listed[0]["rule"].clone()),
        rule(given),
        "what is listed can be given again"
    );
    stage.advance(60);
    assert_eq!(stage.app_only().send().await.status, 200);
    assert_eq!(stage.idp.faults().list(), []);
}

#[tokio::test]
async fn refresh_tokens_by_their_generation() {
    let rotating = rotation(RotationMode::Rotate, 0);
    let stage = Stage::of(MockIdp::okta().rotation(rotating)).await;
    let only = json!({ "to": "token", "only": { "generation": 2 }, "reply": 503 });
    stage.idp.add_rule(&rule(only)).unwrap();
    // Labels count all of a world; generations those of one sign-in.
    for _ in 0..2 {
        let minted = stage.idp.mint_refresh_token();
        let first = stage.refresh(minted.value.reveal()).send().await;
        assert_eq!(first.status, 200, "{}", first.body);
        let second = stage.refresh(&first.text("refresh_token")).send().await;
        assert_eq!(second.status, 503);
    }
    assert_eq!(stage.idp.faults().list()[0].applied, 2);
}

#[tokio::test]
async fn the_first_request_of_every_application() {
    let stage = Stage::entra().await;
    let [first, second] = [0, 1].map(|place| stage.idp.identity(place, 0, 0).unwrap());
    let each = json!({ "to": "token", "nth": 1, "per": "application", "reply": 503 });
    stage.idp.add_rule(&rule(each)).unwrap();
    let mut statuses = Vec::new();
    for identity in [&first, &first, &second, &second, &first] {
        statuses.push(stage.app_only_as(identity).send().await.status);
    }
    assert_eq!(statuses, [503, 200, 503, 200, 200]);
}
