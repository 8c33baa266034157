//! The rules of a directory, which may change while others come and go.

use jiff::Timestamp;

use super::{Armed, FaultScript, MOST, Rules, SavedRules};
use crate::entropy::Entropy;
use crate::fault::Fault;

/// What becomes of a rule that a directory has now.
enum Step {
    /// It had the rule before: whatever has become of it since stays so.
    Same(Fault),
    New(Armed),
}

impl FaultScript {
    /// Has the rules `after` be those of the directory, in place of the rules `before` that it had: first of all, in this order.
    /// A rule that it had before keeps its name and what it has counted, or stays away if it was removed since. The last 1000
    /// count.
    ///
    /// The same is done to rules that were `saved`, which get the same names, so that none is given twice.
    pub(crate) fn follow(&self, before: &[Fault], after: &[Fault], saved: Option<&mut SavedRules>) {
        let now = self.clock.now();
        let mut rules = self.rules(now);
        let after = &after[after.len().saturating_sub(MOST)..];
        let steps = rules.steps(before, after, now, &self.entropy);
        rules.take(&steps);
        if let Some(SavedRules(saved)) = saved {
            saved.take(&steps);
            saved.added = rules.added;
        }
    }
}

impl Rules {
    fn steps(
        &mut self,
        before: &[Fault],
        after: &[Fault],
        now: Timestamp,
        entropy: &Entropy,
    ) -> Vec<Step> {
        let mut before: Vec<&Fault> = before.iter().collect();
        let known = self.rules.len();
        let steps = after.iter().map(|fault| {
            match before.iter().position(|other| is_same(other, fault)) {
                Some(place) => {
                    before.remove(place);
                    Step::Same(fault.clone())
                }
                None => {
                    // It stays there meanwhile, so that its like throws other dice.
                    self.add(fault.clone(), now, entropy);
                    let armed = self.rules.last().cloned();
                    armed.map_or_else(
                        || Step::Same(fault.clone()),
                        |armed| {
                            Step::New(Armed {
                                from_directory: true,
                                ..armed
                            })
                        },
                    )
                }
            }
        });
        let steps = steps.collect();
        self.rules.truncate(known);
        steps
    }

    fn take(&mut self, steps: &[Step]) {
        let rules = std::mem::take(&mut self.rules);
        let (mut known, others): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|armed| armed.from_directory);
        for step in steps {
            match step {
                Step::Same(fault) => {
                    let place = known.iter().position(|armed| is_same(&armed.fault, fault));
                    self.rules.extend(place.map(|place| known.remove(place)));
                }
                Step::New(armed) => self.rules.push(armed.clone()),
            }
        }
        self.rules.extend(others);
    }
}

/// Whether two rules say the same. Names that they give are looked up in the directory, so what is written is not enough.
fn is_same(one: &Fault, other: &Fault) -> bool {
    one.rule == other.rule && format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::VirtualClock;
    use crate::fault::filter::Asked;
    use crate::journal::Endpoint;

    fn reply(status: u16) -> Fault {
        Fault::at(Endpoint::Token).reply(status)
    }

    fn script() -> FaultScript {
        let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap());
        FaultScript::on(Arc::new(clock), 1)
    }

    fn meet(script: &FaultScript) -> String {
        let met = script.meet(&Asked::at(Endpoint::Token));
        met.map_or_else(String::new, |met| format!("{} {:?}", met.label, met.status))
    }

    fn listed(script: &FaultScript) -> Vec<String> {
        let shown = script.list().into_iter().map(|rule| {
            let whose = if rule.from_directory { "file" } else { "api" };
            format!("{} {whose} {}", rule.id, rule.met)
        });
        shown.collect()
    }

    #[test]
    fn a_directorys_rules_change_and_others_stay() {
        let script = script();
        let first = [reply(500).times(1), reply(502).times(1)];
        script.follow(&[], &first, None);
        script.add(reply(418));
        assert_eq!(meet(&script), "fault#1 Some(500)");
        let second = [reply(503).times(1), reply(500).times(1)];
        script.follow(&first, &second, None);
        assert_eq!(
            listed(&script),
            ["fault#4 file 0", "fault#1 file 1", "fault#3 api 1"]
        );
        let seen = [(); 3].map(|()| meet(&script));
        assert_eq!(
            seen,
            [
                "fault#4 Some(503)",
                "fault#3 Some(418)",
                "fault#3 Some(418)"
            ]
        );
        // Nothing new changes nothing.
        let before = listed(&script);
        script.follow(&second, &second, None);
        assert_eq!(listed(&script), before);
        script.follow(&second, &[], None);
        assert_eq!(listed(&script), ["fault#3 api 4"]);
    }

    #[test]
    fn a_rule_that_was_removed_comes_back_only_if_the_directory_says_it_anew() {
        let script = script();
        let rules = [reply(500), reply(502), reply(500)];
        script.follow(&[], &rules, None);
        assert!(script.remove(script.list()[0].id));
        let more = [reply(500), reply(502), reply(500), reply(504)];
        script.follow(&rules, &more, None);
        assert_eq!(
            listed(&script),
            ["fault#3 file 0", "fault#2 file 0", "fault#4 file 0"]
        );
        script.follow(&more, &[], None);
        script.follow(&[], &rules[..1], None);
        assert_eq!(listed(&script), ["fault#5 file 0"]);
    }

    #[test]
    fn what_was_saved_goes_by_the_same_directory_and_gives_no_name_twice() {
        let script = script();
        script.follow(&[], &[reply(500)], None);
        let mut saved = script.saved();
        script.add(reply(418));
        meet(&script);
        script.follow(&[reply(500)], &[reply(500), reply(503)], Some(&mut saved));
        let now = listed(&script);
        assert_eq!(now, ["fault#1 file 1", "fault#3 file 0", "fault#2 api 1"]);
        script.restore(&saved);
        assert_eq!(listed(&script), ["fault#1 file 0", "fault#3 file 0"]);
        assert_eq!(script.add(reply(401)).to_string(), "fault#4");
    }

    #[test]
    fn twins_that_come_together_throw_dice_of_their_own() {
        let half = || reply(503).probability(0.5).ttl(Duration::from_secs(60));
        let (started, reread) = (script(), script());
        for script in [&started, &reread] {
            script.follow(&[], &[half(), half()], None);
        }
        reread.follow(&[half(), half()], &[half(), half()], None);
        let seen =
            |script: &FaultScript| -> Vec<String> { (0..100).map(|_| meet(script)).collect() };
        let one = seen(&started);
        assert_eq!(one, seen(&reread));
        assert!(one.iter().any(|met| met.starts_with("fault#2")));
    }
}
