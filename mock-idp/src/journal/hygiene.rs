//! Secrets in places where they have no business: found at capture, and kept out of the journal.

use std::sync::Arc;

use http::header;

use super::endpoint::Endpoint;
use super::entry::{SecretPlace, SecretSighting, TokenRequestFacts};
use super::known_secret::Hunted;
use super::spelling;
use crate::form;
use crate::inbound::Inbound;
use crate::ledger::{Ledger, TokenLabel};

/// What must not stand in clear: the directory's secrets and every token.
pub(crate) struct Hygiene<'w> {
    pub(crate) secrets: Arc<Hunted>,
    pub(crate) ledger: &'w Ledger,
}

/// No token of either vendor is shorter: the shortest are Okta's device codes. Texts a fault invents are no tokens.
const SHORTEST_TOKEN: usize = 36;

/// The most that is kept of one text, of a path, and of a list.
const TEXT: usize = 256;
const PATH: usize = 2048;
const LIST: usize = 32;

/// Parameters whose values are credentials: at home in the body of a token request, out of place in a URL, whatever their value
/// (RFC 6749 section 2.3.1, RFC 6750 section 5.3).
pub(super) const CREDENTIALS: [&str; 12] = [
    "access_token",
    "actor_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "password",
    "refresh_token",
    "subject_token",
];

/// Where the secret of an App Service's endpoint is at home.
const IDENTITY_HEADERS: [&str; 2] = ["x-identity-header", "secret"];

