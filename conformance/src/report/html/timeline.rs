//! The timeline of one run as shapes on a page: who called, what went over the wire, and what the clocks did.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use mock_idp::journal::Endpoint;

use super::axis::Axis;
use super::beads::{Bead, beads};
use crate::judge::span::signed_span;
use crate::report::plain::plain;
use crate::trace::{Class, MarkKind, Outcome, Trace};

/// Room for the names of the lanes.
const LEFT: f64 = 118.0;
/// How much room a letter takes in the small print.
pub(super) const LETTER: f64 = 6.4;
/// So wide is the shortest timeline.
const NARROWEST: f64 = 1268.0;
/// So many calls of a step, one after another, are drawn one by one.
const ONE_BY_ONE: usize = 8;
const CALL_LANE: f64 = 26.0;
const WIRE_LANE: f64 = 64.0;
const TEXT_LANE: f64 = 18.0;

/// A timeline, ready to be drawn. Lengths are pixels.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lanes: Vec<Lane>,
    pub(super) ticks: Vec<Tick>,
    pub(super) bars: Vec<Bar>,
    pub(super) gaps: Vec<Note>,
    pub(super) beads: Vec<Drawn>,
    pub(super) notes: Vec<Note>,
}

/// A named row.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) y: f64,
    pub(super) height: f64,
    pub(super) name: String,
}

/// A time on the axis.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    pub(super) x: f64,
    pub(super) label: Option<String>,
}

/// Something that lasts: a step's calls, an answer on its way or held.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) title: String,
}

/// A bead at its place.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) bead: Bead,
}

/// A text at an instant.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) text: String,
}

impl Timeline {
    /// Lays out a run. `evidence` are the numbers of the exchanges that findings name; `ahead_ms` is how far the client's
    /// clock was ahead at the start.
    pub(super) fn new(trace: &Trace, evidence: &BTreeSet<u64>, ahead_ms: i64) -> Self {
        let since = |at: Timestamp| since(trace, at);
        let beads = beads(trace, evidence);
        let axis = axis(trace, &beads);
        let mut drawn = Self {
            width: (axis.end() + 60.0).max(NARROWEST),
            ..Self::default()
        };
        let mut y = 40.0;
        for (label, calls) in steps(trace) {
            match is_one_by_one(&calls) {
                true => calls
                    .chunks(1)
                    .for_each(|call| drawn.calls(trace, &axis, y, &label, call)),
                false => drawn.calls(trace, &axis, y, &label, &calls),
            }
            y = drawn.lane(y, CALL_LANE, &format!("call {label}"));
        }
        let mut fill: BTreeMap<i64, f64> = BTreeMap::new();
        let tops: BTreeMap<Endpoint, f64> = beads
            .iter()
            .map(|bead| bead.endpoint)
            .collect::<BTreeSet<Endpoint>>()
            .into_iter()
            .map(|endpoint| {
                let top = y;
                y = drawn.lane(y, WIRE_LANE, &format!("to {}", endpoint.name()));
                (endpoint, top)
            })
            .collect();
        for bead in beads {
            let used = fill.entry(bead.at_ms).or_default();
            let x = axis.x(bead.at_ms) + *used;
            *used += bead.width;
            let top = tops.get(&bead.endpoint).copied().unwrap_or(y);
            drawn.waiting(&axis, &bead, x, top);
            drawn.beads.push(Drawn { x, y: top, bead });
        }
        y = drawn.marks(&axis, y, trace, since);
        y = drawn.clocks(&axis, y, trace, ahead_ms);
        drawn.ticks(&axis);
        drawn.height = y + 8.0;
        let notes = drawn.notes.iter().map(|note| reach(note.x, &note.text));
        let bars = drawn.bars.iter().map(|bar| reach(bar.x, &bar.label));
        let ticks = drawn
            .ticks
            .iter()
            .filter_map(|tick| Some(reach(tick.x, tick.label.as_ref()?)));
        drawn.width = notes.chain(bars).chain(ticks).fold(drawn.width, f64::max);
        drawn
    }

    fn lane(&mut self, y: f64, height: f64, name: &str) -> f64 {
        let name = shortened(name, 17);
        self.lanes.push(Lane { y, height, name });
        y + height
    }

    fn calls(&mut self, trace: &Trace, axis: &Axis, y: f64, label: &str, calls: &[&Outcome]) {
        let begins = calls.iter().map(|call| since(trace, call.started_at)).min();
        let ends = calls
            .iter()
            .map(|call| since(trace, call.ended_at.unwrap_or(trace.ended_at)))
            .max();
        let (begins, ends) = (begins.unwrap_or(0), ends.unwrap_or(0));
        let said = endings(calls);
        let x = axis.x(begins);
        self.bars.push(Bar {
            x,
            y: y + 5.0,
            width: (axis.x(ends) - x).max(8.0),
            kind: match calls.iter().all(|call| call.class == Class::Ok) {
                true => "call ok",
                false => "call not",
            },
            title: plain(&format!(
                "{label}: {said}, {} to {}",
                instant(begins),
                instant(ends)
            )),
            label: said,
        });
    }

