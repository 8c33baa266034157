use super::{brief, with_check, with_clients};

#[test]
fn gaps() {
    insta::assert_snapshot!(brief(&[
        with_check("gap: { between: token, growth: 0 }"),
        with_check("gap: { between: token, growth: -1.5 }"),
        with_check("gap: { between: token, growth: 1e999 }"),
        with_check("gap: { between: token, growth: .nan }"),
        with_check("gap: { between: token, growing: true, growth: 1.5 }"),
        with_check("gap: { between: token, tolerance: 1s }"),
        with_check("gap: { between: token, at_least: 2s, tolerance: 2s }"),
        with_check("gap: { from: token#1, to: token#2, growth: 1.5 }"),
        with_check("gap: { from: token#1, to: token#2, at_least: 1s, after: a }"),
        with_check("gap: { between: token, at_least: 1s, after: b }"),
        with_check("gap: { between: token, at_least: 1s, client: client }"),
        // Sound.
        with_check("gap: { between: token, growth: 1.5, tolerance: 100ms, at_least: 1s, after: a }"),
        with_check("gap: { between: token, growth: 2 }"),
        with_clients("{ a: {}, b: {} }", "gap: { between: token, client: a, at_most: 5s }"),
    ]), @"
    error: no gap grows 0 times
    ^
    = help: write a number above 0 and up to 1000, such as `1.5`

    error: no gap grows -1.5 times
    ^^^^
    = help: write a number above 0 and up to 1000, such as `1.5`

    error: found the text `.inf` where a number belongs
    ^^^^^

    error: found the text `.nan` where a number belongs
    ^^^^

    error: `growing` and `growth` in one gap
    ----          ^^^
    = help: `growth` says more: remove `growing`

    error: `gap` without a length
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: write `at_least`, `at_most`, `growing: true` or `growth: 1.5`

    error: the tolerance takes away all that is asked for
    --             ^^

    error: one gap cannot grow
    ^^^
    = help: use `between`

    error: `after` without `between`
    ^
    = help: `from` and `to` name their requests already

    error: no step is called `b`
    ^ did you mean `a`?
    = note: the steps are `a`

    error: there is only one client to ask for
    ^^^^^^
    = help: remove `client`

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}
