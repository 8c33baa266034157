//! Clients: several of them, whom they act as, what they share and what they are asked.

use tokenproof::case::Case;
use tokenproof::contender::Reference;
use tokenproof::local;
use tokenproof::trace::{CastMember, Class};

use crate::hand_made::saying;
use crate::road::{case, play, play_well, told};

#[tokio::test]
async fn a_step_asks_all_clients_in_turn_or_those_it_names() {
    let trace = play(
        "
clients:
  fleet: { count: 2, application: second }
  other: { grant: password, user: second, tenant: second }
steps:
  - get_token: { times: 2, as: all }
  - get_token: { client: other, as: one }
  - get_token: { client: [other, fleet], together: true, times: 2, as: some }
  - get_token: { client: fleet-2, every: 10s, for: 10s, as: poll }
",
        |setup| Box::pin(async move { saying(Class::Ok, setup.name) }),
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    all#1 of fleet-1 from 0 s to 0 s: ok fleet-1
    all#2 of fleet-2 from 0 s to 0 s: ok fleet-2
    all#3 of other from 0 s to 0 s: ok other
    all#4 of fleet-1 from 0 s to 0 s: ok fleet-1
    all#5 of fleet-2 from 0 s to 0 s: ok fleet-2
    all#6 of other from 0 s to 0 s: ok other
    one#1 of other from 0 s to 0 s: ok other
    some#1 of other from 0 s to 0 s: ok other
    some#2 of fleet-1 from 0 s to 0 s: ok fleet-1
    some#3 of fleet-2 from 0 s to 0 s: ok fleet-2
    some#4 of other from 0 s to 0 s: ok other
    some#5 of fleet-1 from 0 s to 0 s: ok fleet-1
    some#6 of fleet-2 from 0 s to 0 s: ok fleet-2
    poll#1 of fleet-2 from 0 s to 0 s: ok fleet-2
    poll#2 of fleet-2 from 10 s to 10 s: ok fleet-2
    over after 10 s
    ");
    let shown = |member: &CastMember| {
        let CastMember { name, group, .. } = member;
        format!("{name} in {group}, user {:?}", member.user.is_some())
    };
    let cast: Vec<String> = trace.cast.iter().map(shown).collect();
    insta::assert_snapshot!(cast.join("\n"), @"
    fleet-1 in fleet, user false
    fleet-2 in fleet, user false
    other in other, user true
    ");
}

#[tokio::test]
async fn each_client_acts_as_whom_it_is_told_to() {
    for provider in ["entra", "okta"] {
        let trace = play_well(
            provider,
            "
clients:
  a: {}
  b: { application: second, grant: password, user: second }
  c: { tenant: second, refresh_token: rt1 }
steps: [{ get_token: { as: t } }]
",
        )
        .await;
        assert_eq!(trace.outcomes.len(), 3);
        for outcome in &trace.outcomes {
            let member = trace
                .cast
                .iter()
                .find(|member| Some(&member.name) == outcome.caller.client.as_ref())
                .expect("a client of the cast");
            let token = outcome.token.expect("a token of this world");
            let facts = trace.tokens.iter().find(|facts| facts.label == token);
            let facts = facts.expect("facts of every token");
            assert_eq!(
                (&facts.client, &facts.user, &facts.issuer),
                (&member.client, &member.user, &member.issuer),
                "{provider}"
            );
        }
        let [a, b, c] = &trace.cast[..] else {
            panic!("three clients");
        };
        assert!(a.client != b.client && a.issuer == b.issuer && a.issuer != c.issuer);
        assert!(a.user.is_none() && b.user.is_some() && b.user != c.user);
    }
}

#[tokio::test]
async fn a_lone_client_is_in_the_cast_too_and_its_calls_do_not_name_it() {
    let trace = play_well("okta", "steps: [{ get_token: { as: t } }]").await;
    assert_eq!(trace.cast.len(), 1);
    assert_eq!(trace.cast[0].name, "client");
    assert_eq!(trace.cast[0].client, trace.tokens[0].client);
    assert_eq!(trace.outcomes[0].caller.client, None);
}

#[tokio::test]
async fn clients_share_a_store_that_they_give_the_same_name() {
    let trace = play_well(
        "okta",
        "
clients:
  alone: { count: 2 }
  sharing: { count: 2, store: disk }
steps: [{ get_token: { as: t } }]
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: t#1 of alone-1 token -> 200 at 0 s
    0 s: t#2 of alone-2 token -> 200 at 0 s
    0 s: t#3 of sharing-1 token -> 200 at 0 s
    t#1 of alone-1 from 0 s to 0 s: ok 
    t#2 of alone-2 from 0 s to 0 s: ok 
    t#3 of sharing-1 from 0 s to 0 s: ok 
    t#4 of sharing-2 from 0 s to 0 s: ok 
    over after 0 s
    ");
}

#[tokio::test]
async fn each_client_has_a_clock_and_a_seed_of_its_own() {
    let trace = play(
        "
clients:
  a: { clock_offset: 1h }
  b: { clock_offset: -1h }
steps: [{ get_token: { as: t } }]
",
        |setup| {
            Box::pin(
                async move { saying(Class::Ok, format!("{} {}", setup.clock.now(), setup.seed)) },
            )
        },
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    t#1 of a from 0 s to 0 s: ok 2030-01-01T01:00:00Z 0
    t#2 of b from 0 s to 0 s: ok 2029-12-31T23:00:00Z 11400714819323198485
    over after 0 s
    ");
}

#[tokio::test]
async fn an_invalidated_token_is_not_handed_out_again() {
    let trace = play_well(
        "entra",
        "
client: { refresh_token: rt1 }
steps: [{ get_token: { as: a } }, { invalidate: { as: i } }, { get_token: { as: b } }]
",
    )
    .await;
    insta::assert_snapshot!(told(&trace), @"
    0 s: a#1 token -> 200 at 0 s
    0 s: b#1 token -> 200 at 0 s
    a#1 from 0 s to 0 s: ok 
    i#1 from 0 s to 0 s: ok 
    b#1 from 0 s to 0 s: ok 
    over after 0 s
    ");
    assert_ne!(trace.outcomes[0].token, trace.outcomes[2].token);
}

#[tokio::test]
async fn a_call_has_the_method_and_the_body_it_is_told_to() {
    for provider in ["entra", "okta"] {
        let trace = play_well(
            provider,
            r#"
steps:
  - call_api: { as: read }
  - call_api: { method: POST, body: "{\"x\": 1}", as: write }
"#,
        )
        .await;
        let sent: Vec<String> = trace
            .exchanges
            .iter()
            .filter(|exchange| exchange.entry.endpoint.name() == "resource")
            .map(|exchange| {
                let entry = &exchange.entry;
                let kind = entry.content_type.as_deref().unwrap_or("none");
                let length = entry.body.as_ref().map_or(0, |body| body.bytes);
                let status = entry.reply.as_ref().map_or(0, |reply| reply.status);
                format!("{} {kind} {length} {status}", entry.method)
            })
            .collect();
        let created = if provider == "entra" { 202 } else { 201 };
        let write = format!("POST application/json 8 {created}");
        assert_eq!(sent, ["GET none 0 200", write.as_str()], "{provider}");
    }
}

#[tokio::test]
async fn an_application_can_be_given_a_secret_for_the_case() {
    for provider in ["entra", "okta"] {
        for auth in ["post", "basic"] {
            let trace = play_well(
                provider,
                &format!(
                    "
client: {{ secret: \"a+b/c%d e=:&long\", auth: {auth} }}
steps: [{{ get_token: {{ as: t }} }}]
"
                ),
            )
            .await;
            assert_eq!(trace.outcomes[0].class, Class::Ok, "{provider} {auth}");
        }
    }
}

#[tokio::test]
async fn scopes_of_a_client_are_what_it_asks_for() {
    let trace = play_well(
        "okta",
        "
clients:
  a: { scopes: [orders.read, openid, offline_access], refresh_token: rt1 }
  b: { scopes: [orders.read] }
steps: [{ get_token: { as: t } }]
",
    )
    .await;
    let asked: Vec<String> = trace
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.entry.token_request.as_ref())
        .map(|request| request.scope.join(" "))
        .collect();
    assert_eq!(asked, ["orders.read openid offline_access", "orders.read"]);
}

#[tokio::test]
async fn a_life_is_so_much_longer_than_the_contenders_margin() {
    let trace = play_well(
        "okta",
        "
idp: { token: { expires_in: { over_margin: 60s } } }
steps: [{ get_token: { as: t } }]
",
    )
    .await;
    let token = &trace.tokens[0];
    let expires_at = token.expires_at.expect("an access token expires");
    assert_eq!(expires_at.duration_since(token.issued_at).as_secs(), 360);
}

#[tokio::test]
async fn a_repeated_run_is_that_of_another_seed() {
    let mut case = case(
        "okta",
        "
idp: { script: [{ to: token, nth: 1, reply: 503 }] }
steps: [{ get_token: { as: t } }, { join: t }]
",
    );
    let seeds = |case: Case, seed| async move {
        local::play(&case, 0, &Reference, seed)
            .await
            .expect("a world")
    };
    let (first, fourth) = (seeds(case.clone(), 0).await, seeds(case.clone(), 3).await);
    case.variations[0].seed_offset = 3;
    assert_ne!(first, fourth);
    assert_eq!(seeds(case, 0).await, fourth);
}