    /// What stands between a request and its answer.
    fn waiting(&mut self, axis: &Axis, bead: &Bead, x: f64, y: f64) {
        let Some(until) = bead.until_ms.filter(|until| *until > bead.at_ms) else {
            return;
        };
        let begin = x + bead.pill;
        self.bars.push(Bar {
            x: begin,
            y: y + 29.0,
            width: (axis.x(until) - begin).max(4.0),
            kind: match &bead.held {
                Some(_) => "thin held",
                None if bead.count > 1 => "thin like",
                None => "thin wait",
            },
            label: match &bead.held {
                Some(hold) => format!("held: {hold}"),
                None if bead.count > 1 => String::new(),
                None => signed_span(SignedDuration::from_millis(until - bead.at_ms)),
            },
            title: match bead.count {
                1 => format!("answered at {}", instant(until)),
                n => format!("{n} like requests until {}", instant(until)),
            },
        });
    }

    /// What the play did, on as many rows as keep the texts apart.
    fn marks(
        &mut self,
        axis: &Axis,
        mut y: f64,
        trace: &Trace,
        since: impl Fn(Timestamp) -> i64,
    ) -> f64 {
        let mut rows: Vec<f64> = Vec::new();
        for mark in &trace.marks {
            let text = match &mark.what {
                MarkKind::Started(_) => continue,
                MarkKind::Moved { by_ms, side } => {
                    let by = signed_span(SignedDuration::from_millis(*by_ms));
                    match side.as_str() {
                        "both" => format!("\u{25b6} advance {by}"),
                        side => format!("\u{25b6} {} clock +{by}", plain(side)),
                    }
                }
                MarkKind::Released(hold) => format!("\u{25b6} release {}", plain(hold)),
                MarkKind::Happened(what) => format!("\u{25b6} {}", plain(what)),
            };
            let x = axis.x(since(mark.at));
            let row = rows.iter().position(|end| *end <= x).unwrap_or(rows.len());
            let end = x + text.chars().count() as f64 * LETTER + 10.0;
            match rows.get_mut(row) {
                Some(taken) => *taken = end,
                None => rows.push(end),
            }
            let y = y + 13.0 + row as f64 * TEXT_LANE;
            self.notes.push(Note { x, y, text });
        }
        if !rows.is_empty() {
            y = self.lane(y, rows.len() as f64 * TEXT_LANE, "steps");
        }
        y
    }

    /// How far each clock is from the timeline, wherever that changes.
    fn clocks(&mut self, axis: &Axis, mut y: f64, trace: &Trace, ahead_ms: i64) -> f64 {
        for (side, start) in [("server", 0), ("client", ahead_ms)] {
            let mut offset = start;
            let mut changes = vec![(0, offset)];
            for mark in &trace.marks {
                if let MarkKind::Moved { by_ms, side: moved } = &mark.what
                    && moved == side
                {
                    offset += by_ms;
                    changes.push((since(trace, mark.at), offset));
                }
            }
            for (at, offset) in changes {
                let length = signed_span(SignedDuration::from_millis(offset));
                self.notes.push(Note {
                    x: axis.x(at),
                    y: y + 13.0,
                    text: match offset {
                        0 => "on time".to_owned(),
                        1.. => format!("{length} ahead"),
                        _ => format!("{} behind", length.trim_start_matches('-')),
                    },
                });
            }
            y = self.lane(y, TEXT_LANE, &format!("{side} clock"));
        }
        y
    }

    fn ticks(&mut self, axis: &Axis) {
        let mut free = f64::MIN;
        for (at, x) in axis.instants() {
            let label = instant(at);
            let room = label.chars().count() as f64 * LETTER + 14.0;
            let label = (x >= free).then_some(label);
            if label.is_some() {
                free = x + room;
            }
            self.ticks.push(Tick { x, label });
        }
        for (from, to, millis) in axis.gaps() {
            let text = signed_span(SignedDuration::from_millis(millis));
            if text.chars().count() as f64 * LETTER + 4.0 <= to - from {
                let (x, y) = (f64::midpoint(from, to), 31.0);
                self.gaps.push(Note { x, y, text });
            }
        }
    }
}

