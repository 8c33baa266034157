use super::{cases, with_body};

const BODY: &str = "steps: [{ get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, each: { of: a, outcome: ok } }
";

#[test]
fn references_bring_scalars_lists_and_maps() {
    let cases = cases(&format!("schema: 1
scenario: a
about: x
providers: [okta]
needs: [grant.client_credentials]
matrix:
  case:
    one: {{ answers: [503, 200], headers: {{ Retry-After: '1', Date: $http_date(-5s) }}, deep: {{ class: throttled }} }}
idp: {{ script: [{{ to: token, reply: $case.answers, headers: $case.headers }}] }}
{BODY}  - {{ id: b, req: cache.reuse-while-fresh, each: {{ of: a, outcome: $case.deep }} }}
  - {{ id: c, req: cache.reuse-while-fresh, each: {{ of: a, outcome: {{ class: $case.deep.class }} }} }}
")).unwrap();
    let rule = &cases[0].variations[0].body.idp.script[0];
    assert_eq!(rule.reply.as_ref().unwrap().0, [503, 200]);
    assert_eq!(rule.headers["Date"].0, ["$http_date(-5s)"]);
    assert_eq!(cases[0].checks[1].check.each, cases[0].checks[2].check.each);
    assert_eq!(cases[0].checks[1].line, 13);
}

#[test]
fn references_that_lead_nowhere() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  case: {{ early: {{ reply: 429, after: 1 }}, late: {{ reply: 503 }} }}
idp:
  script:
    - {{ to: token, reply: $cases.reply }}
    - {{ to: resource, nth: $case.after, reply: $case.reply.more }}
    - {{ to: jwks, reply: $case reply, delay: $, hold: $case..x }}
{BODY}")), @"
error: `$cases` refers to no axis
  --> a.yaml:10:27
   |
10 |     - { to: token, reply: $cases.reply }
   |                           ^^^^^^^^^^^^ did you mean `case`?
   |
   = note: the axes are `case`

error: the value `late` of `case` has no `after`
  --> a.yaml:11:28
   |
 7 |   case: { early: { reply: 429, after: 1 }, late: { reply: 503 } }
   |                                                  ------------ has `reply`
...
11 |     - { to: resource, nth: $case.after, reply: $case.reply.more }
   |                            ^^^^^^^^^^^
   |
   = note: in `a/b[okta,late]`

error: the value `early` of `case` has no `more`
  --> a.yaml:11:48
   |
 7 |   case: { early: { reply: 429, after: 1 }, late: { reply: 503 } }
   |                           --- is the number 429
...
11 |     - { to: resource, nth: $case.after, reply: $case.reply.more }
   |                                                ^^^^^^^^^^^^^^^^
   |
   = note: in `a/b[okta,early]`

error: the value `late` of `case` has no `more`
  --> a.yaml:11:48
   |
 7 |   case: { early: { reply: 429, after: 1 }, late: { reply: 503 } }
   |                                                           --- is the number 503
...
11 |     - { to: resource, nth: $case.after, reply: $case.reply.more }
   |                                                ^^^^^^^^^^^^^^^^
   |
   = note: in `a/b[okta,late]`

error: `$case reply` is no reference
  --> a.yaml:12:26
   |
12 |     - { to: jwks, reply: $case reply, delay: $, hold: $case..x }
   |                          ^^^^^^^^^^^
   |
   = help: write `$axis` or `$axis.key`, as the whole of a value

error: `$` is no reference
  --> a.yaml:12:46
   |
12 |     - { to: jwks, reply: $case reply, delay: $, hold: $case..x }
   |                                              ^
   |
   = help: write `$axis` or `$axis.key`, as the whole of a value

error: `$case..x` is no reference
  --> a.yaml:12:55
   |
12 |     - { to: jwks, reply: $case reply, delay: $, hold: $case..x }
   |                                                       ^^^^^^^^
   |
   = help: write `$axis` or `$axis.key`, as the whole of a value
");
}

#[test]
fn a_wrong_value_is_shown_in_its_cell_and_at_its_use() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  case:
    sound: {{ reply: 429, rule: {{ to: jwks, reply: 500 }} }}
    broken: {{ reply: 4290, rule: {{ to: jwks, repyl: 500 }} }}
idp:
  script:
    - {{ to: token, reply: $case.reply }}
    - $case.rule
{BODY}")), @"
    error: 4290 is not an HTTP status; use 200 to 599
      --> a.yaml:9:22
       |
     9 |     broken: { reply: 4290, rule: { to: jwks, repyl: 500 } }
       |                      ^^^^
    ...
    12 |     - { to: token, reply: $case.reply }
       |                           ----------- used here
       |
       = note: in `a/b[okta,broken]`

    error: unknown key `repyl`
      --> a.yaml:9:46
       |
     9 |     broken: { reply: 4290, rule: { to: jwks, repyl: 500 } }
       |                                              ^^^^^ did you mean `reply`?
    ...
    13 |     - $case.rule
       |       ---------- used here
       |
       = note: in `a/b[okta,broken]`
       = note: the keys here are `to`, `only`, `nth`, `one_in`, `per`, `probability`, `times`, `from`, `until`, `ttl`, `reply`, `redirect`, `headers`, `header_lines`, `without_headers`, `body`, `body_base64`, `content_type`, `coding`, `raw`, `error`, `disguise`, `set`, `remove`, `rename`, `reverse_members`, `hold`, `delay`, `jitter`, `dribble`, `forge`, `connection`, `keep_alive` and `slow_read`
    ");
}

