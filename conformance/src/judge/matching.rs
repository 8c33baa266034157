//! Which exchanges a selector means.
//!
//! Times are those of the shared timeline. Within one instant the order of the trace decides, and for marks the number
//! of the last exchange that had arrived.

use jiff::Timestamp;
use mock_idp::ledger::TokenState;

use super::view::{Placed, View};
use super::{newest, words};
use crate::scenario::{After, Presents, Selector};
use crate::trace::{Mark, MarkKind, Party};
use crate::verdict::Finding;

/// The exchanges that were meant.
pub(super) struct Matches<'a> {
    pub(super) exchanges: Vec<Placed<'a>>,
    /// Whether no later exchange could have been among them.
    pub(super) closed: bool,
}

/// Why a selector means nothing in this run.
#[derive(Debug)]
pub(super) struct Missing {
    what: String,
    needs_driver: bool,
}

impl Missing {
    /// The finding of a check that needed it.
    pub(super) fn finding(self, expected: String) -> Finding {
        if self.needs_driver {
            Finding::not_applicable(expected, self.what)
        } else {
            Finding::inconclusive(expected, self.what)
        }
    }
}

/// The exchanges that `selector` means.
pub(super) fn select<'a>(view: &View<'a>, selector: &Selector) -> Result<Matches<'a>, Missing> {
    let after = match &selector.after {
        Some(after) => Some(beginning(view, after)?),
        None => None,
    };
    let hold = match &selector.during {
        Some(name) => Some(Hold::find(view, name)?),
        None => None,
    };
    let within: Vec<Placed<'a>> = view
        .exchanges()
        .filter(|sent| after.as_ref().is_none_or(|after| after.admits(view, *sent)))
        .filter(|sent| hold.as_ref().is_none_or(|hold| hold.admits(view, *sent)))
        .collect();
    let asks_for_answer = selector.status.is_some() || selector.error.is_some();
    let closed = hold.is_some_and(|hold| hold.until.is_some())
        && (!asks_for_answer || within.iter().all(|s| s.exchange.entry.reply.is_some()));
    Ok(Matches {
        exchanges: within
            .into_iter()
            .filter(|sent| is_like(view, *sent, selector))
            .collect(),
        closed,
    })
}

/// Whether an exchange shows the token that is meant.
pub(super) fn shows(view: &View<'_>, sent: Placed<'_>, wanted: &Presents) -> bool {
    let shown = sent.exchange.entry.presented.as_ref();
    let state = shown.map(|shown| shown.state);
    let label = shown.and_then(|shown| shown.token);
    match wanted {
        Presents::Newest => label.is_some_and(|label| newest::is(view, sent, label)),
        Presents::Live => state == Some(TokenState::Live),
        Presents::Expired => state == Some(TokenState::Expired),
        Presents::Rotated => state == Some(TokenState::Rotated),
        Presents::Revoked => state == Some(TokenState::Revoked),
        Presents::Foreign => {
            shown.is_some() && (label.is_none() || state == Some(TokenState::Foreign))
        }
        Presents::Nothing => shown.is_none(),
        Presents::Label(wanted) => label == Some(*wanted),
    }
}

fn is_like(view: &View<'_>, sent: Placed<'_>, selector: &Selector) -> bool {
    let entry = &sent.exchange.entry;
    let grant = entry.token_request.as_ref().and_then(|r| r.grant.as_ref());
    let reply = entry.reply.as_ref();
    sent.exchange.by == selector.by.unwrap_or(Party::Client)
        && selector.to.is_none_or(|to| to.covers(entry.endpoint))
        && selector
            .status
            .is_none_or(|status| reply.is_some_and(|r| r.status == status))
        && (selector.grant.is_none() || selector.grant.as_ref() == grant)
        && selector
            .error
            .as_ref()
            .is_none_or(|error| reply.is_some_and(|r| r.error.as_ref() == Some(error)))
        && selector
            .presents
            .as_ref()
            .is_none_or(|wanted| shows(view, sent, wanted))
        && selector
            .leaks_secret
            .is_none_or(|leaks| leaks != entry.secrets.is_empty())
}

/// Where `after` begins.
enum Beginning<'a> {
    Step { position: usize, mark: &'a Mark },
    Answer { at: Timestamp, index: usize },
}