/// The instants at which something begins or ends, with the room that beads need there.
fn axis(trace: &Trace, beads: &[Bead]) -> Axis {
    let mut rooms: BTreeMap<i64, f64> = BTreeMap::new();
    let mut at = |instant: i64| {
        rooms.entry(instant).or_default();
    };
    at(0);
    at(since(trace, trace.ended_at));
    for (_, calls) in steps(trace) {
        if is_one_by_one(&calls) {
            calls
                .iter()
                .for_each(|call| at(since(trace, call.started_at)));
        }
        let ends = calls
            .iter()
            .map(|call| call.ended_at.unwrap_or(trace.ended_at));
        calls
            .iter()
            .map(|call| since(trace, call.started_at))
            .min()
            .map(&mut at);
        ends.map(|end| since(trace, end)).max().map(&mut at);
    }
    for mark in &trace.marks {
        if !matches!(mark.what, MarkKind::Started(_)) {
            at(since(trace, mark.at));
        }
    }
    for bead in beads {
        at(bead.at_ms);
        bead.until_ms.map(&mut at);
    }
    for bead in beads {
        *rooms.entry(bead.at_ms).or_default() += bead.width;
    }
    Axis::new(&rooms, LEFT)
}

/// The calls of each step, in the order of the steps.
fn steps(trace: &Trace) -> Vec<(String, Vec<&Outcome>)> {
    let mut steps: Vec<(String, Vec<&Outcome>)> = Vec::new();
    for outcome in &trace.outcomes {
        let label = plain(&outcome.caller.label);
        match steps.iter_mut().find(|(known, _)| *known == label) {
            Some((_, calls)) => calls.push(outcome),
            None => steps.push((label, vec![outcome])),
        }
    }
    steps
}

/// Whether the calls of a step can be told apart on the axis.
fn is_one_by_one(calls: &[&Outcome]) -> bool {
    let starts: BTreeSet<Timestamp> = calls.iter().map(|call| call.started_at).collect();
    (2..=ONE_BY_ONE).contains(&calls.len()) && starts.len() == calls.len()
}

/// Where a text that begins at `x` ends, with some room.
fn reach(x: f64, text: &str) -> f64 {
    x + text.chars().count() as f64 * LETTER + 12.0
}

/// How calls ended: `ok`, `50 × ok`, `1 × ok, 2 × throttled`.
fn endings(calls: &[&Outcome]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for call in calls {
        let mut ending = call.class.to_string();
        if let Some(wait) = call.retry_after {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            ending.push_str(&format!(", wait {}", signed_span(wait)));
        }
        match counts.iter_mut().find(|(known, _)| *known == ending) {
            Some((_, n)) => *n += 1,
            None => counts.push((ending, 1)),
        }
    }
    let said = counts.into_iter().map(|(ending, n)| match n {
        1 if calls.len() == 1 => ending,
        n => format!("{n} × {ending}"),
    });
    said.collect::<Vec<String>>().join("; ")
}

pub(super) fn since(trace: &Trace, at: Timestamp) -> i64 {
    let millis = at.duration_since(trace.started_at).as_millis();
    i64::try_from(millis).unwrap_or(i64::MAX)
}

pub(super) fn instant(millis: i64) -> String {
    let at = signed_span(SignedDuration::from_millis(millis));
    let sign = if at.starts_with('-') { "" } else { "+" };
    format!("t{sign}{at}")
}

/// A text cut to so many letters.
pub(super) fn shortened(text: &str, to: usize) -> String {
    if text.chars().count() <= to {
        return text.to_owned();
    }
    let kept: String = text.chars().take(to.saturating_sub(1)).collect();
    kept + "\u{2026}"
}

#[cfg(test)]
mod tests {
    use mock_idp::ledger::TokenState;

    use super::*;
    use crate::judge::fixture::{Tale, call, got, resource, tale, token};
    use crate::trace::Operation;

    /// What a timeline says, without where it stands.
    fn sketch(tale: &Tale, evidence: &[u64], ahead_ms: i64) -> String {
        let drawn = Timeline::new(&tale.0, &evidence.iter().copied().collect(), ahead_ms);
        let mut lines: Vec<String> = Vec::new();
        for lane in &drawn.lanes {
            let mut said: Vec<(f64, String)> = Vec::new();
            let inside = |y: f64| (lane.y..lane.y + lane.height).contains(&y);
            for bar in drawn.bars.iter().filter(|bar| inside(bar.y)) {
                said.push((bar.x, format!("{} `{}`", bar.kind, bar.label)));
            }
            for Drawn { x, y, bead } in drawn.beads.iter().filter(|bead| inside(bead.y)) {
                assert!(inside(*y));
                let mut text = format!("{} | {} | {}", bead.above, bead.text, bead.below);
                text.push_str(if bead.is_evidence { " (evidence)" } else { "" });
                text.push_str(if bead.is_intruder { " (intruder)" } else { "" });
                said.push((*x, text));
            }
            for note in drawn.notes.iter().filter(|note| inside(note.y)) {
                said.push((note.x, note.text.clone()));
            }
            said.sort_by(|a, b| a.0.total_cmp(&b.0));
            lines.push(format!("{}:", lane.name));
            lines.extend(
                said.into_iter()
                    .map(|(_, text)| format!("  {}", text.trim_end())),
            );
        }
        let ticks = drawn.ticks.iter().filter_map(|tick| tick.label.clone());
        lines.push(format!("times: {}", ticks.collect::<Vec<_>>().join(", ")));
        let gaps = drawn.gaps.iter().map(|gap| gap.text.clone());
        lines.push(format!("gaps: {}", gaps.collect::<Vec<_>>().join(", ")));
        lines.join("\n")
    }

