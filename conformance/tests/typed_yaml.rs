//! Where a mistake in a file is shown, once its types are known.

use serde::Deserialize;
use tokenproof::scenario::{CallStep, Check, IdpSpec, Step};
use tokenproof::yaml::{from_node, parse};

fn read<T: for<'de> Deserialize<'de> + std::fmt::Debug>(text: &str) -> String {
    let node = match parse(text) {
        Ok(node) => node,
        Err(e) => return e.message,
    };
    match from_node::<T>(&node) {
        Ok(value) => format!("{value:?}"),
        Err(e) => {
            let span = e.span.map(|span| &text[span.start..span.end]);
            format!("{e} at {:?}", span.unwrap_or("nowhere"))
        }
    }
}

#[test]
fn errors_point_at_the_smallest_part() {
    let mut all = String::new();
    for text in [
        "{ get_token: { as: a, tmes: 3 } }",
        "{ get_tokn: { as: a } }",
        "{ get_token: { times: many } }",
        "{ get_token: { times: 4294967296 } }",
        "{ get_token: { times: -1 } }",
        "{ get_token: { as: 5 } }",
        "{ get_token: { together: yes } }",
        "{ get_token: }",
        "get_token",
        "{ get_token: {}, join: a }",
        "{ advance: { move: both } }",
        "{ advance: { by: 30 } }",
        "{ advance: { by: 30 parsecs } }",
        "{ advance: { by: 30s, move: mine } }",
        "{ advance: { by: -5s } }",
        "[1]",
    ] {
        all.push_str(&format!("{text}\n    {}\n", read::<Step>(text)));
    }
    insta::assert_snapshot!(all, @r#"
    { get_token: { as: a, tmes: 3 } }
        unknown key `tmes` at "tmes"
    { get_tokn: { as: a } }
        unknown name `get_tokn` at "get_tokn"
    { get_token: { times: many } }
        found the text `many` where a whole number from 0 to 4294967295 belongs at "many"
    { get_token: { times: 4294967296 } }
        found the number 4294967296 where a whole number from 0 to 4294967295 belongs at "4294967296"
    { get_token: { times: -1 } }
        found the number -1 where a whole number from 0 to 4294967295 belongs at "-1"
    { get_token: { as: 5 } }
        found the number 5 where text belongs at "5"
    { get_token: { together: yes } }
        found the text `yes` where `true` or `false` belongs at "yes"
    { get_token: }
        found nothing where a map belongs at ""
    get_token
        `get_token` needs a value: write `get_token: …` at "get_token"
    { get_token: {}, join: a }
        found a map with 2 keys where a map with one key belongs at "{ get_token: {}, join: a"
    { advance: { move: both } }
        the key `by` is missing at "{ move: both"
    { advance: { by: 30 } }
        found the number 30 where a length of time with a unit, such as `30s` or `-120s` belongs at "30"
    { advance: { by: 30 parsecs } }
        `30 parsecs` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m` at "30 parsecs"
    { advance: { by: 30s, move: mine } }
        unknown name `mine` at "mine"
    { advance: { by: -5s } }
        Advance(Advance { by: Offset(5s ago), side: Both })
    [1]
        found a list where one of `get_token`, `call_api`, `force_refresh`, `invalidate`, `advance`, `freeze`, `thaw`, `suspend`, `until`, `release`, `join`, `cancel`, `restart`, `swap`, `idp` belongs at "[1"
    "#);
}

#[test]
fn nested_visitors_keep_their_places() {
    let mut all = String::new();
    for text in [
        "{ id: a, req: r, each: { of: x, outcome: { class: throtled } } }",
        "{ id: a, req: r, each: { of: x, outcome: { clas: throttled } } }",
        "{ id: a, req: r, each: { of: x, outcome: { class: throttled, retry_after: 32s..30s } } }",
        "{ id: a, req: r, each: { of: x, outcome: okay } }",
        "{ id: a, req: r, each: { of: x, outcome: { class: [ok, 3] } } }",
        "{ id: a, req: r, count: { to: token, after: { to: resource, statu: 401 } } }",
        "{ id: a, req: r, gap: { from: token1, to: token#2 } }",
        "{ id: a, req: r, never: { presents: stale } }",
        "{ id: a, never: { presents: expired } }",
        "{ id: a, req: r, when: { case: [a, [b]] } }",
    ] {
        all.push_str(&format!("{text}\n    {}\n", read::<Check>(text)));
    }
    for text in [
        "{ script: [ { to: token, reply: 700 } ] }",
        "{ script: [ { to: token, reply: [] } ] }",
        "{ script: [ { to: token, reply: ok } ] }",
        "{ script: [ { to: token, headers: { Retry-After: 1.5 } } ] }",
        "{ script: [ { to: token, hold: { name: a, at: before } } ] }",
        "{ script: { to: token } }",
        "{ rotation: { mode: rotate, leeway: } }",
    ] {
        all.push_str(&format!("{text}\n    {}\n", read::<IdpSpec>(text)));
    }
    insta::assert_snapshot!(all, @r#"
    { id: a, req: r, each: { of: x, outcome: { class: throtled } } }
        unknown name `throtled` at "throtled"
    { id: a, req: r, each: { of: x, outcome: { clas: throttled } } }
        unknown key `clas` at "clas"
    { id: a, req: r, each: { of: x, outcome: { class: throttled, retry_after: 32s..30s } } }
        the range `32s..30s` is empty: 30s is less than 32s at "32s..30s"
    { id: a, req: r, each: { of: x, outcome: okay } }
        unknown name `okay` at "okay"
    { id: a, req: r, each: { of: x, outcome: { class: [ok, 3] } } }
        found the number 3 where one of `ok`, `reauth_required`, `interaction_required`, `misconfigured`, `throttled`, `transient`, `unauthorized`, `forbidden`, `insufficient_scope`, `protocol`, `timeout`, `cancelled`, `other` belongs at "3"
    { id: a, req: r, count: { to: token, after: { to: resource, statu: 401 } } }
        unknown key `statu` at "statu"
    { id: a, req: r, gap: { from: token1, to: token#2 } }
        `token1` does not name a request; write an endpoint and a number, such as `token#1` at "token1"
    { id: a, req: r, never: { presents: stale } }
        `stale` is no kind of token; expected newest, live, expired, rotated, revoked, foreign, rejected, own, nothing, or a label such as `RT#1` at "stale"
    { id: a, never: { presents: expired } }
        the key `req` is missing at "{ id: a, never: { presents: expired"
    { id: a, req: r, when: { case: [a, [b]] } }
        found a list where a name belongs at "[b"
    { script: [ { to: token, reply: 700 } ] }
        700 is not an HTTP status; use 200 to 599 at "700"
    { script: [ { to: token, reply: [] } ] }
        a list of replies needs at least one status at "["
    { script: [ { to: token, reply: ok } ] }
        found the text `ok` where an HTTP status from 200 to 599, or a list of them belongs at "ok"
    { script: [ { to: token, headers: { Retry-After: 1.5 } } ] }
        found the number 1.5 where a name or a list of names belongs at "1.5"
    { script: [ { to: token, hold: { name: a, at: before } } ] }
        unknown name `before` at "before"
    { script: { to: token } }
        found a map where a list belongs at "{ to: token"
    { rotation: { mode: rotate, leeway: } }
        found nothing where a length of time with a unit, such as `30s` belongs at ""
    "#);
}

#[test]
fn free_form_values_may_be_null() {
    assert!(
        read::<IdpSpec>("{ script: [ { to: token, set: { a: null, b: [1, x] } } ] }")
            .contains("Null")
    );
    assert!(read::<CallStep>("{}").contains("times: None"));
}
