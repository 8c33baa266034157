//! How id and secret stand in a Basic header, told by the secret that is known.

use super::request::Basic;
use crate::form;
use crate::journal::BasicSpelling;
use crate::secret::Secret;

/// The spelling of a Basic header (RFC 6749 section 2.3.1), if it shows one of these pairs of client id and secret and form-encoding
/// changes the pair. None for another pair, and for one that could be either: two known secrets may differ by their encoding.
pub(crate) fn spelling(basic: &Basic, known: &[(String, Secret)]) -> Option<BasicSpelling> {
    let Basic::Pair { id, secret } = basic else {
        return None;
    };
    let mut found = None;
    for (known_id, known_secret) in known {
        let Some(id) = Half::of(id, known_id) else {
            continue;
        };
        let Some(secret) = Half::of(secret.reveal(), known_secret.reveal()) else {
            continue;
        };
        let spelling = match (id, secret) {
            // One half that should have been encoded and was not is enough.
            (Half::Raw, _) | (_, Half::Raw) => BasicSpelling::Raw,
            (Half::Encoded, _) | (_, Half::Encoded) => BasicSpelling::Encoded,
            (Half::Plain, Half::Plain) => return None,
        };
        if found.is_some_and(|found| found != spelling) {
            return None;
        }
        found = Some(spelling);
    }
    found
}

/// How one half of the pair is spelt.
#[derive(Clone, Copy)]
enum Half {
    /// Encoded, and different by it.
    Encoded,
    /// As it is, though every form encoder would have changed it.
    Raw,
    /// As it is, and encoding need not change it.
    Plain,
}

impl Half {
    /// How `sent` spells `known`; none if it does not.
    fn of(sent: &str, known: &str) -> Option<Self> {
        if sent == known {
            let changes = known.bytes().any(is_always_encoded);
            return Some(if changes { Self::Raw } else { Self::Plain });
        }
        (form::decode(sent.as_bytes()).as_deref() == Ok(known)).then_some(Self::Encoded)
    }
}

/// Whether no encoder leaves this byte as it is. Encoders of forms differ over some marks: HTML's leaves `*-._`, RFC 3986's `-._~`,
/// and ECMAScript's `encodeURIComponent` `!'()*-._~`.
fn is_always_encoded(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !b"!'()*-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn pair(id: &str, secret: &str) -> Basic {
        Basic::Pair {
            id: id.to_owned(),
            secret: Secret::new(secret),
        }
    }

    fn told(sent: (&str, &str), known: &[(&str, &str)]) -> Option<BasicSpelling> {
        let known: Vec<(String, Secret)> = known
            .iter()
            .map(|(id, secret)| ((*id).to_owned(), Secret::new(*secret)))
            .collect();
        spelling(&pair(sent.0, sent.1), &known)
    }

    #[test]
    fn spellings_are_told_by_the_known_secret() {
        use BasicSpelling::{Encoded, Raw};
        let known = [
            ("app", "a+b/c%25"),
            ("app", "plain~secret"),
            ("a:pp", "plain"),
        ];
        for (sent, expected) in [
            (("app", "a+b/c%25"), Some(Raw)),
            (("app", "a%2Bb%2Fc%2525"), Some(Encoded)),
            (("app", "a%2bb/c%2525"), Some(Encoded)),
            (("app", "another"), None),
            (("other", "a+b/c%25"), None),
            // Encoders differ over the tilde: as it is, it says nothing.
            (("app", "plain~secret"), None),
            (("app", "plain%7Esecret"), Some(Encoded)),
            (("a%3App", "plain"), Some(Encoded)),
        ] {
            assert_eq!(told(sent, &known), expected, "{sent:?}");
        }
        assert_eq!(spelling(&Basic::Garbled, &[]), None);
    }

    #[test]
    fn what_could_be_either_is_not_told() {
        let known = [("app", "a+b"), ("app", "a b")];
        assert_eq!(told(("app", "a+b"), &known), None);
        assert_eq!(told(("app", "a%2Bb"), &known), Some(BasicSpelling::Encoded));
    }

    proptest! {
        #[test]
        fn encoding_everything_is_never_taken_for_raw(secret in "\\PC{1,20}") {
            let encoded = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
            prop_assert_ne!(told(("app", &encoded), &[("app", &secret)]), Some(BasicSpelling::Raw));
            let needs_it = secret.bytes().any(is_always_encoded);
            let raw = told(("app", &secret), &[("app", &secret)]);
            prop_assert_eq!(raw, needs_it.then_some(BasicSpelling::Raw));
        }
    }
}
