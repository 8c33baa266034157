use super::{brief, cases, outcome, with_body};

const BODY: &str = "steps: [{ get_token: { as: a } }]
checks:
  - { id: all, req: cache.reuse-while-fresh, each: { of: a, outcome: ok } }
";

#[test]
fn axes_multiply_in_the_order_of_the_file() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  hint: {{ seconds: {{ send: '30' }}, epoch: {{ send: '31', only: {{ skew: none }} }} }}
  skew: {{ none: 0s, ahead: 120s }}
vary: {{ prose: [english, absent] }}
client: {{ clock_offset: $skew }}
idp: {{ script: [{{ to: token, headers: {{ X: $hint.send }}, error: {{ error: invalid_grant }}, disguise: {{ prose: $prose }} }}] }}
{BODY}  - {{ id: some, req: cache.reuse-while-fresh, when: {{ hint: epoch }}, each: {{ of: a, outcome: ok }} }}
  - {{ id: mine, req: cache.reuse-while-fresh, when: {{ provider: okta, skew: [ahead] }}, each: {{ of: a, outcome: ok }} }}
")), @"
a/b[okta,seconds,none] x2 all
a/b[okta,seconds,ahead] x2 all mine
a/b[okta,epoch,none] x2 all some
");
}

#[test]
fn providers_of_a_value_restrict_it() {
    insta::assert_snapshot!(outcome(&format!("schema: 1
scenario: a/b
about: x
providers: [entra, okta]
needs: [grant.client_credentials]
matrix:
  error:
    plain: {{ reply: {{ error: invalid_grant }} }}
    step-up: {{ providers: [entra], reply: {{ error: invalid_grant, suberror: basic_action }} }}
idp: {{ script: [{{ to: token, error: $error.reply }}] }}
{BODY}")), @"
a/b[entra,plain] x1 all
a/b[entra,step-up] x1 all
a/b[okta,plain] x1 all
");
}

#[test]
fn a_list_of_scalars_is_an_axis() {
    let cases = cases(&format!("schema: 1\nscenario: a\nabout: x\nproviders: [okta]\nneeds: [grant.client_credentials]\nmatrix: {{ status: [429, 503] }}\nidp: {{ script: [{{ to: token, reply: $status }}] }}\n{BODY}")).unwrap();
    let names: Vec<_> = cases.iter().map(|case| case.name.0.as_str()).collect();
    assert_eq!(names, ["a[okta,429]", "a[okta,503]"]);
    let reply = &cases[1].variations[0].body.idp.script[0].reply;
    assert_eq!(reply.as_ref().unwrap().0, [503]);
    assert_eq!(cases[1].cell["status"], "503");
}

#[test]
fn mistakes_in_axes() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  Hint: [a]
  provider: [okta]
  empty: []
  none:
  twice: [a, a]
  odd: ['a b', [x]]
  ref: {{ a: $twice }}
  who: {{ a: {{ providers: [entra], x: 1 }}, b: {{ providers: [], x: 1 }} }}
  pair: {{ a: {{ only: {{ twise: a }}, x: 1 }}, b: {{ only: {{ twice: [a, c] }}, x: 1 }}, c: {{ only: a, x: 1 }} }}
vary: {{ twice: [x] }}
{BODY}")), @"
error: `Hint` is no name for an axis
 --> a.yaml:7:3
  |
7 |   Hint: [a]
  |   ^^^^
  |
  = help: use lower-case letters, digits, `-` and `_`, beginning with a letter

error: `provider` cannot be an axis
 --> a.yaml:8:3
  |
8 |   provider: [okta]
  |   ^^^^^^^^
  |
  = note: `when: { provider: okta }` asks for the vendor of the case

error: the axis `empty` has no values
 --> a.yaml:9:10
  |
9 |   empty: []
  |          ^
  |
  = help: give it a list of scalars, or a map of names to data

error: the axis `none` has no values
  --> a.yaml:10:7
   |
10 |   none:
   |       ^
   |
   = help: give it a list of scalars, or a map of names to data

error: the value `a` stands twice
  --> a.yaml:11:14
   |
11 |   twice: [a, a]
   |           -  ^
   |           |
   |           first here

error: `a b` is no name for a value
  --> a.yaml:12:9
   |
12 |   odd: ['a b', [x]]
   |         ^^^^^
   |
   = help: use letters, digits, `.`, `-` and `_`: it becomes part of the name of a case

error: found a list where a name or a number belongs
  --> a.yaml:12:16
   |
12 |   odd: ['a b', [x]]
   |                ^^
   |
   = help: data of its own needs a name: write `{ axis: { name: data } }`

error: a cell cannot refer to another
  --> a.yaml:13:13
   |
13 |   ref: { a: $twice }
   |             ^^^^^^
   |
   = help: write the value out

error: the scenario does not run against entra
  --> a.yaml:14:27
   |
14 |   who: { a: { providers: [entra], x: 1 }, b: { providers: [], x: 1 } }
   |                           ^^^^^
   |
   = note: its providers are `okta`

error: a list of providers names at least one
  --> a.yaml:14:59
   |
14 |   who: { a: { providers: [entra], x: 1 }, b: { providers: [], x: 1 } }
   |                                                           ^
   |
   = note: the providers are `entra` and `okta`

error: `only` speaks of an unknown axis `twise`
  --> a.yaml:15:24
   |
15 |   pair: { a: { only: { twise: a }, x: 1 }, b: { only: { twice: [a, c] }, x: 1 }, c: { only: ...
   |                        ^^^^^ did you mean `twice`?
   |
   = note: the other axes are `Hint`, `provider`, `empty`, `none`, `twice`, `odd`, `ref` and `who`

error: the axis `twice` has no value `c`
  --> a.yaml:15:68
   |
15 |   pair: { a: { only: { twise: a }, x: 1 }, b: { only: { twice: [a, c] }, x: 1 }, c: { only: ...
   |                                                                    ^ did you mean `a`?
   |
   = note: its values are `a` and `a`

error: found the text `a` where a map belongs
  --> a.yaml:15:93
   |
15 | ...only: { twice: [a, c] }, x: 1 }, c: { only: a, x: 1 } }
   |                                                ^
   |
   = help: write `only: { other-axis: [names] }`

error: `twice` is an axis of `matrix` already
  --> a.yaml:16:9
   |
11 |   twice: [a, a]
   |   ----- here
...
16 | vary: { twice: [x] }
   |         ^^^^^
");
}

#[test]
fn what_is_not_used_is_a_mistake() {
    insta::assert_snapshot!(with_body(&format!("matrix:
  case: {{ a: {{ send: x, class: y }}, b: {{ send: x, only: {{ other: one }} }} }}
  other: [one]
vary: {{ prose: [english] }}
idp: {{ script: [{{ to: token, headers: {{ X: $case.send }} }}] }}
{BODY}")), @"
error: nothing refers to `class`
 --> a.yaml:7:25
  |
7 |   case: { a: { send: x, class: y }, b: { send: x, only: { other: one } } }
  |                         ^^^^^
  |
  = help: use `$case.class`, or remove it

error: nothing refers to the axis `other`
 --> a.yaml:8:3
  |
8 |   other: [one]
  |   ^^^^^
  |
  = help: use `$other`, or remove the axis

error: nothing refers to the axis `prose`
 --> a.yaml:9:9
  |
9 | vary: { prose: [english] }
  |         ^^^^^
  |
  = help: use `$prose`, or remove the axis
");
}

#[test]
fn conditions_that_cannot_hold() {
    insta::assert_snapshot!(with_body("matrix: { status: [429, 503] }
vary: { prose: [english, absent] }
idp: { script: [{ to: token, reply: $status, error: { error: x }, disguise: { prose: $prose } }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: a, req: cache.reuse-while-fresh, when: { statsu: '429' }, each: { of: a, outcome: ok } }
  - { id: b, req: cache.reuse-while-fresh, when: { status: [429, '500'] }, each: { of: a, outcome: ok } }
  - { id: c, req: cache.reuse-while-fresh, when: { prose: english }, each: { of: a, outcome: ok } }
  - { id: d, req: cache.reuse-while-fresh, when: { provider: entra }, each: { of: a, outcome: ok } }
  - { id: e, req: cache.reuse-while-fresh, when: { status: [] }, each: { of: a, outcome: ok } }
"), @"
error: `when` speaks of an unknown axis `statsu`
  --> a.yaml:11:52
   |
11 |   - { id: a, req: cache.reuse-while-fresh, when: { statsu: '429' }, each: { of: a, outcome: ...
   |                                                    ^^^^^^ did you mean `status`?
   |
   = note: the axes are `status` and `provider`

error: the axis `status` has no value `500`
  --> a.yaml:12:66
   |
12 | ...le-fresh, when: { status: [429, '500'] }, each: { of: a, outcome: ok } }
   |                                    ^^^^^ did you mean `503`?
   |
   = note: its values are `429` and `503`

error: a check cannot depend on `prose`
  --> a.yaml:13:52
   |
 7 | vary: { prose: [english, absent] }
   |         ----- an axis of `vary`
...
13 |   - { id: c, req: cache.reuse-while-fresh, when: { prose: english }, each: { of: a, outcome:...
   |                                                    ^^^^^
   |
   = note: a check speaks of all variations of a case at once

error: the scenario does not run against `entra`
  --> a.yaml:14:62
   |
14 |   - { id: d, req: cache.reuse-while-fresh, when: { provider: entra }, each: { of: a, outcome...
   |                                                              ^^^^^
   |
   = note: its providers are `okta`

error: a condition names at least one value
  --> a.yaml:15:60
   |
15 |   - { id: e, req: cache.reuse-while-fresh, when: { status: [] }, each: { of: a, outcome: ok } }
   |                                                            ^
");
}

#[test]
fn cases_and_checks_that_miss_each_other() {
    insta::assert_snapshot!(with_body("matrix: { status: [429, 503], other: { x: { only: { status: '429' }, reply: 1s } } }
idp: { script: [{ to: token, reply: $status, delay: $other.reply }] }
steps: [{ get_token: { as: a } }]
checks:
  - { id: a, req: cache.reuse-while-fresh, when: { status: 503 }, each: { of: a, outcome: ok } }
"), @"
error: no case uses the value `503`
 --> a.yaml:6:25
  |
6 | matrix: { status: [429, 503], other: { x: { only: { status: '429' }, reply: 1s } } }
  |                         ^^^
  |
  = note: `providers` and `only` leave no combination for it

error: a case that no check applies to
 --> a.yaml:9:1
  |
9 | checks:
  | ^^^^^^

error: a check that no case runs
  --> a.yaml:10:11
   |
10 |   - { id: a, req: cache.reuse-while-fresh, when: { status: 503 }, each: { of: a, outcome: ok...
   |           ^
");
}

#[test]
fn a_file_describes_a_bounded_number_of_runs() {
    let axis = |name: &str| {
        let values: Vec<_> = (0..40).map(|n| n.to_string()).collect();
        format!("  {name}: [{}]\n", values.join(", "))
    };
    insta::assert_snapshot!(with_body(&format!("matrix:\n{}{}{BODY}", axis("a"), axis("b"))).lines().next().unwrap(), @"error: the axes make 1600 runs, more than the 1000 of a file");
}

#[test]
fn a_case_that_is_played_several_times_has_as_many_runs() {
    let text = |times: &str| {
        format!(
            "schema: 1\nscenario: a\nabout: x\nproviders: [okta]\nneeds: [grant.client_credentials]\nrepeat: {times}\nvary: {{ prose: [english, absent] }}\nidp: {{ script: [{{ to: token, error: {{ error: invalid_grant }}, disguise: {{ prose: $prose }} }}] }}\n{BODY}"
        )
    };
    let cases = cases(&text("3")).unwrap();
    let cells: Vec<_> = cases[0]
        .variations
        .iter()
        .map(|run| {
            format!(
                "{} {} {}",
                run.cell["prose"], run.cell["run"], run.seed_offset
            )
        })
        .collect();
    insta::assert_snapshot!(cells.join("\n"), @"
    english 1 0
    english 2 1
    english 3 2
    absent 1 0
    absent 2 1
    absent 3 2
    ");
    let once = super::cases(&text("1")).unwrap();
    assert!(!once[0].variations[0].cell.contains_key("run"));
    insta::assert_snapshot!(brief(&[
        outcome(&text("0")),
        outcome(&text("51")),
        outcome(&text("often")),
        with_body(&format!("matrix: {{ run: [503] }}\nidp: {{ script: [{{ to: token, reply: $run }}] }}\n{BODY}")),
    ]), @"
    error: a case is not played 0 times
    ^
    = help: write a number from 1 to 50

    error: a case is not played 51 times
    ^^
    = help: write a number from 1 to 50

    error: found the text `often` where a whole number from 0 to 4294967295 belongs
    ^^^^^

    error: `run` cannot be an axis
    ^^^
    = note: it numbers the runs of a case that is played several times (`repeat`)
    ");
}
