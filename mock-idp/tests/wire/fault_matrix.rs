//! Every fault at every endpoint: it is applied, and the journal names it.

use std::collections::BTreeSet;

use mock_idp::fault::{Coding, ConnectionFault, Rule, Signing};
use mock_idp::journal::{Delivery, Endpoint, Origin};
use mock_idp::{MockIdp, Provider};
use serde_json::{Value, json};

use crate::stage::Stage;

/// What a rule can do, as rules say it.
fn kinds() -> Vec<Value> {
    let mut kinds = vec![
        json!({ "reply": 503 }),
        json!({ "reply": [429, 200] }),
        json!({ "reply": 201 }),
        json!({ "error": { "error": "invalid_grant", "status": 400 } }),
        json!({ "error": { "error": "invalid_grant" }, "disguise": { "prose": "absent" } }),
        json!({ "redirect": { "status": 307, "to": "same" } }),
        json!({ "redirect": { "status": 302, "to": "foreign" } }),
        json!({ "raw": "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" }),
        json!({ "body": "<html>Sorry</html>", "content_type": "text/html" }),
        json!({ "body_base64": "AP8=" }),
        json!({ "set": { "error": "busy" } }),
        json!({ "remove": ["error", "access_token", "keys"] }),
        json!({ "rename": { "access_token": "token" } }),
        json!({ "reverse_members": true }),
        json!({ "headers": { "retry-after": ["$http_date(+30s)", "30"] } }),
        json!({ "header_lines": ["Odd : header"] }),
        json!({ "without_headers": ["date"] }),
        json!({ "delay": "3s" }),
        json!({ "jitter": "3s" }),
        json!({ "dribble": "1s" }),
        json!({ "hold": "herd" }),
        json!({ "hold": { "name": "herd", "at": "after_commit" } }),
        json!({ "forge": { "claims": { "aud": "other" }, "without": ["iss"] } }),
    ];
    kinds.extend(Coding::ALL.map(|coding| json!({ "coding": coding })));
    // As it always is, nothing is forged.
    let signing = Signing::ALL.into_iter().skip(1);
    kinds.extend(signing.map(|sign| json!({ "forge": { "sign": sign } })));
    let connection = ConnectionFault::ALL.into_iter();
    let connection = connection.filter(|fault| *fault != ConnectionFault::Refuse);
    kinds.extend(connection.map(|fault| json!({ "connection": fault })));
    kinds
}

/// The keys by which a rule chooses.
const CHOICES: [&str; 10] = [
    "to",
    "only",
    "nth",
    "one_in",
    "per",
    "probability",
    "times",
    "from",
    "until",
    "ttl",
];

/// What is done to connections before a request is there: shown in `connections`.
const OF_CONNECTIONS: [&str; 2] = ["keep_alive", "slow_read"];

#[test]
fn nothing_that_a_rule_can_say_is_left_out() {
    let schema = schemars::schema_for!(Rule).to_value();
    let known: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let kinds = kinds();
    let shown = kinds
        .iter()
        .flat_map(|kind| kind.as_object().unwrap().keys());
    let shown: BTreeSet<&str> = shown
        .map(String::as_str)
        .chain(CHOICES)
        .chain(OF_CONNECTIONS)
        .collect();
    assert_eq!(known, shown);
}

/// A request for an endpoint; none if this vendor has it not. A new endpoint does not compile until it has one.
fn request(
    stage: &Stage,
    http: &reqwest::Client,
    endpoint: Endpoint,
) -> Option<reqwest::RequestBuilder> {
    let idp = &stage.idp;
    let is_entra = idp.provider() == Provider::Entra;
    let home = idp.origin(if is_entra { Origin::Login } else { Origin::Org });
    let tenant = idp.tenant();
    let form = |url: &str, more: (&str, &str)| {
        http.post(url).form(&[
            ("client_id", idp.client_id().as_str()),
            ("client_secret", idp.client_secret().reveal()),
            (
                "scope",
                &idp.scopes(mock_idp::directory::GrantType::ClientCredentials)
                    .join(" "),
            ),
            more,
        ])
    };
    Some(match endpoint {
        Endpoint::Token => form(&idp.token_url(), ("grant_type", "client_credentials")),
        Endpoint::Resource => http.get(idp.api_url()).bearer_auth("nonsense"),
        Endpoint::Device if is_entra => form(
            &format!("{home}/{tenant}/oauth2/v2.0/devicecode"),
            ("a", "b"),
        ),
        Endpoint::Device => form(
            &format!("{home}/oauth2/{tenant}/v1/device/authorize"),
            ("a", "b"),
        ),
        Endpoint::ManagedIdentity if is_entra => http
            .get(format!(
                "{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com/",
                idp.origin(Origin::ManagedIdentity)
            ))
            .header("metadata", "true"),
        Endpoint::Discovery => {
            let issuer = idp.issuer();
            http.get(format!("{issuer}/.well-known/openid-configuration"))
        }
        Endpoint::Jwks => http.get(idp.jwks_url()),
        Endpoint::InstanceDiscovery if is_entra => http.get(format!(
            "{home}/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.microsoftonline.com/common/oauth2/v2.0/authorize"
        )),
        Endpoint::UserRealm if is_entra => {
            http.get(format!("{home}/common/userrealm/ada@contoso.example?api-version=1.0"))
        }
        Endpoint::Authorize if !is_entra => http.get(format!(
            "{home}/oauth2/{tenant}/v1/authorize?response_type=code&scope=openid&client_id=0oa5portalTokenPr0d7"
        )),
        Endpoint::SignIn if !is_entra => http.get(format!("{home}/activate")),
        Endpoint::Logout if !is_entra => http.get(format!("{home}/oauth2/{tenant}/v1/logout")),
        Endpoint::PushedAuthorization if !is_entra => {
            form(&format!("{home}/oauth2/{tenant}/v1/par"), ("a", "b"))
        }
        Endpoint::Introspection if !is_entra => {
            form(&format!("{home}/oauth2/{tenant}/v1/introspect"), ("a", "b"))
        }
        Endpoint::Revocation if !is_entra => {
            form(&format!("{home}/oauth2/{tenant}/v1/revoke"), ("a", "b"))
        }
        Endpoint::UserInfo if !is_entra => http
            .get(format!("{home}/oauth2/{tenant}/v1/userinfo"))
            .bearer_auth("nonsense"),
        Endpoint::Authorize if is_entra => http.get(format!(
            "{home}/{tenant}/oauth2/v2.0/authorize?response_type=code&scope=openid&client_id=1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7"
        )),
        Endpoint::SignIn if is_entra => http.get(format!("{home}/device")),
        Endpoint::Logout if is_entra => http.get(format!("{home}/{tenant}/oauth2/v2.0/logout")),
        Endpoint::Foreign => http.get(format!("{}/somewhere", idp.origin(Origin::Foreign))),
        Endpoint::Unknown => http.get(format!("{home}/nowhere/at/all")),
        Endpoint::ManagedIdentity
        | Endpoint::InstanceDiscovery
        | Endpoint::UserRealm
        | Endpoint::Authorize
        | Endpoint::SignIn
        | Endpoint::Logout
        | Endpoint::PushedAuthorization
        | Endpoint::Introspection
        | Endpoint::Revocation
        | Endpoint::UserInfo => return None,
        Endpoint::Connection => return None,
    })
}