    fn moved(by_ms: i64, side: &str) -> MarkKind {
        MarkKind::Moved {
            by_ms,
            side: side.to_owned(),
        }
    }

    #[test]
    fn a_throttled_client_with_a_skewed_clock() {
        let story = tale([token(0).status(429), token(30).issues("AT#1")])
            .said([
                got("a", 1, 0, "AT#1"),
                call(Operation::GetToken, "b", 1, 60).class(Class::Throttled),
            ])
            .mark(moved(60_000, "both"), 0, None)
            .mark(moved(5_000, "server"), 60, None)
            .ended(60);
        insta::assert_snapshot!(sketch(&story, &[1, 2], -120_000), @"
        call a:
          call ok `ok`
        call b:
          call not `throttled`
        to token:
          #1 | 429 |  (evidence)
          #2 | 200 | AT#1 (evidence)
        steps:
          ▶ advance 60 s
          ▶ server clock +5 s
        server clock:
          on time
          5 s ahead
        client clock:
          120 s behind
        times: t+0 s, t+30 s, t+60 s
        gaps: 30 s, 30 s
        ");
    }

    #[test]
    fn tokens_the_intruder_and_a_hold() {
        let story = tale([
            token(0).shows("RT#1").issues("AT#1 RT#2"),
            token(3700)
                .shows_as("RT#1", TokenState::Rotated)
                .by_intruder()
                .status(400)
                .error("invalid_grant"),
            token(3700).shows("RT#2").held("herd", 3705),
            token(3706).shows("RT#2").unanswered(),
        ])
        .minted("RT#1")
        .released("herd", 3701);
        insta::assert_snapshot!(sketch(&story, &[2], 0), @"
        to token:
          #1 RT#1 | 200 | AT#1 RT#2
          #2 RT#1 (replaced) | 400 | invalid_grant (evidence) (intruder)
          #3 RT#2 | 200 held |
          thin held `held: herd`
          #4 RT#2 | — |
        steps:
          ▶ release herd
        server clock:
          on time
        client clock:
          on time
        times: t+0 s, t+1 h 1 min 40 s, t+1 h 1 min 41 s, t+2 h 0 min
        gaps: 1 h 1 min 40 s, 4 s, 58 min 14 s
        ");
    }

    #[test]
    fn like_requests_are_drawn_as_one_unless_a_finding_names_them() {
        let polled = || {
            let polls = (1..=20).map(|n| resource(60 * n).shows("AT#1"));
            tale(std::iter::once(token(0).issues("AT#1")).chain(polls))
        };
        insta::assert_snapshot!(sketch(&polled(), &[], 0), @"
        to token:
          #1 | 200 | AT#1
        to resource:
          #2 AT#1 | 20 × 200 |
          thin like ``
        server clock:
          on time
        client clock:
          on time
        times: t+0 s, t+60 s, t+20 min, t+2 h 0 min
        gaps: 60 s, 19 min, 1 h 40 min
        ");
        insta::assert_snapshot!(sketch(&polled(), &[9], 0), @"
        to token:
          #1 | 200 | AT#1
        to resource:
          #2 AT#1 | 7 × 200 |
          thin like ``
          #9 AT#1 | 200 |  (evidence)
          #10 AT#1 | 12 × 200 |
          thin like ``
        server clock:
          on time
        client clock:
          on time
        times: t+0 s, t+60 s, t+420 s, t+540 s, t+20 min, t+2 h 0 min
        gaps: 60 s, 360 s, 60 s, 60 s, 11 min, 1 h 40 min
        ");
    }

    #[test]
    fn every_request_is_in_a_bead() {
        for stage in crate::report::sample::stages() {
            for run in &stage.runs {
                let drawn = Timeline::new(&run.trace, &BTreeSet::new(), 0);
                let count: usize = drawn.beads.iter().map(|drawn| drawn.bead.count).sum();
                assert_eq!(count, run.trace.exchanges.len());
                for Drawn { x, bead, .. } in &drawn.beads {
                    assert!(x + bead.width <= drawn.width);
                }
            }
        }
    }
}
