//! Sharing a selection among several machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::case::Case;

/// One of several shares of a selection: `2/3`. Every case of the selection is in exactly one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// Its number, from 1.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// The cases that are its share: sorted by name and dealt out in turn, so that cases of one scenario are spread.
    #[must_use]
    pub fn take(self, mut cases: Vec<Case>) -> Vec<Case> {
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
            .into_iter()
            .zip((1..=self.of).cycle())
            .filter(|(_, turn)| *turn == self.index)
            .map(|(case, _)| case)
            .collect()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// A text that is not a shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`"
)]
pub struct NotAShard(String);

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let wrong = || NotAShard(text.to_owned());
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        // Digits only: `parse` would take a sign.
        let number = |part: &str| {
            let digits = part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| digits)
        };
        match (number(index), number(of)) {
            (Some(index), Some(of)) if (1..=of).contains(&index) => Ok(Self { index, of }),
            _ => Err(wrong()),
        }
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::judge::fixture::case;
    use crate::verdict::Level;

    #[test]
    fn shards_are_read() {
        let read = |text: &str| match text.parse::<Shard>() {
            Ok(shard) => shard.to_string(),
            Err(error) => error.to_string(),
        };
        let texts = [
            "1/1", "02/3", "0/3", "4/3", "1/0", "+1/3", "1", "1/3/3", "", "a/b",
        ];
        let lines: Vec<String> = texts.into_iter().map(read).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        1/1
        2/3
        `0/3` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `4/3` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `1/0` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `+1/3` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `1` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `1/3/3` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        `a/b` is not a shard; write its number and how many there are, such as `1/3`, `2/3` and `3/3`
        ");
    }

    proptest! {
        #[test]
        fn every_case_is_in_exactly_one(names in prop::collection::btree_set("[a-z]{1,3}", 0..40), of in 1u32..9) {
            let check = || json!({ "count": { "to": "token", "is": 1 } });
            let cases: Vec<Case> = names
                .iter()
                .rev()
                .map(|name| case(&format!("area/{name}"), Level::Must, [check()], json!([]), 1))
                .collect();
            let shards: Vec<Vec<String>> = (1..=of)
                .map(|index| Shard { index, of }.take(cases.clone()))
                .map(|cases| cases.into_iter().map(|case| case.name.0).collect())
                .collect();
            let mut dealt: Vec<String> = shards.concat();
            dealt.sort();
            let mut all: Vec<String> = cases.into_iter().map(|case| case.name.0).collect();
            all.sort();
            prop_assert_eq!(dealt, all);
            let sizes = shards.iter().map(Vec::len);
            prop_assert!(sizes.clone().max().unwrap_or(0) - sizes.min().unwrap_or(0) <= 1);
        }
    }
}