impl Hygiene<'_> {
    /// Secrets and tokens in the request line, in headers other than `Authorization`, and in the body: anywhere in a
    /// resource's, under another name than their own in a token request's. What stands in the query under the name of a
    /// credential is one, known or not, and is called by that name unless its value is known. On a foreign origin nothing is at
    /// home, `Authorization` included.
    pub(crate) fn sightings(&self, inbound: &Inbound, endpoint: Endpoint) -> Vec<SecretSighting> {
        let mut found = Vec::new();
        let mut look = |text: &str, place: SecretPlace| {
            spelling::in_any(text, &mut |text| {
                self.names_in(text, &mut |what| {
                    let sighting = SecretSighting { what, place };
                    if !found.contains(&sighting) && found.len() < LIST {
                        found.push(sighting);
                    }
                });
                false
            });
        };
        look(&whole_path(inbound), SecretPlace::Url);
        for (name, value) in &inbound.headers {
            // Nobody on a foreign origin is authorised by anything.
            let is_at_home = name == header::AUTHORIZATION
                || (endpoint == Endpoint::ManagedIdentity
                    && IDENTITY_HEADERS.contains(&name.as_str()));
            if !is_at_home || endpoint == Endpoint::Foreign {
                look(
                    &String::from_utf8_lossy(value.as_bytes()),
                    SecretPlace::Header,
                );
            }
        }
        let takes_form = matches!(
            endpoint,
            Endpoint::Token
                | Endpoint::Device
                | Endpoint::Authorize
                | Endpoint::SignIn
                | Endpoint::Logout
                | Endpoint::PushedAuthorization
                | Endpoint::Introspection
                | Endpoint::Revocation
        );
        let is_asked_about = |name: &str| {
            name == "token" && matches!(endpoint, Endpoint::Introspection | Endpoint::Revocation)
        };
        let form = (takes_form && inbound.is_form())
            .then(|| form::parse(&inbound.body).ok())
            .flatten();
        match form {
            None => look(&String::from_utf8_lossy(&inbound.body), SecretPlace::Body),
            Some(pairs) => {
                for (name, value) in pairs {
                    look(&name, SecretPlace::Body);
                    if !CREDENTIALS.contains(&name.as_str()) && !is_asked_about(&name) {
                        look(&value, SecretPlace::Body);
                    }
                }
            }
        }
        for what in self.unknown_credentials(inbound, endpoint) {
            let sighting = SecretSighting {
                what: what.to_owned(),
                place: SecretPlace::Url,
            };
            if !found.contains(&sighting) {
                found.push(sighting);
            }
        }
        found
    }

    /// Credentials in the query whose values are not known here, by their names.
    fn unknown_credentials(
        &self,
        inbound: &Inbound,
        endpoint: Endpoint,
    ) -> impl Iterator<Item = &'static str> {
        inbound
            .query()
            .split('&')
            .filter_map(credential)
            // A code may be anything, a country's for one, to all but a token endpoint.
            .filter(move |(name, _)| *name != "code" || endpoint == Endpoint::Token)
            .filter(move |(_, value)| !self.is_known(value))
            .map(|(name, _)| name)
    }

    /// Path and query, with labels for tokens and `***` for secrets.
    pub(crate) fn path(&self, inbound: &Inbound) -> String {
        let whole = whole_path(inbound);
        let Some((path, query)) = whole.split_once('?') else {
            return self.clean_to(&whole, PATH);
        };
        // What is a credential by its name is masked even if it is unknown here.
        let pairs: Vec<String> = query.split('&').map(|pair| self.pair(pair)).collect();
        self.clean_to(&format!("{path}?{}", pairs.join("&")), PATH)
    }

    /// The media type that the body claims to be of, without parameters.
    pub(crate) fn content_type(&self, inbound: &Inbound) -> Option<String> {
        let value = inbound.headers.get(header::CONTENT_TYPE)?;
        let value = String::from_utf8_lossy(value.as_bytes());
        let essence = value.split(';').next().unwrap_or_default();
        // Masked as it was sent: in lower case a secret would not be known.
        Some(self.clean(essence.trim()).to_ascii_lowercase())
    }

    /// What a token request said, fit to be kept.
    pub(crate) fn request(&self, facts: &TokenRequestFacts) -> TokenRequestFacts {
        let text = |text: &Option<String>| text.as_deref().map(|text| self.clean(text));
        let list = |texts: &[String]| -> Vec<String> {
            texts
                .iter()
                .take(LIST)
                .map(|text| self.clean(text))
                .collect()
        };
        TokenRequestFacts {
            grant: text(&facts.grant),
            client: text(&facts.client),
            auth: facts.auth.clone(),
            basic: facts.basic,
            parameters: list(&facts.parameters),
            issuer: text(&facts.issuer),
            scope: list(&facts.scope),
            user: text(&facts.user),
            repeated: list(&facts.repeated),
        }
    }

    /// A text fit to be kept: masked and not too long.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.clean_to(text, TEXT)
    }

    pub(super) fn clean_to(&self, text: &str, limit: usize) -> String {
        let mut text = text.to_owned();
        if self.is_dirty(&text) {
            self.secrets.mask(&mut text);
            for (word, label) in self.tokens_in(&text.clone()) {
                text = text.replace(
                    &word,
                    &label.map_or("***".to_owned(), |label| label.to_string()),
                );
            }
            if self.is_dirty(&text) {
                text = self.piecewise(&text);
            }
            // In pieces it looks clean, as a whole it does not: nothing of it is kept.
            if self.is_dirty(&text) {
                "***".clone_into(&mut text);
            }
        }
        clipped(text, limit)
    }

    /// Masks the pieces that hide something in another spelling.
    fn piecewise(&self, text: &str) -> String {
        text.split_inclusive(['/', '?', '&', '=', ' ', '"', ',', ';', ':'])
            .map(|piece| {
                let body = piece.trim_end_matches(['/', '?', '&', '=', ' ', '"', ',', ';', ':']);
                if self.is_dirty(body) {
                    format!("***{}", &piece[body.len()..])
                } else {
                    piece.to_owned()
                }
            })
            .collect()
    }

    fn pair(&self, pair: &str) -> String {
        let Some((_, value)) = credential(pair) else {
            return pair.to_owned();
        };
        let name = &pair[..pair.len() - value.len() - 1];
        match self.ledger.label_of(value) {
            Some(label) => format!("{name}={label}"),
            None => format!("{name}=***"),
        }
    }

    /// The secrets and tokens in a text, in any spelling, by name or label, each once. A token that nobody knows is a `token`.
    pub(crate) fn told_in(&self, text: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut see = |what: String| {
            if !found.contains(&what) && found.len() < LIST {
                found.push(what);
            }
        };
        spelling::in_any(text, &mut |text| {
            self.names_in(text, &mut see);
            if self
                .tokens_in(text)
                .iter()
                .any(|(_, label)| label.is_none())
            {
                see("token".to_owned());
            }
            false
        });
        found
    }

    /// Whether a secret or a token stands in a text, in any spelling.
    fn is_dirty(&self, text: &str) -> bool {
        spelling::in_any(text, &mut |text| {
            self.secrets.find(text, &mut |_| true)
                || words(text)
                    .any(|word| looks_signed(word) || self.ledger.label_of(word).is_some())
        })
    }

    /// Whether a text holds a secret or a token of this world, in any spelling.
    fn is_known(&self, text: &str) -> bool {
        spelling::in_any(text, &mut |text| {
            let mut known = false;
            self.names_in(text, &mut |_| known = true);
            known
        })
    }

    /// Names what stands in a text as it is written.
    fn names_in(&self, text: &str, see: &mut dyn FnMut(String)) {
        self.secrets.find(text, &mut |what| {
            see(what.to_owned());
            false
        });
        for (_, label) in self.tokens_in(text) {
            if let Some(label) = label {
                see(label.to_string());
            }
        }
    }

    /// The words of a text that are tokens, with the labels of those that are known.
    fn tokens_in(&self, text: &str) -> Vec<(String, Option<TokenLabel>)> {
        words(text)
            .map(|word| (word, self.ledger.label_of(word)))
            .filter(|(word, label)| label.is_some() || looks_signed(word))
            .map(|(word, label)| (word.to_owned(), label))
            .collect()
    }
}

