//! The keys of a directory, which may change while others come and go.

use std::sync::Arc;

use super::{Key, KeyRing, MOST, Ring};

impl KeyRing {
    /// Has the keys `after` be those of the directory, in place of the keys `before` that it had. What is new or has another
    /// status now is as the directory says; what is gone is withdrawn; what is as before stays as it has become since, also
    /// which key signs, unless that one is gone.
    ///
    /// The same is done to keys that were `saved`.
    pub(crate) fn follow(&self, before: &Self, after: &Self, saved: &mut Arc<Ring>) {
        let (before, after) = (before.now(), after.now());
        Arc::make_mut(&mut self.write()).follow(&before, &after);
        Arc::make_mut(saved).follow(&before, &after);
    }
}

impl Ring {
    fn follow(&mut self, before: &Self, after: &Self) {
        let kid = |ring: &Self, place: usize| ring.keys[place].key.kid().to_owned();
        let is_gone = |kid: &str| before.place(kid).is_some() && after.place(kid).is_none();
        for key in &mut self.keys {
            key.published &= !is_gone(key.key.kid());
        }
        for key in &after.keys {
            let former = before.place(key.key.kid()).map(|place| &before.keys[place]);
            let is_as_before = former.is_some_and(|former| former.says_the_same(key));
            match self.place(key.key.kid()) {
                Some(_) if is_as_before => {}
                Some(place) => self.keys[place] = key.clone(),
                None => self.keys.push(key.clone()),
            }
        }
        let signs = kid(after, after.active);
        if kid(before, before.active) != signs || is_gone(&kid(self, self.active)) {
            self.active = self.place(&signs).unwrap_or(self.active);
        }
        self.forget(after);
    }

    /// Forgets keys of no use, the oldest first, as long as there are too many.
    fn forget(&mut self, named: &Self) {
        while self.keys.len() > MOST {
            let is_of_no_use = |(place, key): (usize, &Key)| {
                let is_named = named.place(key.key.kid()).is_some();
                !key.published && place != self.active && !is_named
            };
            let Some(place) = self.keys.iter().enumerate().position(is_of_no_use) else {
                return;
            };
            self.keys.remove(place);
            self.active -= usize::from(place < self.active);
        }
    }
}

impl Key {
    fn says_the_same(&self, other: &Self) -> bool {
        self.published == other.published && self.key.is(&other.key)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::built_in;
    use super::*;
    use crate::provider::Provider;

    /// The keys of a directory, the first of them active.
    fn named(names: &[&str]) -> KeyRing {
        let entries = names.iter().enumerate().map(|(place, name)| {
            let (name, status) = name.split_once(' ').unwrap_or((name, "next"));
            let status = if place == 0 { "active" } else { status };
            serde_json::from_value(json!({ "built_in": name, "status": status })).unwrap()
        });
        KeyRing::of(Provider::Okta, &entries.collect::<Vec<_>>()).unwrap()
    }

    /// Each key by its name, `*` if it signs, in brackets if it is not published.
    fn shown(ring: &Ring) -> String {
        let names = ["entra-1", "okta-1", "okta-2", "okta-3", "okta-4"];
        let shown = ring.keys.iter().enumerate().map(|(place, key)| {
            let is_it = |name: &&&str| built_in::named(name).unwrap().is(&key.key);
            let name = names.iter().find(is_it).unwrap_or(&"?");
            let name = match key.published {
                true => (*name).to_owned(),
                false => format!("({name})"),
            };
            if place == ring.active {
                format!("{name}*")
            } else {
                name
            }
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn reread(ring: &KeyRing, before: &[&str], after: &[&str]) -> String {
        ring.follow(&named(before), &named(after), &mut ring.now());
        shown(&ring.now())
    }

    #[test]
    fn a_vendors_rotation_file_by_file() {
        let files: [&[&str]; 4] = [
            &["okta-1"],
            &["okta-1", "okta-2"],
            &["okta-2", "okta-1"],
            &["okta-2"],
        ];
        let ring = named(files[0]);
        let seen = [1, 2, 3].map(|next| reread(&ring, files[next - 1], files[next]));
        assert_eq!(
            seen,
            ["okta-1* okta-2", "okta-1 okta-2*", "(okta-1) okta-2*"]
        );
        // Withdrawn by its status, and brought back.
        assert_eq!(
            reread(&ring, files[3], &["okta-2", "okta-1", "entra-1 withdrawn"]),
            "okta-1 okta-2* (entra-1)"
        );
    }

    #[test]
    fn what_the_file_does_not_change_stays_as_it_was_made() {
        let (before, after) = (["okta-1", "okta-2"], ["okta-1", "okta-2", "okta-3"]);
        let ring = named(&before);
        let kid = |name| built_in::named(name).unwrap().kid().to_owned();
        ring.publish(None).unwrap();
        ring.activate(&kid("okta-2")).unwrap();
        ring.withdraw(&kid("okta-1")).unwrap();
        let made = "(okta-1) okta-2* okta-3";
        assert_eq!(shown(&ring.now()), made);
        assert_eq!(reread(&ring, &before, &before), made);
        assert_eq!(reread(&ring, &before, &after), made);
        // The one that signs is gone.
        assert_eq!(
            reread(&ring, &after, &["okta-1", "okta-3"]),
            "(okta-1)* (okta-2) okta-3"
        );
        // One under the id of another is put right when the file says it anew.
        let ring = named(&before);
        ring.replace(&kid("okta-1")).unwrap();
        assert_eq!(reread(&ring, &before, &before), "okta-3* okta-2");
        assert_eq!(reread(&ring, &before, &["okta-2"]), "(okta-3) okta-2*");
        assert_eq!(reread(&ring, &["okta-2"], &before), "okta-1* okta-2");
    }

    #[test]
    fn what_was_saved_goes_by_the_same_directory() {
        let ring = named(&["okta-1"]);
        let mut saved = ring.now();
        ring.publish(None).unwrap();
        ring.follow(&named(&["okta-1"]), &named(&["okta-3"]), &mut saved);
        assert_eq!(shown(&ring.now()), "(okta-1) okta-2 okta-3*");
        assert_eq!(shown(&saved), "(okta-1) okta-3*");
    }

    #[test]
    fn keys_do_not_pile_up() {
        let ring = named(&["okta-1"]);
        let key = built_in::stranger();
        let own = |kid: &str| {
            let keys = vec![(key.named(kid), true)];
            KeyRing::made_of(Provider::Okta, keys, 0).unwrap()
        };
        let mut before = named(&["okta-1"]);
        for number in 0..40 {
            let after = own(&format!("key-{number}"));
            ring.follow(&before, &after, &mut ring.now());
            before = after;
        }
        assert_eq!(ring.now().keys.len(), MOST);
        assert_eq!(ring.now().active().kid(), "key-39");
        assert_eq!(ring.now().published().len(), 1);
    }
}
