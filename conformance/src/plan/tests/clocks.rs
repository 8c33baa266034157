use super::{brief, with_steps};

#[test]
fn clocks_that_cannot_move_so() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - advance: { by: -10m }\n"),
        with_steps("  - advance: { by: 0s, move: client }\n"),
        with_steps("  - advance: { by: 2000000h }\n"),
        with_steps("  - suspend: 0s\n"),
        with_steps("  - suspend: 2000000h\n"),
        with_steps("  - freeze: server\n  - freeze: both\n"),
        with_steps("  - thaw: client\n"),
        with_steps("  - freeze: server\n  - thaw: both\n"),
        with_steps("  - freeze: server\n  - freeze: client\n  - advance: { by: 1s }\n"),
        with_steps("  - freeze: both\n  - suspend: 1s\n"),
        with_steps("  - freeze: both\n  - get_token: { every: 1s, for: 2s }\n"),
        with_steps("  - freeze: client\n  - advance: { by: 1s, move: client }\n"),
    ]), @"
    error: time does not go back for both sides
    ^^^^
    = help: one side's clock may be set back: `move: server` or `move: client`

    error: an advance by nothing
    ^^

    error: an advance by more than 100 years
    ^^^^^^^^

    error: a machine that sleeps for no time
    ^^

    error: a machine that sleeps for more than 100 years
    ^^^^^^^^

    error: the server's clock stands still already
    ^^^^

    error: the client's clock is not frozen
    ^^^^^^
    = help: no `freeze: client` comes before

    error: the client's clock is not frozen
    ^^^^
    = help: no `freeze: client` comes before

    error: time passes, and both clocks stand still
    ^^^^^^^^
    = help: `thaw` one of them first

    error: time passes, and both clocks stand still
    ^^
    = help: `thaw` one of them first

    error: time passes, and both clocks stand still
    ^^
    = help: `thaw` one of them first

    error: the client's clock stands still
    ^^^^^^^^^^^^^^^^^^^^^^
    = help: `thaw: client` first
    ");
}

#[test]
fn clocks_that_move() {
    insta::assert_snapshot!(brief(&[
        with_steps("  - advance: { by: -10m, move: client }\n  - advance: { by: -1s, move: server }\n"),
        with_steps("  - freeze: server\n  - advance: { by: 1s }\n  - suspend: 1h\n  - thaw: server\n  - freeze: both\n  - thaw: client\n  - advance: { by: 1s, move: client }\n"),
    ]), @"
    no mistake: a/b[okta] x1 c

    no mistake: a/b[okta] x1 c
    ");
}
