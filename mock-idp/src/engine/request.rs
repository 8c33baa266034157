//! A token request, parsed once into a type that the engine and both dialects read.

use std::collections::HashSet;

use http::header;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::assertion::Assertion;
use super::basic_spelling::spelling;
use super::denial::Denial;
use crate::directory::BasicReading;
use crate::form;
use crate::inbound::Inbound;
use crate::journal::{AuthMethod, TokenRequestFacts};
use crate::secret::Secret;

/// The parameters of a token request, wherever they stood, and the client credentials it shows. No `Debug`: it would show them.
#[derive(Clone)]
pub(crate) struct TokenRequest {
    /// Body parameters first, then query parameters, decoded, in order.
    parameters: Vec<(String, String)>,
    /// How many of them came in the body.
    in_body: usize,
    /// The `Authorization: Basic` pair, if there was such a header.
    pub(crate) basic: Option<Basic>,
    /// How its halves are read.
    pub(crate) reading: BasicReading,
    /// Whether body or query were not well-formed.
    pub(crate) malformed: bool,
}

/// A Basic header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Basic {
    /// Id and secret as sent. Clients form-encode each half (RFC 6749 section 2.3.1) or forget to; see [`candidates`](Self::candidates).
    Pair { id: String, secret: Secret },
    /// Not base64, not text, or without a colon.
    Garbled,
}

impl Basic {
    /// The pairs this header may mean: decoded as RFC 6749 has it, then raw as several libraries send it.
    pub(crate) fn candidates(&self, reading: BasicReading) -> Vec<(String, Secret)> {
        let Self::Pair { id, secret } = self else {
            return Vec::new();
        };
        let mut pairs = Vec::with_capacity(2);
        if reading != BasicReading::Raw
            && let (Ok(id), Ok(secret)) = (
                form::decode(id.as_bytes()),
                form::decode(secret.reveal().as_bytes()),
            )
        {
            pairs.push((id, Secret::new(secret)));
        }
        let raw = (id.clone(), secret.clone());
        if reading != BasicReading::Decoded && !pairs.contains(&raw) {
            pairs.push(raw);
        }
        pairs
    }

    fn parse(header: &[u8]) -> Option<Self> {
        let (scheme, credentials) = header.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let pair = STANDARD
            .decode(credentials.trim_ascii())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Some(
            match pair.as_deref().and_then(|pair| pair.split_once(':')) {
                Some((id, secret)) => Self::Pair {
                    id: id.to_owned(),
                    secret: Secret::new(secret),
                },
                None => Self::Garbled,
            },
        )
    }
}

