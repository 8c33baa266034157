//! Patterns over names.

use std::fmt;
use std::str::FromStr;

/// A pattern over the names of cases and checks.
///
/// Only `*` (anything but `/`) and `**` (anything) are special, so that `[okta]` means itself.
/// - `expiry` chooses every case below that area, `expiry/early-refresh` every case of that scenario.
/// - `expiry/early-refresh[okta]` chooses one case, `rate-limit/*[okta,*]` several.
/// - `rotation/reuse-detected[okta]:newest-only` chooses one check of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    case: Glob,
    /// Whether the pattern speaks of whole names of cases rather than of scenarios and areas.
    with_cell: bool,
    check: Option<Glob>,
}

impl Pattern {
    /// Whether a check of a case is meant.
    #[must_use]
    pub fn matches(&self, case: &str, check: &str) -> bool {
        let named = if self.with_cell {
            self.case.matches(case)
        } else {
            let scenario = case.split('[').next().unwrap_or(case);
            // The scenario or any area above it.
            let ends = scenario.match_indices('/').map(|(at, _)| at);
            ends.chain([scenario.len()])
                .any(|end| self.case.matches(&scenario[..end]))
        };
        named && self.check.as_ref().is_none_or(|glob| glob.matches(check))
    }
}

impl Pattern {
    /// Whether it says which checks it means, rather than all of the cases it means.
    #[must_use]
    pub fn names_checks(&self) -> bool {
        self.check.is_some()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no pattern: {why}")]
pub struct NotAPattern {
    text: String,
    why: &'static str,
}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        const LONGEST: usize = 500;
        let refuse = |why| {
            Err(NotAPattern {
                text: text.chars().take(60).collect(),
                why,
            })
        };
        if text.len() > LONGEST {
            return refuse("it is longer than any name");
        }
        let (case, check) = match text.split_once(':') {
            Some((case, check)) => (case, Some(check)),
            None => (text, None),
        };
        let case = case.strip_suffix('/').unwrap_or(case);
        if case.is_empty() || check == Some("") {
            return refuse(
                "a name is missing; write `area/name`, `area/name[case]` or `area/name:check`",
            );
        }
        Ok(Self {
            text: text.to_owned(),
            with_cell: case.contains('['),
            case: Glob::new(case),
            check: check.map(Glob::new),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Char(char),
    /// `*`
    Within,
    /// `**`
    Across,
}

impl Glob {
    fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        for c in text.chars() {
            match (c, parts.last()) {
                ('*', Some(Part::Across)) => {}
                ('*', Some(Part::Within)) => {
                    parts.pop();
                    parts.push(Part::Across);
                }
                ('*', _) => parts.push(Part::Within),
                (c, _) => parts.push(Part::Char(c)),
            }
        }
        Self(parts)
    }

    /// Walks the name once, keeping the set of places in the pattern that are reached: never exponential.
    fn matches(&self, name: &str) -> bool {
        let mut reached = vec![false; self.0.len() + 1];
        reached[0] = true;
        self.skip_stars(&mut reached);
        for c in name.chars() {
            let mut next = vec![false; self.0.len() + 1];
            for (at, part) in self.0.iter().enumerate() {
                if !reached[at] {
                    continue;
                }
                match part {
                    Part::Char(wanted) if *wanted == c => next[at + 1] = true,
                    Part::Within if c != '/' => next[at] = true,
                    Part::Across => next[at] = true,
                    _ => {}
                }
            }
            self.skip_stars(&mut next);
            reached = next;
        }
        reached[self.0.len()]
    }

    /// A star also stands for nothing.
    fn skip_stars(&self, reached: &mut [bool]) {
        for (at, part) in self.0.iter().enumerate() {
            if reached[at] && matches!(part, Part::Within | Part::Across) {
                reached[at + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CASE: &str = "rate-limit/wait-as-told[okta,okta-epoch,ahead]";

    fn table(patterns: &[&str]) -> String {
        patterns
            .iter()
            .map(|text| {
                let verdict = match text.parse::<Pattern>() {
                    Ok(pattern) if pattern.matches(CASE, "waits") => "yes".to_owned(),
                    Ok(_) => "no".to_owned(),
                    Err(e) => e.to_string(),
                };
                format!("{text:?}: {verdict}\n")
            })
            .collect()
    }

    #[test]
    fn what_matches() {
        insta::assert_snapshot!(table(&[
            "rate-limit",
            "rate-limit/",
            "rate-limit/wait-as-told",
            "rate",
            "rate-limit/wait",
            "wait-as-told",
            "*",
            "*/wait-*",
            "**",
            "**told",
            "rate-limit/wait-as-told[okta]",
            "rate-limit/wait-as-told[okta,okta-epoch,ahead]",
            "rate-limit/*[okta,*]",
            "*[okta,*]",
            "**[okta,*]",
            "**[*,ahead]",
            "rate-limit:waits",
            "rate-limit:w*",
            "rate-limit:recovers",
            "**[okta*]:waits",
            "",
            ":waits",
            "rate-limit:",
            "rate-limit/wait-as-told[okta-epoch]",
            "rate-limit/wait.as.told",
            "RATE-LIMIT",
        ]), @r#"
"rate-limit": yes
"rate-limit/": yes
"rate-limit/wait-as-told": yes
"rate": no
"rate-limit/wait": no
"wait-as-told": no
"*": yes
"*/wait-*": yes
"**": yes
"**told": yes
"rate-limit/wait-as-told[okta]": no
"rate-limit/wait-as-told[okta,okta-epoch,ahead]": yes
"rate-limit/*[okta,*]": yes
"*[okta,*]": no
"**[okta,*]": yes
"**[*,ahead]": yes
"rate-limit:waits": yes
"rate-limit:w*": yes
"rate-limit:recovers": no
"**[okta*]:waits": yes
"": `` is no pattern: a name is missing; write `area/name`, `area/name[case]` or `area/name:check`
":waits": `:waits` is no pattern: a name is missing; write `area/name`, `area/name[case]` or `area/name:check`
"rate-limit:": `rate-limit:` is no pattern: a name is missing; write `area/name`, `area/name[case]` or `area/name:check`
"rate-limit/wait-as-told[okta-epoch]": no
"rate-limit/wait.as.told": no
"RATE-LIMIT": no
"#);
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_its_area(area in "[a-z-]{1,12}", name in "[a-z-]{1,12}", cell in "[a-z0-9,-]{1,20}", check in "[a-z-]{1,8}") {
            let case = format!("{area}/{name}[{cell}]");
            for text in [case.clone(), area.clone(), format!("{area}/{name}"), format!("{case}:{check}"), "**".to_owned()] {
                prop_assert!(text.parse::<Pattern>().unwrap().matches(&case, &check), "{}", text);
            }
            let other_check = format!("{case}:{check}x");
            prop_assert!(!other_check.parse::<Pattern>().unwrap().matches(&case, &check));
        }

        #[test]
        fn any_text_is_judged_quickly(text in ".{0,80}", name in ".{0,80}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                let _ = pattern.matches(&name, &name);
                prop_assert_eq!(pattern.to_string(), text);
            }
        }
    }
}
