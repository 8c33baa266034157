//! Whom tokens were issued to and for what, kept once however many tokens there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::refresh_family::Grantee;

/// The grantees of all that is remembered. They are counted here and not by their `Arc`: what was saved of a ledger holds them, too.
#[derive(Clone, Debug, Default)]
pub(super) struct Grantees(BTreeMap<Arc<Grantee>, Held>);

#[derive(Clone, Debug)]
struct Held {
    grantee: Arc<Grantee>,
    /// How many tokens and families have it.
    holders: usize,
}

impl Grantees {
    /// The one of its equals that is kept, for one holder more.
    pub(super) fn hold(&mut self, grantee: &Grantee) -> Arc<Grantee> {
        if let Some(held) = self.0.get_mut(grantee) {
            held.holders += 1;
            return held.grantee.clone();
        }
        let grantee = Arc::new(grantee.clone());
        let held = Held {
            grantee: grantee.clone(),
            holders: 1,
        };
        self.0.insert(grantee.clone(), held);
        grantee
    }

    /// One holder less. The last one's grantee is forgotten.
    pub(super) fn let_go(&mut self, grantee: &Grantee) {
        let Some(held) = self.0.get_mut(grantee) else {
            return;
        };
        held.holders -= 1;
        if held.holders == 0 {
            self.0.remove(grantee);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grantee(client: &str) -> Grantee {
        Grantee {
            client: client.to_owned(),
            user: None,
            issuer: "t".to_owned(),
            scope: Vec::new(),
        }
    }

    #[test]
    fn equals_are_kept_once_and_as_long_as_somebody_has_them() {
        let mut grantees = Grantees::default();
        let first = grantees.hold(&grantee("app"));
        let second = grantees.hold(&grantee("app"));
        let other = grantees.hold(&grantee("other"));
        assert!(Arc::ptr_eq(&first, &second));
        assert_ne!(first, other);
        // What was saved counts for itself.
        let saved = grantees.clone();
        grantees.let_go(&first);
        assert_eq!(grantees.len(), 2);
        grantees.let_go(&second);
        grantees.let_go(&other);
        assert_eq!((grantees.len(), saved.len()), (0, 2));
    }
}