impl TokenRequest {
    /// Reads body and query. Real SDKs put parameters into either, so both count for both vendors; that Entra itself reads
    /// grant parameters from the query is not known. What cannot be read is remembered as malformed, so that the dialect can answer in its own order.
    pub(crate) fn parse(inbound: &Inbound) -> Self {
        let mut malformed = false;
        let mut read = |bytes: &[u8]| {
            form::parse(bytes).unwrap_or_else(|form::Malformed| {
                malformed = true;
                Vec::new()
            })
        };
        let mut parameters = if inbound.is_form() {
            read(&inbound.body)
        } else {
            Vec::new()
        };
        let in_body = parameters.len();
        parameters.extend(read(inbound.query().as_bytes()));
        let basic = inbound
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| Basic::parse(value.as_bytes()));
        Self {
            parameters,
            in_body,
            basic,
            reading: BasicReading::Either,
            malformed,
        }
    }

    /// A request that says this, as if in its body.
    pub(crate) fn of(parameters: Vec<(String, String)>) -> Self {
        Self {
            in_body: parameters.len(),
            parameters,
            basic: None,
            reading: BasicReading::Either,
            malformed: false,
        }
    }

    /// All that it says, body before query.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        self.parameters.clone()
    }

    /// The same request, with the halves of a Basic header read in this way.
    pub(crate) fn reading(mut self, reading: BasicReading) -> Self {
        self.reading = reading;
        self
    }

    /// The first non-empty value of a parameter, body before query.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A parameter without which the request cannot be answered.
    pub(crate) fn require(&self, name: &'static str) -> Result<&str, Denial> {
        self.get(name).ok_or(Denial::ParameterMissing(name))
    }

    /// Whether a parameter is there and has no value.
    pub(crate) fn is_blank(&self, name: &str) -> bool {
        let mut named = self.parameters.iter().filter(|(key, _)| key == name);
        named.next().is_some_and(|(_, value)| value.is_empty()) && self.get(name).is_none()
    }

    /// The same request with another value for a parameter, or without it.
    pub(crate) fn changed(&self, name: &str, value: Option<&str>) -> Self {
        let mut changed = self.clone();
        let in_body = &self.parameters[..self.in_body];
        changed.in_body -= in_body.iter().filter(|(key, _)| key == name).count();
        changed.parameters.retain(|(key, _)| key != name);
        if let Some(value) = value {
            let pair = (name.to_owned(), value.to_owned());
            changed.parameters.insert(0, pair);
            changed.in_body += 1;
        }
        changed
    }

    /// What a token request shows that was given out before: a refresh token, a device code, an authorization code, or the token
    /// of the user in whose name it asks. MSAL for Python sends a device code under both names.
    pub(crate) fn shown_grant(&self) -> Option<&str> {
        ["refresh_token", "device_code", "code", "assertion"]
            .into_iter()
            .find_map(|name| self.get(name))
    }

    /// Whether a parameter stands in the query string.
    pub(crate) fn in_query(&self, name: &str) -> bool {
        self.parameters[self.in_body..]
            .iter()
            .any(|(key, _)| key == name)
    }

    /// Names that occur twice in the body (RFC 6749 section 3.2), in order.
    pub(crate) fn repeated(&self) -> Vec<String> {
        let (mut seen, mut noted) = (HashSet::new(), HashSet::new());
        self.parameters[..self.in_body]
            .iter()
            .filter(|(name, _)| !seen.insert(name) && noted.insert(name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// `scope`, split at spaces. What is named again adds nothing (RFC 6749 section 3.3), and would be kept with every token.
    pub(crate) fn scope(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.get("scope")
            .unwrap_or_default()
            .split_whitespace()
            .filter(|scope| seen.insert(*scope))
            .map(str::to_owned)
            .collect()
    }

    /// The client id, from the body or else from the Basic header.
    pub(crate) fn client_id(&self) -> Option<String> {
        let from_basic = || {
            self.basic
                .as_ref()
                .and_then(|basic| basic.candidates(self.reading).into_iter().next())
                .map(|(id, _)| id)
        };
        self.get("client_id").map(str::to_owned).or_else(from_basic)
    }

    /// The client that an assertion says it is of, where nothing else says it.
    fn asserted_client(&self) -> Option<String> {
        let assertion = Assertion::parse(self.get("client_assertion")?)?;
        assertion.subject().map(str::to_owned)
    }

    /// The client authentication methods in use.
    pub(crate) fn auth_methods(&self) -> Vec<AuthMethod> {
        let mut methods = Vec::new();
        if self.basic.is_some() {
            methods.push(AuthMethod::Basic);
        }
        if self.get("client_secret").is_some() {
            methods.push(AuthMethod::Post);
        }
        if self.get("client_assertion").is_some() {
            methods.push(AuthMethod::Assertion);
        }
        methods
    }

    /// The names of all parameters, body before query, in order, each once.
    fn names(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.parameters
            .iter()
            .filter(|(name, _)| seen.insert(name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What the journal keeps of it. `known` lists ids and secrets that a Basic header may show.
    pub(crate) fn facts(
        &self,
        issuer: &str,
        known: impl FnOnce() -> Vec<(String, Secret)>,
    ) -> TokenRequestFacts {
        TokenRequestFacts {
            grant: self.get("grant_type").map(str::to_owned),
            client: self.client_id().or_else(|| self.asserted_client()),
            auth: self.auth_methods(),
            basic: self
                .basic
                .as_ref()
                .and_then(|basic| spelling(basic, &known())),
            parameters: self.names(),
            issuer: Some(issuer.to_owned()),
            scope: self.scope(),
            user: self.get("username").map(str::to_owned),
            repeated: self.repeated(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> Basic {
        Basic::parse(format!("Basic {}", STANDARD.encode(pair)).as_bytes()).unwrap()
    }

    #[test]
    fn basic_is_tried_decoded_and_raw() {
        let pairs = basic("okta%2Did:a+b%25").candidates(BasicReading::Either);
        assert_eq!(pairs[0], ("okta-id".to_owned(), Secret::new("a b%")));
        assert_eq!(pairs[1], ("okta%2Did".to_owned(), Secret::new("a+b%25")));
        // A raw percent sign cannot be decoded: only the raw reading is left.
        assert_eq!(
            basic("id:100%").candidates(BasicReading::Either),
            [("id".to_owned(), Secret::new("100%"))]
        );
        assert_eq!(
            basic("plain:text").candidates(BasicReading::Either).len(),
            1
        );
    }

    #[test]
    fn garbled_basic_is_told_from_other_schemes() {
        assert_eq!(Basic::parse(b"Basic %%%"), Some(Basic::Garbled));
        assert_eq!(Basic::parse(b"basic bm9jb2xvbg=="), Some(Basic::Garbled));
        assert_eq!(Basic::parse(b"Bearer abc"), None);
        assert_eq!(Basic::parse(b"Bas"), None);
    }
}