/// Sends a request, and lets go of whatever keeps the answer back.
async fn play(stage: &Stage, request: reqwest::RequestBuilder, hangs: bool) {
    let before = stage.idp.journal().written();
    let sent = tokio::spawn(async move {
        if let Ok(answer) = request.send().await {
            let _ = answer.bytes().await;
        }
    });
    let withheld = || {
        if !hangs || stage.idp.journal().written() == before {
            return false;
        }
        let reply = stage.last_entry().reply;
        reply.is_some_and(|reply| reply.delivery == Delivery::Withheld)
    };
    for _ in 0..1_000_000 {
        if sent.is_finished() {
            return;
        }
        if withheld() {
            sent.abort();
            return;
        }
        stage.idp.release("herd");
        if stage.clock.next_deadline().is_some() {
            stage.advance(1);
        }
        tokio::task::yield_now().await;
    }
    panic!("it never ends");
}

#[tokio::test]
async fn every_fault_at_every_endpoint_is_applied_and_named() {
    // A connection each: what one of them does to its own is nothing to the next.
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut endpoints = BTreeSet::new();
    for provider in Provider::ALL {
        let stage = Stage::of(MockIdp::of(provider).foreign_origin().journal_capacity(8)).await;
        let faults = stage.idp.faults();
        for endpoint in Endpoint::ALL {
            if request(&stage, &http, endpoint).is_none() {
                continue;
            }
            endpoints.insert(endpoint);
            for to in [endpoint.name(), "anything"] {
                for mut rule in kinds() {
                    rule["to"] = json!(to);
                    let rule: Rule = serde_json::from_value(rule).unwrap();
                    let hangs = rule.connection == Some(ConnectionFault::Hang);
                    faults.clear();
                    let id = stage.idp.add_rule(&rule).unwrap();
                    let request = request(&stage, &http, endpoint).unwrap();
                    play(&stage, request, hangs).await;
                    let what = || format!("{} at {endpoint:?} of {provider}", json!(rule));
                    let entry = stage.last_entry();
                    assert_eq!(entry.endpoint, endpoint, "{}", what());
                    let fault = entry.reply.and_then(|reply| reply.fault);
                    assert_eq!(fault, Some(id.to_string()), "{}", what());
                    let standing = &faults.list()[0];
                    assert_eq!((standing.met, standing.applied), (1, 1), "{}", what());
                    assert_eq!(standing.rule.as_ref(), Some(&rule));
                }
            }
        }
    }
    // A connection is no request: see `connections`.
    let all = Endpoint::ALL.into_iter();
    let all = all.filter(|endpoint| *endpoint != Endpoint::Connection);
    assert!(endpoints.into_iter().eq(all.collect::<BTreeSet<_>>()));
}

#[tokio::test]
async fn no_answer_names_its_fault_unless_asked_to() {
    for (labels, expected) in [(false, None), (true, Some("fault#1"))] {
        let builder = MockIdp::okta().label_faults(labels);
        let stage = Stage::of(builder).await;
        let ordinary = stage.app_only().send().await;
        let rule = json!({ "to": "token", "reply": 503 });
        let rule: Rule = serde_json::from_value(rule).unwrap();
        stage.idp.add_rule(&rule).unwrap();
        let answer = stage.app_only().send().await;
        assert_eq!((ordinary.status, answer.status), (200, 503));
        assert_eq!(answer.header("x-tokenproof-fault"), expected);
        assert_eq!(ordinary.header("x-tokenproof-fault"), None);
        let told = |answer: &crate::answer::Answer| {
            answer
                .headers
                .iter()
                .any(|(name, value)| name.contains("fault") || value.contains("fault#"))
        };
        assert_eq!(told(&answer), labels);
        assert!(!told(&ordinary));
    }
}
