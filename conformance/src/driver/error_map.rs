//! Which native errors of a client are which class.

use super::protocol::Profile;
use crate::trace::Class;

/// The patterns of a profile, in order of their length: the longest that fits is the most telling.
#[derive(Clone, Debug, Default)]
pub(super) struct ErrorMap(Vec<(String, Class)>);

impl ErrorMap {
    pub(super) fn of(profile: &Profile) -> Self {
        let mut patterns: Vec<(String, Class)> = profile
            .classes
            .iter()
            .map(|(pattern, class)| (pattern.clone(), *class))
            .collect();
        patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        Self(patterns)
    }

    /// The class of a native error; none if no pattern fits.
    pub(super) fn class_of(&self, native: &str) -> Option<Class> {
        let mut fitting = self.0.iter().filter(|(pattern, _)| fits(pattern, native));
        fitting.next().map(|(_, class)| *class)
    }
}

/// Whether a name fits a pattern, in which `*` is any text.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    // What follows the last `*` has to be at the end.
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, fitting, other) in [
            ("Gone", "Gone", "GoneAway"),
            ("Ui*", "UiRequired", "MsalUi"),
            ("*Error", "ServerError", "ErrorServer"),
            ("A*B*C", "A-B-C", "A-C-B"),
            ("a*a", "aa", "a"),
            ("*", "", ""),
        ] {
            assert!(fits(pattern, fitting), "{pattern} {fitting}");
            assert!(pattern == "*" || !fits(pattern, other), "{pattern} {other}");
        }
    }

    #[test]
    fn the_longest_pattern_is_the_most_telling() {
        let classes = [
            ("*", Class::Other),
            ("invalid_*", Class::Misconfigured),
            ("invalid_grant", Class::ReauthRequired),
        ];
        let map = ErrorMap::of(&Profile {
            classes: BTreeMap::from(classes.map(|(name, class)| (name.to_owned(), class))),
            ..Profile::default()
        });
        let class = |native| map.class_of(native);
        assert_eq!(class("invalid_grant"), Some(Class::ReauthRequired));
        assert_eq!(class("invalid_client"), Some(Class::Misconfigured));
        assert_eq!(class("boom"), Some(Class::Other));
        assert_eq!(ErrorMap::default().class_of("boom"), None);
    }
}
