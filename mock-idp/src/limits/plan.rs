//! The rules in force, and which of them are for a request.

use std::sync::Arc;

use super::path::{Exactness, Pattern, segments};
use super::rule::{By, LimitRule};
use super::window::Measure;
use crate::journal::{Endpoint, Origin};

/// A request, as far as rules choose by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knock<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) origin: Origin,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

/// A rule that is in force.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    /// Tells its windows from those of others, as long as it is in force.
    pub(super) id: u64,
    pub(super) rule: Arc<LimitRule>,
    pub(super) measure: Option<Measure>,
    patterns: Vec<Pattern>,
    /// Whether it was set, and is not the vendor's.
    pub(super) is_own: bool,
}

/// All of them: those that were set, then the vendor's that still count.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) armed: Vec<Armed>,
}

impl Plan {
    /// The plan in which `own` rules take the place of those of this one. A rule that counts what another counted goes on with
    /// its windows; for others `ids` counts on.
    pub(super) fn replaced(&self, own: &[LimitRule], vendors: &[LimitRule], ids: &mut u64) -> Self {
        let mut armed = Vec::with_capacity(own.len() + vendors.len());
        let mut former: Vec<&Armed> = self.armed.iter().collect();
        let own_rules = own.iter().map(|rule| (rule.clone(), true));
        let vendors = vendors.iter().filter_map(|rule| left_over(rule, own));
        for (rule, is_own) in own_rules.chain(vendors.map(|rule| (rule, false))) {
            let same = former
                .iter()
                .position(|former| counts_the_same(&former.rule, &rule));
            let id = match same {
                Some(place) => former.remove(place).id,
                None => {
                    *ids += 1;
                    *ids
                }
            };
            armed.push(Armed {
                id,
                measure: measure(&rule),
                patterns: rule
                    .paths
                    .iter()
                    .filter_map(|path| Pattern::parse(path))
                    .collect(),
                rule: Arc::new(rule),
                is_own,
            });
        }
        Self { armed }
    }

    /// The rule with this id.
    pub(super) fn armed(&self, id: u64) -> Option<&Armed> {
        self.armed.iter().find(|armed| armed.id == id)
    }

    /// The place of the rule with this id.
    pub(super) fn place(&self, id: u64) -> Option<usize> {
        self.armed.iter().position(|armed| armed.id == id)
    }

    /// The rules that are for a request, in their order.
    pub(super) fn meeting(&self, knock: &Knock<'_>) -> Vec<&Armed> {
        let path = segments(knock.path);
        let mut met: Vec<(&Armed, Option<Exactness>)> = Vec::new();
        let mut best: Option<(Exactness, bool)> = None;
        for armed in &self.armed {
            let Some(exactness) = armed.meets(knock, &path) else {
                continue;
            };
            if armed.competes()
                && let Some(exactness) = &exactness
            {
                let rank = Some((exactness.clone(), armed.is_own));
                if rank > best {
                    best = rank;
                }
            }
            met.push((armed, exactness));
        }
        let is_beaten = |armed: &Armed, exactness: Option<Exactness>| {
            armed.competes()
                && exactness.is_some_and(|exactness| Some((exactness, armed.is_own)) != best)
        };
        met.into_iter()
            .filter_map(|(armed, exactness)| (!is_beaten(armed, exactness)).then_some(armed))
            .collect()
    }
}

impl Armed {
    /// None if the rule is not for the request; else how exactly its paths meet it, or none if it names no path.
    #[expect(
        clippy::option_option,
        reason = "whether, and how exactly if that matters"
    )]
    fn meets(&self, knock: &Knock<'_>, path: &[&str]) -> Option<Option<Exactness>> {
        let rule = &self.rule;
        let is_meant = (rule.to.is_empty() || rule.to.contains(&knock.endpoint))
            && rule.origin.is_none_or(|origin| origin == knock.origin)
            && (rule.methods.is_empty()
                || rule
                    .methods
                    .iter()
                    .any(|method| method.eq_ignore_ascii_case(knock.method)));
        if !is_meant {
            return None;
        }
        if self.patterns.is_empty() {
            return Some(None);
        }
        let met = self
            .patterns
            .iter()
            .filter_map(|pattern| pattern.meets(path));
        met.max().map(Some)
    }

    /// Whether its paths compete with those of others.
    fn competes(&self) -> bool {
        self.rule.requests.is_some() || self.rule.unlimited
    }
}

/// What is left of a vendor's rule beside those that were set: nothing, or what it says of the endpoints that they leave alone.
fn left_over(rule: &LimitRule, own: &[LimitRule]) -> Option<LimitRule> {
    let takes_place =
        |own: &&LimitRule| own.paths.is_empty() && (own.requests.is_some() || own.unlimited);
    if own.iter().any(|own| counts_the_same(own, rule)) {
        return None;
    }
    let mut left = rule.clone();
    for own in own.iter().filter(takes_place) {
        if own.to.is_empty() {
            return None;
        }
        left.to.retain(|endpoint| !own.to.contains(endpoint));
    }
    (!left.to.is_empty()).then_some(left)
}

/// Whether two rules count the same requests in the same way, whatever their numbers and however they are told.
fn counts_the_same(one: &LimitRule, other: &LimitRule) -> bool {
    let what = |rule: &LimitRule| {
        let of = LimitRule {
            requests: rule.requests.map(|_| 0),
            concurrent: rule.concurrent.map(|_| 0),
            share_of: None,
            burst: None,
            preview: false,
            block: None,
            count_refused: false,
            form: super::Form::default(),
            headers: None,
            reset: super::Reset::default(),
            retry_after: None,
            ..rule.clone()
        };
        let by: Vec<By> = of.told_apart().to_vec();
        LimitRule { by, ..of }
    };
    what(one) == what(other)
}

fn measure(rule: &LimitRule) -> Option<Measure> {
    Some(Measure {
        kind: rule.window,
        requests: rule.requests?,
        per: rule.per?,
        block: rule.block,
        burst: rule.burst.unwrap_or(1),
    })
}
