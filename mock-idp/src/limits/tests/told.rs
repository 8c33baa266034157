//! What is shown of which limit, which rules are for a request, and how rules are written.

use super::*;
use crate::limits::{BadLimit, Form, Headers, Reset, RetryAfter, Window};

fn shown(verdict: &Verdict, provider: Provider) -> String {
    let Some((rule, shown)) = &verdict.shown else {
        return "nothing".to_owned();
    };
    Custom::of(provider)
        .headers(rule, shown, verdict.is_refused())
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_tightest_limit_is_shown() {
    let meters = meters(&[
        LimitRule::requests(4, minute()).by([By::World]),
        LimitRule::requests(3, minute()),
        LimitRule::requests(2, Duration::from_secs(10)),
    ]);
    let limit = |verdict: Verdict| {
        let (_, shown) = verdict.shown.unwrap();
        (shown.limit, shown.remaining, verdict.refused.is_some())
    };
    assert_eq!(limit(take(&meters, "app", at(0))), (2, 1, false));
    assert_eq!(limit(take(&meters, "app", at(1000))), (2, 0, false));
    assert_eq!(limit(take(&meters, "app", at(2000))), (2, 0, true));
    // None is left of two of them: the first is shown.
    assert_eq!(limit(take(&meters, "app", at(11_000))), (3, 0, false));
    // Two refuse, and it is the longer wait that counts.
    assert_eq!(limit(take(&meters, "app", at(12_000))), (3, 0, true));
    assert_eq!(limit(take(&meters, "other", at(13_000))), (4, 0, false));
    let (_, shown) = take(&meters, "other", at(14_000)).shown.unwrap();
    assert_eq!((shown.limit, shown.reset), (4, at(60_000)));
}

#[test]
fn the_reset_is_told_in_many_ways() {
    let mut all = String::new();
    for provider in Provider::ALL {
        for reset in [Reset::Ceil, Reset::Floor, Reset::Exact, Reset::Past] {
            for retry_after in [RetryAfter::Seconds, RetryAfter::Date] {
                let mut rule = LimitRule::requests(0, Duration::from_millis(30_250));
                rule.headers = Some(Headers::Always);
                rule.reset = reset;
                rule.retry_after = Some(retry_after);
                let verdict = take(&meters(&[rule]), "app", at(0));
                let shown = shown(&verdict, provider);
                let reset_at = shown.lines().skip(2).collect::<Vec<_>>().join(", ");
                all += &format!("{provider} {reset:?} {reset_at}\n");
            }
        }
    }
    // It is 00:00:07.5, and the window ends at 00:00:37.75.
    insta::assert_snapshot!(all, @"
    entra Ceil ratelimit-reset: 31, retry-after: 31
    entra Ceil ratelimit-reset: 31, retry-after: Tue, 01 Jan 2030 00:00:38 GMT
    entra Floor ratelimit-reset: 30, retry-after: 30
    entra Floor ratelimit-reset: 30, retry-after: Tue, 01 Jan 2030 00:00:37 GMT
    entra Exact ratelimit-reset: 30.250, retry-after: 30.250
    entra Exact ratelimit-reset: 30.250, retry-after: Tue, 01 Jan 2030 00:00:38 GMT
    entra Past ratelimit-reset: 0, retry-after: 0
    entra Past ratelimit-reset: 0, retry-after: Tue, 01 Jan 2030 00:00:06 GMT
    okta Ceil x-rate-limit-reset: 1893456038, retry-after: 31
    okta Ceil x-rate-limit-reset: 1893456038, retry-after: Tue, 01 Jan 2030 00:00:38 GMT
    okta Floor x-rate-limit-reset: 1893456037, retry-after: 30
    okta Floor x-rate-limit-reset: 1893456037, retry-after: Tue, 01 Jan 2030 00:00:37 GMT
    okta Exact x-rate-limit-reset: 1893456037.750, retry-after: 30.250
    okta Exact x-rate-limit-reset: 1893456037.750, retry-after: Tue, 01 Jan 2030 00:00:38 GMT
    okta Past x-rate-limit-reset: 1893456006, retry-after: 0
    okta Past x-rate-limit-reset: 1893456006, retry-after: Tue, 01 Jan 2030 00:00:06 GMT
    ");
}

#[test]
fn a_limit_is_shown_where_it_is_to_be() {
    let mut all = String::new();
    for provider in Provider::ALL {
        for headers in [
            None,
            Some(Headers::Always),
            Some(Headers::Refused),
            Some(Headers::Never),
        ] {
            let mut rule = LimitRule::requests(1, minute());
            rule.headers = headers;
            let meters = Meters::new(Custom::of(provider), Vec::new(), &[rule]).unwrap();
            for _ in 0..2 {
                let verdict = take(&meters, "app", at(0));
                let shown = shown(&verdict, provider).replace('\n', ", ");
                all += &format!("{provider} {headers:?}: {shown}\n");
            }
        }
    }
    insta::assert_snapshot!(all, @"
    entra None: nothing
    entra None: retry-after: 60
    entra Some(Always): ratelimit-limit: 1, ratelimit-remaining: 0, ratelimit-reset: 60
    entra Some(Always): ratelimit-limit: 1, ratelimit-remaining: 0, ratelimit-reset: 60, retry-after: 60
    entra Some(Refused): nothing
    entra Some(Refused): ratelimit-limit: 1, ratelimit-remaining: 0, ratelimit-reset: 60, retry-after: 60
    entra Some(Never): nothing
    entra Some(Never): retry-after: 60
    okta None: x-rate-limit-limit: 1, x-rate-limit-remaining: 0, x-rate-limit-reset: 1893456068
    okta None: x-rate-limit-limit: 1, x-rate-limit-remaining: 0, x-rate-limit-reset: 1893456068
    okta Some(Always): x-rate-limit-limit: 1, x-rate-limit-remaining: 0, x-rate-limit-reset: 1893456068
    okta Some(Always): x-rate-limit-limit: 1, x-rate-limit-remaining: 0, x-rate-limit-reset: 1893456068
    okta Some(Refused): nothing
    okta Some(Refused): x-rate-limit-limit: 1, x-rate-limit-remaining: 0, x-rate-limit-reset: 1893456068
    okta Some(Never): nothing
    okta Some(Never):
    ");
}

/// By the place of the rule among all of them, the vendor's last, and the one with the longest wait.
#[test]
fn a_refusal_names_the_limit_that_is_used_up() {
    let blocking = LimitRule {
        requests: Some(1),
        per: Some(minute()),
        block: Some(2 * minute()),
        ..LimitRule::default()
    };
    let rules = [
        LimitRule::requests(9, minute()).at(Endpoint::Jwks),
        LimitRule::concurrency(2),
        blocking,
    ];
    let meters = meters(&rules);
    let label = |verdict: &Verdict| verdict.refused.map(|used_up| used_up.to_string());
    let first = take(&meters, "app", at(0));
    assert_eq!(label(&first), None);
    let full = take(&meters, "app", at(0));
    assert_eq!(label(&full).unwrap(), "limits[2].requests");
    let blocked = take(&meters, "app", at(1));
    assert_eq!(label(&blocked).unwrap(), "limits[2].block");
    let second = take(&meters, "app", at(200_000));
    assert_eq!(label(&second), None);
    // What is full keeps the request out for longer than what is in progress.
    let both = take(&meters, "app", at(200_000));
    assert_eq!(label(&both).unwrap(), "limits[2].requests");
    let crowded = take(&meters, "app", at(400_000));
    assert_eq!(label(&crowded).unwrap(), "limits[1].concurrent");
    drop((first, second));
    assert_eq!(label(&take(&meters, "app", at(400_000))), None);
}

#[test]
fn too_many_at_once_are_told_by_zeros() {
    let rules = [LimitRule::concurrency(1), LimitRule::requests(9, minute())];
    let meters = meters(&rules);
    let _first = take(&meters, "app", at(0));
    let second = take(&meters, "app", at(500));
    assert!(second.is_refused());
    insta::assert_snapshot!(shown(&second, Provider::Okta), @"
    x-rate-limit-limit: 0
    x-rate-limit-remaining: 0
    x-rate-limit-reset: 1893456009
    ");
}

/// Which of the rules are for a request, by their number of requests.
fn met(rules: &[LimitRule], vendors: &[LimitRule], knock: &Knock<'_>) -> Vec<u32> {
    let meters = Meters::new(Custom::of(Provider::Okta), vendors.to_vec(), rules).unwrap();
    let verdict = meters.take(knock, &Somebody("", None), || at(0));
    drop(verdict);
    let rules = meters.rules();
    let usage = meters.usage(|| at(0)).into_iter();
    usage
        .map(|usage| rules[usage.rule].requests.unwrap())
        .collect()
}

fn on(requests: u32, path: &str) -> LimitRule {
    LimitRule {
        paths: vec![path.to_owned()],
        ..LimitRule::requests(requests, minute())
    }
}

#[test]
fn the_most_exact_path_is_meant() {
    let vendors = [on(1, "/oauth2/*/v1/token").at(Endpoint::Token)];
    assert_eq!(met(&[], &vendors, &TOKEN), [1]);
    // As exact as the vendor's, more so, and less.
    assert_eq!(met(&[on(2, "/oauth2/*/v1/token")], &vendors, &TOKEN), [2]);
    assert_eq!(
        met(&[on(2, "/oauth2/default/v1/token")], &vendors, &TOKEN),
        [2]
    );
    assert_eq!(met(&[on(2, "/oauth2/**")], &vendors, &TOKEN), [1]);
    // A rule without a path takes the place of the vendor's at its endpoint.
    let here = LimitRule::requests(2, minute()).at(Endpoint::Token);
    assert_eq!(met(&[here], &vendors, &TOKEN), [2]);
    let elsewhere = LimitRule::requests(2, minute()).at(Endpoint::Resource);
    assert_eq!(met(&[elsewhere], &vendors, &TOKEN), [1]);
    assert_eq!(
        met(&[LimitRule::unlimited()], &vendors, &TOKEN),
        [] as [u32; 0]
    );
    // A limit on requests in progress comes on top.
    let mut at_once = on(0, "/oauth2/default/v1/token");
    (at_once.requests, at_once.per, at_once.concurrent) = (None, None, Some(9));
    assert_eq!(met(&[at_once], &vendors, &TOKEN), [1]);
}

#[test]
fn origin_and_method_tell_requests_apart() {
    let mut rule = LimitRule::requests(1, minute());
    rule.methods = vec!["post".to_owned(), "PUT".to_owned()];
    rule.origin = Some(Origin::Org);
    let rules = [rule];
    assert_eq!(met(&rules, &[], &TOKEN), [1]);
    let read = Knock {
        method: "GET",
        ..TOKEN
    };
    assert_eq!(met(&rules, &[], &read), [] as [u32; 0]);
    let elsewhere = Knock {
        origin: Origin::Api,
        ..TOKEN
    };
    assert_eq!(met(&rules, &[], &elsewhere), [] as [u32; 0]);
}

#[test]
fn rules_given_back_as_they_were_given_out_are_the_same() {
    let vendors = crate::okta::usual_limits(&crate::directory::OrgLimits::default());
    let meters = Meters::new(Custom::of(Provider::Okta), vendors.clone(), &[]).unwrap();
    assert!(!take(&meters, "app", at(0)).is_refused());
    let before = meters.usage(|| at(0));
    assert_eq!(before.len(), 2);
    let mut rules = meters.rules();
    meters.set(&rules).unwrap();
    assert_eq!(meters.rules(), vendors);
    assert_eq!(meters.usage(|| at(0)), before);
    // One number of it changed.
    rules[before[0].rule].requests = Some(1);
    meters.set(&rules).unwrap();
    assert_eq!(meters.rules(), rules);
    assert!(take(&meters, "app", at(0)).is_refused());
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    let text = r#"{
        "to": ["token", "resource"], "origin": "org", "paths": "/a/*", "methods": ["GET"], "requests": 5, "per": "1m 30s",
        "window": "sliding", "concurrent": 2, "by": ["address", "client"], "count_refused": true, "block": "500ms",
        "form": "forbidden", "headers": "refused", "reset": "past", "retry_after": "date"
    }"#;
    let rule: LimitRule = serde_json::from_str(text).unwrap();
    assert_eq!(rule.per, Some(Duration::from_secs(90)));
    insta::assert_snapshot!(serde_json::to_string(&rule).unwrap(), @r#"{"to":["token","resource"],"origin":"org","paths":"/a/*","methods":"GET","requests":5,"per":"1m 30s","window":"sliding","concurrent":2,"by":["address","client"],"count_refused":true,"block":"500ms","form":"forbidden","headers":"refused","reset":"past","retry_after":"date"}"#);
    let again: LimitRule = serde_json::from_value(serde_json::to_value(&rule).unwrap()).unwrap();
    assert_eq!(again, rule);
    let short = LimitRule::requests(1, minute()).at(Endpoint::Jwks);
    insta::assert_snapshot!(serde_json::to_string(&short).unwrap(), @r#"{"to":"jwks","requests":1,"per":"1m","window":"fixed","count_refused":false,"form":"vendor","reset":"ceil"}"#);
    assert_eq!(
        serde_json::from_str::<LimitRule>(r#"{ "to": "jwks", "requests": 1, "per": "60s" }"#)
            .unwrap(),
        short
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let mut all = String::new();
    for text in [
        r#"{ "to": "tokne" }"#,
        r#"{ "per": 60 }"#,
        r#"{ "per": "60" }"#,
        r#"{ "per": "-60s" }"#,
        r#"{ "limit": 5 }"#,
        r#"{ "by": [] , "window": "hourly" }"#,
        r#"{ "requests": -1 }"#,
    ] {
        let error = serde_json::from_str::<LimitRule>(text).unwrap_err();
        all += &format!("{error}\n");
    }
    insta::assert_snapshot!(all, @"
    unknown variant `tokne`, expected one of `token`, `resource`, `device`, `managed_identity`, `discovery`, `jwks`, `instance_discovery`, `user_realm`, `authorize`, `sign_in`, `logout`, `pushed_authorization`, `introspection`, `revocation`, `user_info`, `foreign`, `unknown`, `connection` at line 1 column 15
    invalid type: integer `60`, expected a length of time with a unit, such as `30s` at line 1 column 11
    `60` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m` at line 1 column 13
    `-60s` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`; it cannot be negative here at line 1 column 15
    unknown field `limit`, expected one of `to`, `origin`, `paths`, `methods`, `requests`, `per`, `window`, `concurrent`, `share_of`, `burst`, `preview`, `known_only`, `unlimited`, `by`, `count_refused`, `block`, `form`, `headers`, `reset`, `retry_after` at line 1 column 9
    unknown variant `hourly`, expected one of `fixed`, `sliding`, `aligned` at line 1 column 31
    invalid value: integer `-1`, expected u32 at line 1 column 16
    ");
}

#[test]
fn what_cannot_be_followed_is_told() {
    let mut both = LimitRule::requests(1, minute());
    both.unlimited = true;
    let mut half = LimitRule::requests(1, minute());
    half.per = None;
    let mut other_half = LimitRule::requests(1, minute());
    other_half.requests = None;
    let bad = [
        LimitRule::default(),
        half,
        other_half,
        both,
        LimitRule::requests(1, Duration::from_micros(10)),
        LimitRule::requests(1, minute()).by([By::World, By::User]),
        on(1, "api/v1"),
        on(1, "/api/*users"),
        LimitRule::requests(1, minute()).at(Endpoint::Connection),
    ];
    let told: Vec<String> = bad
        .iter()
        .map(|rule| rule.check().unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    a limit without a number; give it `requests` and `per`, or `concurrent`, or `unlimited: true`
    `requests` without `per`; a limit on requests in a time needs both
    `per` without `requests`; a limit on requests in a time needs both
    `unlimited` beside `requests`; leave one of them out
    a window of 10µs; the shortest is a millisecond
    `by` has `world`, which counts everybody together, beside what tells them apart
    `api/v1` is no path; write one that begins with `/`, with `*` for a whole segment and `**` for what follows, at its end only
    `/api/*users` is no path; write one that begins with `/`, with `*` for a whole segment and `**` for what follows, at its end only
    `to` has `connection`, which is no request; limits are for requests
    ");
    assert_eq!(LimitRule::default().check(), Err(BadLimit::Nothing));
    for good in [
        LimitRule::loop_detection(),
        LimitRule::unlimited(),
        LimitRule::concurrency(0),
    ] {
        assert_eq!(good.check(), Ok(()));
    }
    assert_eq!(LimitRule::loop_detection().form, Form::Loop);
    assert_eq!(LimitRule::loop_detection().window, Window::Sliding);
}
