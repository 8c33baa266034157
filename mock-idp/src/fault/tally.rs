//! How often a rule was met and applied.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::Asked;

/// Whom a rule counts for, each by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each application that asks, or that the token shown was issued to.
    Application,
    /// Each user that signs in, or that the token shown speaks for.
    User,
    /// Each tenant (Entra) or authorization server (Okta) that is asked, or that issued the token shown.
    Tenant,
    /// Each token shown.
    Token,
    /// Each connection.
    Connection,
    /// Each address that requests come from, whatever the port.
    Address,
}

impl Per {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Application,
        Self::User,
        Self::Tenant,
        Self::Token,
        Self::Connection,
        Self::Address,
    ];

    /// Whether only the ledger may know whom a request belongs to.
    pub(super) fn is_curious(self) -> bool {
        matches!(self, Self::Application | Self::User | Self::Tenant)
    }

    /// Whom a request belongs to; nobody is somebody, too.
    fn of(self, asked: &Asked) -> String {
        let name = match self {
            Self::Application => asked.client().cloned(),
            Self::User => asked.user().cloned(),
            Self::Tenant => asked.issuer().cloned(),
            Self::Token => asked.presents.map(|label| label.to_string()),
            Self::Connection => Some(asked.connection.to_string()),
            Self::Address => asked.address.map(|address| address.to_string()),
        };
        name.unwrap_or_default().to_ascii_lowercase()
    }
}

/// For how many a rule counts at most; those on top share one count, and so do those with longer names.
const MOST: usize = 4_096;
/// The longest name that has a count of its own: no directory has a longer one, and peers may send a mebibyte.
const LONGEST: usize = 256;

/// The counts of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    all: Count,
    each: HashMap<String, Count>,
    others: Count,
}

/// How often.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// Requests it is meant for.
    pub(super) met: u32,
    /// Requests it was applied to.
    pub(super) applied: u32,
}

impl Tally {
    /// The count of all requests.
    pub(super) fn all(&self) -> Count {
        self.all
    }

    /// Counts a request that the rule is meant for, and says how often that has been for whom it belongs to.
    pub(super) fn meet(&mut self, per: Option<Per>, asked: &Asked) -> Count {
        self.all.met = self.all.met.saturating_add(1);
        match per {
            None => self.all,
            Some(per) => {
                let count = self.of(per, asked);
                count.met = count.met.saturating_add(1);
                *count
            }
        }
    }

    /// Counts that the rule is applied to it.
    pub(super) fn apply(&mut self, per: Option<Per>, asked: &Asked) {
        self.all.applied = self.all.applied.saturating_add(1);
        if let Some(per) = per {
            let count = self.of(per, asked);
            count.applied = count.applied.saturating_add(1);
        }
    }

    fn of(&mut self, per: Per, asked: &Asked) -> &mut Count {
        let whom = per.of(asked);
        let is_full = self.each.len() >= MOST && !self.each.contains_key(&whom);
        if is_full || whom.len() > LONGEST {
            return &mut self.others;
        }
        self.each.entry(whom).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Endpoint;
    use crate::ledger::TokenLabel;

    #[test]
    fn each_is_counted_alone_and_those_on_top_together() {
        let mut tally = Tally::default();
        let asked = |connection| Asked {
            connection,
            ..Asked::at(Endpoint::Token)
        };
        let per = Some(Per::Connection);
        let most = u64::try_from(MOST).unwrap();
        for connection in 0..most {
            assert_eq!(tally.meet(per, &asked(connection)).met, 1);
        }
        assert_eq!(tally.meet(per, &asked(0)).met, 2);
        assert_eq!(tally.meet(per, &asked(most)).met, 1);
        assert_eq!(tally.meet(per, &asked(most + 1)).met, 2);
        assert_eq!(tally.all().met, 4_096 + 3);
        assert_eq!(tally.each.len(), MOST);
    }

    #[test]
    fn a_long_name_is_counted_with_the_others_and_not_kept() {
        let mut tally = Tally::default();
        let asked = |client: String| Asked {
            client: Some(client),
            ..Asked::at(Endpoint::Token)
        };
        let per = Some(Per::Application);
        let known = "a".repeat(LONGEST);
        assert_eq!(tally.meet(per, &asked(known.clone())).met, 1);
        assert_eq!(tally.meet(per, &asked(known + "a")).met, 1);
        assert_eq!(tally.meet(per, &asked("b".repeat(1_000_000))).met, 2);
        assert_eq!(tally.each.len(), 1);
    }

    #[test]
    fn whom_a_request_belongs_to() {
        let asked = Asked {
            client: Some("App".to_owned()),
            user: Some("ada".to_owned()),
            issuer: Some("default".to_owned()),
            presents: Some(TokenLabel::refresh(2)),
            connection: 3,
            address: Some("127.0.0.1".parse().unwrap()),
            ..Asked::at(Endpoint::Token)
        };
        let all = Per::ALL.map(|per| per.of(&asked));
        insta::assert_compact_debug_snapshot!(all, @r#"["app", "ada", "default", "rt#2", "3", "127.0.0.1"]"#);
        let nobody = Asked::at(Endpoint::Jwks);
        insta::assert_compact_debug_snapshot!(Per::ALL.map(|per| per.of(&nobody)), @r#"["", "", "", "", "0", ""]"#);
    }
}
