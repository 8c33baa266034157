//! Limits as they are configured: wherever a request goes, whoever asks, in every form, and changed while the world runs.

use std::time::Duration;

use mock_idp::journal::{Endpoint, Origin};
use mock_idp::limits::{By, Form, LimitRule, LimitUsage};
use mock_idp::{MockIdp, Provider};

use crate::limit_principals::by;
use crate::stage::Stage;

pub(crate) fn few(requests: u32) -> LimitRule {
    LimitRule::requests(requests, Duration::from_secs(60))
}

/// One request to each endpoint that a vendor has, with a name for each.
fn places(idp: &MockIdp) -> Vec<(Endpoint, String)> {
    let tenant = idp.tenant();
    let at = |origin: Origin, path: &str| format!("{}{path}", idp.origin(origin));
    let mut places = match idp.provider() {
        Provider::Entra => vec![
            (Endpoint::Token, idp.token_url()),
            (Endpoint::Resource, idp.api_url()),
            (
                Endpoint::Device,
                at(Origin::Login, &format!("/{tenant}/oauth2/v2.0/devicecode")),
            ),
            (
                Endpoint::ManagedIdentity,
                at(Origin::ManagedIdentity, "/metadata/identity/oauth2/token"),
            ),
            (
                Endpoint::Discovery,
                at(
                    Origin::Login,
                    &format!("/{tenant}/v2.0/.well-known/openid-configuration"),
                ),
            ),
            (Endpoint::Jwks, idp.jwks_url()),
            (
                Endpoint::InstanceDiscovery,
                at(Origin::Login, "/common/discovery/instance"),
            ),
            (
                Endpoint::UserRealm,
                at(Origin::Login, "/common/userrealm/ada@contoso.com"),
            ),
            (Endpoint::Unknown, at(Origin::Login, "/no/such/place")),
            (
                Endpoint::Unknown,
                at(Origin::ManagedIdentity, "/no/such/place"),
            ),
        ],
        Provider::Okta => vec![
            (Endpoint::Token, idp.token_url()),
            (Endpoint::Resource, idp.api_url()),
            (Endpoint::Resource, at(Origin::Org, "/api/v1/users")),
            (
                Endpoint::Device,
                at(Origin::Org, "/oauth2/v1/device/authorize"),
            ),
            (
                Endpoint::Discovery,
                at(Origin::Org, "/.well-known/openid-configuration"),
            ),
            (
                Endpoint::Discovery,
                at(Origin::Org, "/.well-known/oauth-authorization-server"),
            ),
            (Endpoint::Jwks, idp.jwks_url()),
            (Endpoint::Unknown, at(Origin::Org, "/no/such/place")),
        ],
    };
    places.push((Endpoint::Foreign, at(Origin::Foreign, "/anything")));
    places
}

/// Where no rule is, nobody is refused; where one is, only there, and the answer is what an answer of that place is.
#[tokio::test]
async fn every_endpoint_can_be_limited() {
    let mut all = String::new();
    for builder in [MockIdp::entra(), MockIdp::okta()] {
        let stage = Stage::of(builder.foreign_origin()).await;
        for (endpoint, url) in places(&stage.idp) {
            stage
                .idp
                .set_limits(vec![few(1).at(endpoint).by([By::World])])
                .unwrap();
            let first = stage.get(&url, &[]).await;
            assert_ne!(first.status, 429, "{url}");
            let second = stage.get(&url, &[]).await;
            assert_eq!(second.status, 429, "{url}");
            assert_eq!(stage.last_entry().endpoint, endpoint, "{url}");
            for (other, elsewhere) in places(&stage.idp) {
                if other != endpoint {
                    assert_ne!(stage.get(&elsewhere, &[]).await.status, 429, "{elsewhere}");
                }
            }
            let what = endpoint.name();
            all += &format!("{what}: {}\n", second.show(&stage));
            stage.idp.set_limits(Vec::new()).unwrap();
            assert_ne!(stage.get(&url, &[]).await.status, 429, "{url}");
        }
    }
    insta::assert_snapshot!(all, @r#"
    token: 429 Too Many Requests
    resource: 429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}
    device: 429 Too Many Requests
    managed_identity: 429 {"error":"too_many_requests","error_description":"Too many requests"}
    discovery: 429 Too Many Requests
    jwks: 429 Too Many Requests
    instance_discovery: 429 Too Many Requests
    user_realm: 429 Too Many Requests
    unknown: 429 Too Many Requests
    unknown: 429 {"error":"too_many_requests","error_description":"Too many requests"}
    foreign: 429 nothing is served here
    token: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    resource: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    resource: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    device: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    discovery: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    discovery: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    jwks: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    unknown: 429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    foreign: 429 nothing is served here
    "#);
}