#[test]
fn meaning_is_examined_after_filling_in() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  case: {{ a: {{ requests: 0 }}, b: {{ requests: 1 }}, c: {{ requests: 0 }} }}
idp: {{ limits: [{{ to: token, requests: $case.requests, per: 1s }}] }}
{BODY}")), @"
error: a limit that admits no request
 --> a.yaml:7:26
  |
7 |   case: { a: { requests: 0 }, b: { requests: 1 }, c: { requests: 0 } }
  |                          ^
8 | idp: { limits: [{ to: token, requests: $case.requests, per: 1s }] }
  |                                        -------------- used here
  |
  = note: in `a/b[okta,a]`
  = help: script a `reply: 429` instead

error: a limit that admits no request
 --> a.yaml:7:66
  |
7 |   case: { a: { requests: 0 }, b: { requests: 1 }, c: { requests: 0 } }
  |                                                                  ^
8 | idp: { limits: [{ to: token, requests: $case.requests, per: 1s }] }
  |                                        -------------- used here
  |
  = note: in `a/b[okta,c]`
  = help: script a `reply: 429` instead
");
}

#[test]
fn functions_are_a_closed_list_and_stand_in_headers() {
    insta::assert_snapshot!(with_body(&format!("idp:
  script:
    - {{ to: token, headers: {{ A: $http_date(+30s), B: $htp_date(+30s), C: $epoch(soon), D: $epoch(-1h 30m) }} }}
    - {{ to: jwks, body: $epoch(+1s) }}
    - {{ to: discovery, set: {{ headers: {{ A: $epoch(+1s) }} }} }}
{BODY}")), @"
    error: unknown function `$htp_date`
     --> a.yaml:8:55
      |
    8 | ...A: $http_date(+30s), B: $htp_date(+30s), C: $epoch(soon), D: $epoch(-1h 30m) } }
      |                            ^^^^^^^^^^^^^^^ did you mean `http_date`?
      |
      = note: the functions are `$http_date(…)`, `$rfc850_date(…)`, `$asctime_date(…)`, `$epoch(…)`

    error: `soon` is not a length of time; write a number and a unit, such as `30s`, `500ms` or `1h 30m`
     --> a.yaml:8:75
      |
    8 |     - { to: token, headers: { A: $http_date(+30s), B: $htp_date(+30s), C: $epoch(soon), D: $e...
      |                                                                           ^^^^^^^^^^^^
      |
      = help: write for instance `$http_date(+30s)`

    error: a time that is filled in stands in the `headers` or `claims` of a rule only
     --> a.yaml:9:25
      |
    9 |     - { to: jwks, body: $epoch(+1s) }
      |                         ^^^^^^^^^^^
      |
      = help: elsewhere, write the value out

    error: a time that is filled in stands in the `headers` or `claims` of a rule only
      --> a.yaml:10:45
       |
    10 |     - { to: discovery, set: { headers: { A: $epoch(+1s) } } }
       |                                             ^^^^^^^^^^^
       |
       = help: elsewhere, write the value out
    ");
}

#[test]
fn a_check_cannot_depend_on_a_variation() {
    insta::assert_snapshot!(with_body("vary: { number: [1, 2] }
idp: { script: [{ to: token, times: $number, reply: 503 }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, count: { to: token, is: $number } }
"), @"
error: a check cannot refer to `number`
  --> a.yaml:10:70
   |
 6 | vary: { number: [1, 2] }
   |         ------ an axis of `vary`
...
10 |   - { id: all, req: cache.reuse-while-fresh, count: { to: token, is: $number } }
   |                                                                      ^^^^^^^
   |
   = note: a check speaks of all variations of a case at once
");
}

#[test]
fn a_check_that_does_not_apply_need_not_be_filled_in() {
    insta::assert_snapshot!(with_body("matrix: { case: { a: { reply: 429, calls: 2 }, b: { reply: 503 } } }
idp: { script: [{ to: token, times: 1, reply: $case.reply }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, each: { of: a, outcome: ok } }
  - { id: some, req: cache.reuse-while-fresh, when: { case: a }, count: { to: token, is: $case.calls } }
"), @"
a/b[okta,a] x1 all some
a/b[okta,b] x1 all
");
}

#[test]
fn aliases_work_as_in_any_yaml() {
    insta::assert_snapshot!(with_body("idp: { script: [{ to: token, times: 1, headers: &h { X: '1' } }, { to: jwks, headers: *h }] }
steps: [&s { get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, each: { of: a, outcome: ok } }
"), @"a/b[okta] x1 all");
    insta::assert_snapshot!(with_body("idp: { script: [{ to: token, times: 1, headers: &h { X: 1.5 } }, { to: jwks, headers: *h }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, each: { of: a, outcome: ok } }
"), @"
    error: found the number 1.5 where a name or a list of names belongs
     --> a.yaml:6:57
      |
    6 | idp: { script: [{ to: token, times: 1, headers: &h { X: 1.5 } }, { to: jwks, headers: *h }] }
      |                                                         ^^^

    error: found the number 1.5 where a name or a list of names belongs
     --> a.yaml:6:57
      |
    6 | idp: { script: [{ to: token, times: 1, headers: &h { X: 1.5 } }, { to: jwks, headers: *h }] }
      |                                                         ^^^                           -- used here
    ");
}
