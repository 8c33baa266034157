//! Steps that move clocks or hold them still.

use super::{FURTHEST, Findings, View, below};
use crate::scenario::{Advance, Length, Side};
use crate::yaml::Node;

/// Which clocks stand still.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frozen {
    server: bool,
    client: bool,
}

impl Frozen {
    fn stands(self, side: Side) -> bool {
        match side {
            Side::Both => self.server && self.client,
            Side::Server => self.server,
            Side::Client => self.client,
        }
    }

    fn set(&mut self, side: Side, frozen: bool) {
        if side != Side::Client {
            self.server = frozen;
        }
        if side != Side::Server {
            self.client = frozen;
        }
    }

    /// Complains of time that passes on no clock.
    pub(super) fn needed(self, view: &View<'_>, node: &Node, found: &mut Findings<'_>) {
        if self.stands(Side::Both) {
            found.push(
                view.problem(node, "time passes, and both clocks stand still")
                    .help("`thaw` one of them first"),
            );
        }
    }
}

pub(super) fn advance(
    view: &View<'_>,
    node: &Node,
    advance: &Advance,
    frozen: &Frozen,
    found: &mut Findings<'_>,
) {
    let by = advance.by.0;
    let at = below(node, &["by"]);
    if by.is_zero() {
        found.push(view.problem(at, "an advance by nothing"));
    }
    if by.is_negative() && advance.side == Side::Both {
        found.push(
            view.problem(at, "time does not go back for both sides")
                .help("one side's clock may be set back: `move: server` or `move: client`"),
        );
    }
    if by.abs() > FURTHEST {
        found.push(view.problem(at, "an advance by more than 100 years"));
    }
    match advance.side {
        Side::Both => frozen.needed(view, node, found),
        side if frozen.stands(side) => found.push(
            view.problem(node, format!("the {} clock stands still", whose(side)))
                .help(format!("`thaw: {}` first", name(side))),
        ),
        _ => {}
    }
}

pub(super) fn freeze(
    view: &View<'_>,
    node: &Node,
    side: Side,
    frozen: &mut Frozen,
    found: &mut Findings<'_>,
) {
    for one in sides(side) {
        if frozen.stands(*one) {
            found.push(view.problem(
                node,
                format!("the {} clock stands still already", whose(*one)),
            ));
        }
    }
    frozen.set(side, true);
}

pub(super) fn thaw(
    view: &View<'_>,
    node: &Node,
    side: Side,
    frozen: &mut Frozen,
    found: &mut Findings<'_>,
) {
    for one in sides(side) {
        if !frozen.stands(*one) {
            found.push(
                view.problem(node, format!("the {} clock is not frozen", whose(*one)))
                    .help(format!("no `freeze: {}` comes before", name(*one))),
            );
        }
    }
    frozen.set(side, false);
}

pub(super) fn suspend(
    view: &View<'_>,
    node: &Node,
    length: Length,
    frozen: &Frozen,
    found: &mut Findings<'_>,
) {
    if length.0.is_zero() {
        found.push(view.problem(node, "a machine that sleeps for no time"));
    }
    if length.0 > FURTHEST.unsigned_abs() {
        found.push(view.problem(node, "a machine that sleeps for more than 100 years"));
    }
    frozen.needed(view, node, found);
}

fn sides(side: Side) -> &'static [Side] {
    match side {
        Side::Both => &[Side::Server, Side::Client],
        Side::Server => &[Side::Server],
        Side::Client => &[Side::Client],
    }
}

fn whose(side: Side) -> &'static str {
    match side {
        Side::Both => "common",
        Side::Server => "server's",
        Side::Client => "client's",
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Both => "both",
        Side::Server => "server",
        Side::Client => "client",
    }
}