/// The name of the credential that a `name=value` pair of a query is by its name, and the value as it is written.
fn credential(pair: &str) -> Option<(&'static str, &str)> {
    let (name, value) = pair.split_once('=')?;
    let name = form::decode(name.as_bytes()).ok()?;
    let known = CREDENTIALS.into_iter().find(|known| *known == name)?;
    (!value.is_empty()).then_some((known, value))
}

fn whole_path(inbound: &Inbound) -> String {
    let uri = &inbound.uri;
    uri.path_and_query()
        .map_or_else(|| uri.to_string(), ToString::to_string)
}

/// Runs of characters that tokens are made of, long enough to be one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')))
        .filter(|word| word.len() >= SHORTEST_TOKEN)
}

/// Whether a word looks like a JSON Web Token, whoever issued it: a token or an assertion, a secret in any case.
fn looks_signed(word: &str) -> bool {
    word.starts_with("eyJ") && word.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn clipped(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::known_secret::KnownSecrets;
    use super::*;

    fn clean(text: &str) -> String {
        let secrets = KnownSecrets::default();
        secrets.add("client_secret", "top/secret+1");
        let ledger = Ledger::default();
        Hygiene {
            secrets: secrets.now(),
            ledger: &ledger,
        }
        .clean(text)
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_kept() {
        insta::assert_snapshot!(clean("/a/top/secret+1/b"), @"/a/***/b");
        insta::assert_snapshot!(clean("/a/top%2fsecret%2B1/b?c=d"), @"/a/***/b?c=d");
        insta::assert_snapshot!(clean("/a?x=dG9wL3NlY3JldCsx&c=d"), @"/a?x=***&c=d");
        // Half of it encoded: no piece holds it, the whole does.
        insta::assert_snapshot!(clean("/a/top/secret%2B1/b"), @"***");
        insta::assert_snapshot!(clean("/a/eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2ln/b"), @"/a/***/b");
        insta::assert_snapshot!(clean("/nothing/to/hide"), @"/nothing/to/hide");
    }

    #[test]
    fn long_texts_are_clipped_between_characters() {
        assert_eq!(clean(&"é".repeat(1000)).chars().count(), TEXT / 2 + 1);
    }
}