fn beginning<'a>(view: &View<'a>, after: &After) -> Result<Beginning<'a>, Missing> {
    match after {
        After::Step(_) if view.is_passive() => Err(Missing {
            what: "needs a driver: no steps are played in passive mode".to_owned(),
            needs_driver: true,
        }),
        After::Step(label) => started(view, label)
            .map(|(position, mark)| Beginning::Step { position, mark })
            .ok_or_else(|| Missing {
                what: format!("step `{label}` never began"),
                needs_driver: false,
            }),
        After::Exchange(first) => {
            let sent = select(view, first)?.exchanges;
            let fate = if sent.is_empty() { "seen" } else { "answered" };
            sent.into_iter()
                .filter_map(|sent| Some((sent.exchange.entry.answered_at?, sent.index)))
                .min()
                .map(|(at, index)| Beginning::Answer { at, index })
                .ok_or_else(|| Missing {
                    what: format!("no request{} was {fate}", words::like(first)),
                    needs_driver: false,
                })
        }
    }
}

fn started<'a>(view: &View<'a>, label: &str) -> Option<(usize, &'a Mark)> {
    view.trace
        .marks
        .iter()
        .enumerate()
        .find(|(_, mark)| matches!(&mark.what, MarkKind::Started(begun) if begun == label))
}

impl Beginning<'_> {
    fn admits(&self, view: &View<'_>, sent: Placed<'_>) -> bool {
        let entry = &sent.exchange.entry;
        match self {
            Self::Answer { at, index } => entry.at >= *at && sent.index > *index,
            Self::Step { mark, .. } if entry.at != mark.at => entry.at > mark.at,
            Self::Step { position, mark } => match (mark.last_exchange, &sent.exchange.caller) {
                (Some(last), _) => entry.number > last,
                // A call of a step that began earlier sent it, in the same instant.
                (None, Some(caller)) => {
                    started(view, &caller.label).is_none_or(|(began, _)| began >= *position)
                }
                (None, None) => true,
            },
        }
    }
}

/// The time from the first parking on a hold to its release.
struct Hold<'a> {
    name: String,
    from: Timestamp,
    first: Placed<'a>,
    until: Option<&'a Mark>,
}

impl<'a> Hold<'a> {
    fn find(view: &View<'a>, name: &str) -> Result<Self, Missing> {
        let (from, first) = view
            .exchanges()
            .filter_map(|sent| {
                let held = sent.exchange.entry.held.as_ref()?;
                (held.name == name).then_some((held.from, sent))
            })
            .min_by_key(|(from, sent)| (*from, sent.index))
            .ok_or_else(|| Missing {
                what: format!("hold `{name}` never kept an answer back"),
                needs_driver: false,
            })?;
        let until = view.trace.marks.iter().find(|mark| {
            mark.at >= from && matches!(&mark.what, MarkKind::Released(freed) if freed == name)
        });
        Ok(Self {
            name: name.to_owned(),
            from,
            first,
            until,
        })
    }