/// A rule without an endpoint is for all of them together, also where nothing is.
#[tokio::test]
async fn one_rule_can_be_for_everything() {
    for builder in [MockIdp::entra(), MockIdp::okta()] {
        let rule = few(3).by([By::World]);
        let stage = Stage::of(builder.foreign_origin().limit(rule)).await;
        for (place, (_, url)) in places(&stage.idp).into_iter().enumerate() {
            let is_refused = stage.get(&url, &[]).await.status == 429;
            assert_eq!(is_refused, place >= 3, "{url}");
        }
    }
}

#[tokio::test]
async fn refusals_come_in_every_form() {
    let mut all = String::new();
    for builder in [MockIdp::entra, MockIdp::okta] {
        let stage = Stage::of(builder()).await;
        for form in [
            Form::Vendor,
            Form::Text,
            Form::Json,
            Form::Forbidden,
            Form::Loop,
        ] {
            let mut rule = few(0);
            rule.form = form;
            stage.idp.set_limits(vec![rule]).unwrap();
            for at_token in [true, false] {
                let answer = match at_token {
                    true => stage.app_only().send().await,
                    false => stage.call_api("nothing").await,
                };
                let kept = |name: &str| name == "content-type" || name == "retry-after";
                let headers = answer.headers.iter().filter(|(name, _)| kept(name));
                let headers: Vec<&str> = headers.map(|(_, value)| value.as_str()).collect();
                let of = stage.last_entry().reply.unwrap();
                all += &format!(
                    "{form:?} ({:?} {:?}) {}\n    {}\n",
                    of.error,
                    of.vendor_code,
                    headers.join(", "),
                    answer.show(&stage)
                );
            }
        }
    }
    insta::assert_snapshot!(all, @r#"
    Vendor (Some("too_many_requests") None) text/plain, 60
        429 Too Many Requests
    Vendor (Some("TooManyRequests") None) application/json, 60
        429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}
    Text (Some("too_many_requests") None) text/plain, 60
        429 Too Many Requests
    Text (Some("too_many_requests") None) text/plain, 60
        429 Too Many Requests
    Json (Some("temporarily_unavailable") Some("AADSTS90055")) application/json; charset=utf-8, 60
        429 {"error":"temporarily_unavailable","error_description":"AADSTS90055: TenantThrottlingError: There are too many incoming requests. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90055],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90055"}
    Json (Some("TooManyRequests") None) application/json, 60
        429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}
    Forbidden (Some("temporarily_unavailable") Some("AADSTS90055")) application/json; charset=utf-8, 60
        403 {"error":"temporarily_unavailable","error_description":"AADSTS90055: TenantThrottlingError: There are too many incoming requests. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[90055],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=90055"}
    Forbidden (Some("accessDenied") None) application/json, 60
        403 {"error":{"code":"accessDenied","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>","code":"throttledRequest"}}}
    Loop (Some("invalid_grant") Some("AADSTS50196")) application/json; charset=utf-8, 60
        400 {"error":"invalid_grant","error_description":"AADSTS50196: The server terminated an operation because it encountered a client request loop. Please contact your app vendor. Trace ID: <guid> Correlation ID: <guid> Timestamp: 2030-01-01 00:00:00Z","error_codes":[50196],"timestamp":"2030-01-01 00:00:00Z","trace_id":"<guid>","correlation_id":"<guid>","error_uri":"http://<login>/error?code=50196"}
    Loop (Some("TooManyRequests") None) application/json, 60
        429 {"error":{"code":"TooManyRequests","message":"Too many requests. Please try again later.","innerError":{"date":"2030-01-01T00:00:00","request-id":"<guid>","client-request-id":"<guid>"}}}
    Vendor (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Vendor (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Text (Some("too_many_requests") None) text/plain
        429 Too Many Requests
    Text (Some("too_many_requests") None) text/plain
        429 Too Many Requests
    Json (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Json (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Forbidden (Some("E0000047") Some("E0000047")) application/json
        403 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Forbidden (Some("E0000047") Some("E0000047")) application/json
        403 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Loop (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    Loop (Some("E0000047") Some("E0000047")) application/json
        429 {"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"<error id>","errorCauses":[]}
    "#);
}

/// Each usage as rule, who, used and remaining.
fn told(usage: &[LimitUsage]) -> String {
    let one = |usage: &LimitUsage| {
        let who: Vec<String> = usage
            .who
            .iter()
            .map(|(by, name)| format!("{by:?}={name}"))
            .collect();
        let (used, left) = (usage.used, usage.remaining);
        format!("{} {} {used}/{left}", usage.rule, who.join(" "))
    };
    usage.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn limits_change_while_a_world_runs_and_windows_go_on() {
    let stage = Stage::okta().await;
    assert_eq!(stage.idp.usage(), []);
    let vendors = stage.idp.limits();
    assert_eq!(vendors.len(), 44);
    stage
        .idp
        .set_limits(vec![few(3).at(Endpoint::Token), few(9).by([By::World])])
        .unwrap();
    assert_eq!(stage.app_only().send().await.status, 200);
    stage.advance(30);
    stage
        .idp
        .set_limits(vec![few(2).at(Endpoint::Token), few(8).by([By::World])])
        .unwrap();
    let second = stage.app_only().send().await;
    assert_eq!(second.header("x-rate-limit-remaining"), Some("0"));
    assert_eq!(second.header("x-rate-limit-reset"), Some("1893456060"));
    assert_eq!(stage.app_only().send().await.status, 429);
    let client = stage.idp.client_id();
    let usage = stage.idp.usage();
    assert_eq!(
        told(&usage),
        format!("0 Principal={client} 2/0\n1 World= 2/6")
    );
    let reset = usage[0].reset.unwrap();
    assert_eq!(reset.to_string(), "2030-01-01T00:01:00Z");
    // What was there before comes back, and begins anew.
    stage.idp.set_limits(Vec::new()).unwrap();
    assert_eq!(stage.idp.limits(), vendors);
    let anew = stage.app_only().send().await;
    assert_eq!(anew.header("x-rate-limit-remaining"), Some("599"));
}

#[tokio::test]
async fn a_world_without_limits() {
    let stage = Stage::of(MockIdp::okta().limit(LimitRule::unlimited())).await;
    for _ in 0..700 {
        let answer = stage.app_only().with("client_secret", "wrong").send().await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("x-rate-limit-limit"), None);
    }
    assert_eq!(stage.idp.usage(), []);
}

#[tokio::test]
async fn limits_are_put_back_with_the_world() {
    let rule = few(2).at(Endpoint::Token);
    let stage = Stage::of(MockIdp::entra().limit(rule.clone())).await;
    assert_eq!(stage.app_only().send().await.status, 200);
    let snapshot = stage.idp.snapshot();
    assert_eq!(stage.app_only().send().await.status, 200);
    stage.idp.set_limits(vec![few(7)]).unwrap();
    stage.idp.restore(&snapshot);
    assert_eq!(stage.idp.limits(), [rule]);
    assert_eq!(stage.app_only().send().await.status, 200);
    assert_eq!(stage.app_only().send().await.status, 429);
}

#[tokio::test]
async fn usage_shows_no_secret() {
    let stage = by(&[By::Client]).await;
    let secret = stage.idp.client_secret();
    let ask = stage.app_only().with("client_id", secret.reveal());
    assert_eq!(ask.send().await.status, 400);
    let usage = stage.idp.usage();
    assert_eq!(usage[0].used, 1);
    assert!(!format!("{usage:?}").contains(secret.reveal()));
    assert_eq!(usage[0].who, [(By::Client, "***".to_owned())]);
}

#[tokio::test]
async fn a_limit_that_cannot_be_followed_starts_no_world() {
    let mut rule = few(1);
    rule.per = None;
    let refused = MockIdp::okta().plain_http().limit(rule).start().await;
    insta::assert_snapshot!(refused.unwrap_err().to_string(), @"`requests` without `per`; a limit on requests in a time needs both");
}

/// The vendor's own and one that is set on top: both count, the tighter one is shown.
#[tokio::test]
async fn a_more_exact_path_takes_the_place_of_the_vendors_bucket() {
    let mut rule = few(5);
    rule.paths = vec!["/api/v1/users/me".to_owned()];
    let stage = Stage::of(MockIdp::okta().limit(rule)).await;
    let token = stage.idp.credentials().api_token.unwrap();
    let ssws = format!("SSWS {}", token.reveal());
    let shown = async |path| {
        let answer = stage.manage(path, &ssws).await;
        let limit = answer.header("x-rate-limit-limit").unwrap();
        limit.to_owned()
    };
    assert_eq!(shown("/api/v1/users/me").await, "5");
    assert_eq!(shown("/api/v1/users/ada").await, "500");
    assert_eq!(shown("/api/v1/users").await, "300");
    assert_eq!(shown("/api/v1/groups").await, "300");
    assert_eq!(shown("/api/v1/apps").await, "50");
    assert_eq!(shown("/api/v1/apps/one").await, "300");
    assert_eq!(shown("/api/v1/apps/one/users").await, "50");
    assert_eq!(shown("/api/v1/logs").await, "25");
}

#[tokio::test]
async fn a_429_by_fault_tells_of_the_limit_that_is_there() {
    let fault = || mock_idp::fault::Fault::at(Endpoint::Token).reply(429);
    let stage = Stage::of(MockIdp::okta().limit(few(7).at(Endpoint::Token))).await;
    stage.idp.faults().add(fault());
    let refused = stage.app_only().send().await;
    assert_eq!(refused.header("x-rate-limit-limit"), Some("7"));
    assert_eq!(refused.header("x-rate-limit-remaining"), Some("0"));
}

#[tokio::test]
async fn a_refusal_is_labelled_in_the_journal_and_elsewhere_only_if_asked_to() {
    for provider in Provider::ALL {
        for labels in [false, true] {
            let builder = MockIdp::of(provider).limit(few(9).at(Endpoint::Resource));
            let builder = builder.limit(few(1).at(Endpoint::Token));
            let stage = Stage::of(builder.label_faults(labels)).await;
            let first = stage.app_only().send().await;
            assert_eq!(first.header("x-tokenproof-limit"), None);
            assert_eq!(stage.last_entry().reply.unwrap().limit, None);
            let refused = stage.app_only().send().await;
            assert_eq!(refused.status, 429);
            let label = "limits[1].requests";
            let entry = stage.last_entry();
            assert!(
                entry.to_string().ends_with(" [limits[1].requests]"),
                "{entry}"
            );
            assert_eq!(entry.reply.unwrap().limit.as_deref(), Some(label));
            let told = refused.header("x-tokenproof-limit");
            assert_eq!(told, labels.then_some(label));
            assert_eq!(refused.header("x-tokenproof-fault"), None);
            assert!(
                labels
                    || !refused
                        .headers
                        .iter()
                        .any(|(_, value)| value.contains("limits["))
            );
        }
    }
}
