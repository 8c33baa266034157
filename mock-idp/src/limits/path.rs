//! Paths as rules name them.

/// A path with `*` for any one segment and, at its end, `**` for whatever follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    /// Whether it ends in `**`.
    open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Any,
    Exactly(String),
}

/// How exact a match is; more is more exact. The segments one by one, those with a name before those without, and the end
/// before whatever follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exactness(Vec<u8>);

impl Pattern {
    /// None for what is no path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
        let open = parts.last() == Some(&"**");
        if open {
            parts.pop();
        }
        let segments = parts.into_iter().map(|part| match part {
            "*" => Some(Segment::Any),
            _ if part.contains('*') || part.contains(['?', '#']) => None,
            _ => Some(Segment::Exactly(part.to_owned())),
        });
        Some(Self {
            segments: segments.collect::<Option<_>>()?,
            open,
        })
    }

    /// How exactly it meets a path, given in [segments](segments); none if it does not.
    ///
    /// `/a/**` meets `/a/b` and `/a/b/c`, and not `/a`.
    pub(super) fn meets(&self, path: &[&str]) -> Option<Exactness> {
        let fits = match self.open {
            true => path.len() > self.segments.len(),
            false => path.len() == self.segments.len(),
        };
        let met = self
            .segments
            .iter()
            .zip(path)
            .all(|(segment, part)| match segment {
                Segment::Any => true,
                Segment::Exactly(name) => name.eq_ignore_ascii_case(part),
            });
        (fits && met).then(|| {
            let mut exactness: Vec<u8> = self
                .segments
                .iter()
                .map(|segment| match segment {
                    Segment::Any => 1,
                    Segment::Exactly(_) => 2,
                })
                .collect();
            exactness.push(if self.open { 0 } else { 3 });
            Exactness(exactness)
        })
    }
}

/// A path in its segments. One slash at its end does not matter.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_pattern_wins() {
        // From the least exact to the most.
        let all = ["/**", "/api/**", "/api/v1/**", "/api/v1/*", "/api/v1/users"];
        let patterns = all.map(|text| Pattern::parse(text).unwrap());
        let path = segments("/API/v1/users/");
        let found: Vec<Exactness> = patterns
            .iter()
            .map(|pattern| pattern.meets(&path).unwrap())
            .collect();
        assert!(found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(patterns[4].meets(&segments("/api/v1/users/me")).is_none());
        assert!(patterns[3].meets(&segments("/api/v1")).is_none());
        assert!(patterns[2].meets(&segments("/api/v1")).is_none());
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "api", "/a*", "/**/b", "/a?b", "https://a/b"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
        assert!(Pattern::parse("/").unwrap().meets(&segments("/")).is_some());
        assert!(
            Pattern::parse("/")
                .unwrap()
                .meets(&segments("/a"))
                .is_none()
        );
    }
}