    fn admits(&self, view: &View<'_>, sent: Placed<'_>) -> bool {
        let entry = &sent.exchange.entry;
        // What was parked on it counts, though it arrived a little before it was parked.
        let parked = entry.held.as_ref().filter(|held| held.name == self.name);
        let begun = (entry.at, sent.index) >= (self.from, self.first.index)
            || parked.is_some()
            // Of calls made all at once, any may have been parked first.
            || view.are_unordered(sent, self.first);
        let over = self.until.is_some_and(|release| {
            let freed = parked.is_some_and(|held| held.until == Some(release.at));
            let later = match release.last_exchange {
                Some(last) if entry.at == release.at => entry.number > last,
                _ => entry.at > release.at,
            };
            later && !freed
        });
        begun && !over
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::fixture::{Tale, played, resource, tale, token, told};
    use crate::trace::MarkKind;

    /// The numbers of the exchanges that a selector means.
    fn meant(tale: &Tale, selector: Value) -> String {
        let finding = tale.finding(json!({ "never": selector }));
        let numbers: Vec<String> = finding.exchanges.iter().map(u64::to_string).collect();
        numbers.join(" ")
    }

    #[test]
    fn the_client_is_meant_unless_said_otherwise() {
        let tale = tale([token(0), token(1).by_intruder(), resource(2)]);
        assert_eq!(meant(&tale, json!({})), "1 3");
        assert_eq!(meant(&tale, json!({ "by": "intruder" })), "2");
        assert_eq!(meant(&tale, json!({ "to": "anything" })), "1 3");
        assert_eq!(meant(&tale, json!({ "to": "resource" })), "3");
    }

    #[test]
    fn answers_and_grants() {
        let tale = tale([
            token(0).status(400).error("invalid_grant"),
            token(1)
                .status(400)
                .error("invalid_client")
                .grant("refresh_token"),
            token(2).unanswered(),
        ]);
        assert_eq!(meant(&tale, json!({ "status": 400 })), "1 2");
        assert_eq!(meant(&tale, json!({ "error": "invalid_grant" })), "1");
        assert_eq!(meant(&tale, json!({ "grant": "refresh_token" })), "2");
        assert_eq!(
            meant(
                &tale,
                json!({ "status": 400, "grant": "client_credentials" })
            ),
            "1"
        );
    }

    #[test]
    fn after_the_answer_to_an_exchange() {
        let refused = resource(0).status(401).answered(5);
        let tale = tale([
            refused,
            token(3),
            token(5),
            resource(5),
            resource(9).status(401),
            token(10),
        ]);
        let after = json!({ "after": { "to": "resource", "status": 401 } });
        assert_eq!(meant(&tale, after), "3 4 5 6");
        let nested =
            json!({ "to": "token", "after": { "status": 401, "after": { "status": 401 } } });
        assert_eq!(meant(&tale, nested), "6");
    }

    #[test]
    fn within_one_instant_the_order_of_the_trace_decides() {
        let tale = tale([token(0), resource(0).status(401), token(0), resource(0)]);
        let after = json!({ "after": { "to": "resource", "status": 401 } });
        assert_eq!(meant(&tale, after), "3 4");
    }

    #[test]
    fn after_a_step_began() {
        let tale = tale([
            token(0),
            token(5).caused_by("a", 1),
            token(5).caused_by("c", 1),
            token(5),
            token(6).caused_by("a", 2),
        ]);
        let after = json!({ "after": "c" });
        // Within one instant, what a step that began earlier sent does not count.
        let marked = tale.clone().began("a", 0).began("c", 5);
        assert_eq!(meant(&marked, after.clone()), "3 4 5");
        // Where the road could tell what had arrived, that decides.
        let numbered = tale
            .clone()
            .mark(MarkKind::Started("c".to_owned()), 5, Some(3));
        assert_eq!(meant(&numbered, after.clone()), "4 5");
        insta::assert_snapshot!(tale.verdict(json!({ "never": after })), @"inconclusive | expected no request after step `c` began | observed step `c` never began");
        insta::assert_snapshot!(tale.passive().verdict(json!({ "never": after })), @"not applicable | expected no request after step `c` began | observed needs a driver: no steps are played in passive mode");
    }

    #[test]
    fn of_calls_made_at_once_any_may_have_been_parked_first() {
        // The trace lists them by their numbers, whichever socket was quicker.
        let herd = tale([
            token(0).caused_by("t", 1),
            token(0).caused_by("t", 2),
            token(0).caused_by("t", 3).held("herd", 5),
        ]);
        let check = json!({ "count": { "to": "token", "while": "herd", "is": 1 } });
        let verdict = |together: bool| {
            let steps = json!([{ "get_token": { "as": "t", "times": 3, "together": together } }]);
            told(&played(steps, &herd, check.clone()))
        };
        insta::assert_snapshot!(verdict(true), @"fail | expected exactly 1 request to token while `herd` held an answer back | observed 3 requests | #1 #2 #3");
        // One after another, the first two were over before.
        insta::assert_snapshot!(verdict(false), @"pass");
    }

    #[test]
    fn while_a_hold_lasts() {
        let during = json!({ "while": "herd" });
        let herd = tale([
            token(0),
            token(0).held("herd", 5),
            token(0),
            token(5),
            token(6),
        ]);
        assert_eq!(
            meant(&herd.clone().released("herd", 5), during.clone()),
            "2 3 4"
        );
        assert_eq!(
            meant(&herd.clone().released("other", 5), during.clone()),
            "2 3 4 5"
        );
        // A release before anything was parked let nothing go.
        let twice = tale([token(3).held("herd", 5), token(4), token(6)])
            .released("herd", 1)
            .released("herd", 5);
        assert_eq!(meant(&twice, during), "1 2");
        insta::assert_snapshot!(herd.verdict(json!({ "never": { "while": "flock" } })), @"inconclusive | expected no request while `flock` held an answer back | observed hold `flock` never kept an answer back");
    }
}
