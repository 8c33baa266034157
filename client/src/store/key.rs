//! The name a token record is stored under.

use std::fmt;

/// Tells token records apart: token endpoint, client, grant, account and scopes.
///
/// Two clients with the same key may use each other's tokens; everything that makes a token
/// another token is part of it. The text form is stable across releases and holds no secret, so
/// it may be a file name's source or a database column. A refresh token given by the caller
/// stands in it as a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey(String);

impl StoreKey {
    /// Joins the parts; each is escaped, so no choice of names makes two keys meet.
    pub(crate) fn from_parts(parts: &[&str]) -> Self {
        let escaped: Vec<_> = parts
            .iter()
            .map(|part| part.replace('%', "%25").replace('|', "%7C"))
            .collect();
        Self(escaped.join("|"))
    }

    /// Where it is kept that this refresh token, from which clients with this key start, has been replaced by another.
    pub(crate) fn of_replaced(&self, refresh_token: u128) -> Self {
        Self(format!("{self}|replaced {refresh_token:032x}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(
            StoreKey::from_parts(&["a|b", "c"]),
            StoreKey::from_parts(&["a", "b|c"])
        );
        assert_ne!(
            StoreKey::from_parts(&["a%7Cb"]),
            StoreKey::from_parts(&["a|b"])
        );
        insta::assert_snapshot!(StoreKey::from_parts(&["https://h/token", "app", "a|b"]), @"https://h/token|app|a%7Cb");
    }
}
