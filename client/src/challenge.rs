//! `WWW-Authenticate`, read as a grammar (RFC 9110 section 11.6.1).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// One challenge: a scheme and its parameters, or its token68.
///
/// Servers send several in one header or in several headers, quote commas, and leave out quotes
/// where they are needed. What cannot be read is left out; nothing is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    token68: Option<String>,
    params: Vec<(String, String)>,
}

impl Challenge {
    /// Every challenge in the headers, in order.
    pub fn parse_all(headers: &HeaderMap) -> Vec<Self> {
        headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .flat_map(|value| Self::parse(&String::from_utf8_lossy(value.as_bytes())))
            .collect()
    }

    /// Every challenge in one header value, in order.
    ///
    /// ```
    /// use token_client::Challenge;
    ///
    /// let challenges = Challenge::parse(r#"Basic realm="a, b", Bearer error="invalid_token""#);
    /// assert_eq!(challenges[0].param("realm"), Some("a, b"));
    /// assert_eq!(challenges[1].error(), Some("invalid_token"));
    /// ```
    pub fn parse(value: &str) -> Vec<Self> {
        let mut rest = Rest(value);
        let mut challenges: Vec<Self> = Vec::new();
        loop {
            rest.skip(|c| c.is_whitespace() || c == ',');
            if rest.0.is_empty() {
                return challenges;
            }
            let word = rest.take(is_tchar);
            if word.is_empty() {
                rest.skip_one();
                continue;
            }
            if let Some(value) = rest.param_value() {
                if let Some(challenge) = challenges.last_mut() {
                    challenge.add(word, value);
                }
                continue;
            }
            challenges.push(Self {
                scheme: word.to_owned(),
                token68: rest.token68(),
                params: Vec::new(),
            });
        }
    }

    /// The authentication scheme as written.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether this is that scheme; letter case does not matter.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The single blob some schemes have instead of parameters.
    pub fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// A parameter's value without its quotes; letter case of the name does not matter. The first
    /// counts if it is repeated.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The `error` parameter (RFC 6750 section 3).
    pub fn error(&self) -> Option<&str> {
        self.param("error")
    }

    /// The `claims` parameter of a claims challenge, decoded from its base64, or as it stands if
    /// it is none.
    pub fn claims(&self) -> Option<String> {
        let claims = self.param("claims")?;
        let bare = claims.trim_end_matches('=');
        let decoded = STANDARD_NO_PAD
            .decode(bare)
            .or_else(|_| URL_SAFE_NO_PAD.decode(bare))
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Some(decoded.unwrap_or_else(|| claims.to_owned()))
    }

    fn add(&mut self, name: &str, value: String) {
        self.params.push((name.to_owned(), value));
    }
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Reads while `wanted` holds.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        self.take(unwanted);
    }

    fn skip_one(&mut self) {
        let mut chars = self.0.chars();
        chars.next();
        self.0 = chars.as_str();
    }

    /// After a parameter's name: reads `= value`. Leaves everything where it is if there is no
    /// equals sign.
    fn param_value(&mut self) -> Option<String> {
        self.0 = self.0.trim_start().strip_prefix('=')?.trim_start();
        if self.0.starts_with('"') {
            self.skip_one();
            return Some(self.quoted());
        }
        // Some servers leave addresses unquoted, so more than token characters is taken.
        Some(self.take(|c| c != ',' && !c.is_whitespace()).to_owned())
    }

    /// The rest of a quoted text whose opening quote has been read. A missing closing quote is
    /// forgiven.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut chars = self.0.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => text.extend(chars.next()),
                c => text.push(c),
            }
        }
        self.0 = chars.as_str();
        text
    }

    /// After a scheme: a blob that ends at a comma or at the end.
    fn token68(&mut self) -> Option<String> {
        let start = self.0.trim_start_matches(' ');
        if start.len() == self.0.len() {
            return None;
        }
        let is_68 = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
        let body = start.find(|c| !is_68(c)).unwrap_or(start.len());
        let end = body
            + start[body..]
                .find(|c| c != '=')
                .unwrap_or(start.len() - body);
        let after = start[end..].trim_start_matches([' ', '\t']);
        if body == 0 || !(after.is_empty() || after.starts_with(',')) {
            return None;
        }
        self.0 = after;
        Some(start[..end].to_owned())
    }
}

fn is_tchar(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(value: &str) -> String {
        let lines: Vec<_> = Challenge::parse(value)
            .iter()
            .map(|challenge| {
                format!(
                    "{} {:?} {:?}",
                    challenge.scheme, challenge.token68, challenge.params
                )
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn several_schemes_in_one_header() {
        insta::assert_snapshot!(
            shown(r#"Negotiate, Basic realm="a, \"b\" = c", NTLM TlRMTVNTUAAB==, Bearer error="x", error_description="y" , DPoP algs="ES256 PS256""#),
            @r#"
        Negotiate None []
        Basic None [("realm", "a, \"b\" = c")]
        NTLM Some("TlRMTVNTUAAB==") []
        Bearer None [("error", "x"), ("error_description", "y")]
        DPoP None [("algs", "ES256 PS256")]
        "#
        );
    }

    #[test]
    fn forgiven_mistakes() {
        insta::assert_snapshot!(
            shown(r#"Bearer realm="", authorization_uri=https://login.example/common?a=b, client_id = "c", ,, error=insufficient_claims, claims="eyJ9"#),
            @r#"Bearer None [("realm", ""), ("authorization_uri", "https://login.example/common?a=b"), ("client_id", "c"), ("error", "insufficient_claims"), ("claims", "eyJ9")]"#
        );
        insta::assert_snapshot!(shown("=x, realm=\"lost\", Bearer"), @r#"
        x None [("realm", "lost")]
        Bearer None []
        "#);
        insta::assert_snapshot!(shown("Bearer a=1, A=2"), @r#"Bearer None [("a", "1"), ("A", "2")]"#);
        assert_eq!(Challenge::parse("Bearer a=1, A=2")[0].param("A"), Some("1"));
        assert_eq!(shown(""), "");
    }

    #[test]
    fn claims_are_decoded_from_either_alphabet() {
        let claims = |value: &str| {
            Challenge::parse(&format!("Bearer claims=\"{value}\""))
                .first()
                .and_then(Challenge::claims)
        };
        let json = r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"}}}"#;
        let padded = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYzNTUyNzc5MCJ9fX0=";
        assert_eq!(claims(padded).as_deref(), Some(json));
        assert_eq!(claims(padded.trim_end_matches('=')).as_deref(), Some(json));
        assert_eq!(claims("Pz8_").as_deref(), Some("???"));
        assert_eq!(claims("{not base64}").as_deref(), Some("{not base64}"));
    }

    fn challenge() -> impl Strategy<Value = Challenge> {
        let token = "[A-Za-z][A-Za-z0-9_-]{0,8}";
        let params = proptest::collection::vec((token, "[ -~]{0,20}"), 0..4);
        let token68 = proptest::option::of("[A-Za-z0-9._~+/-]{1,12}={0,2}");
        (token, token68, params).prop_map(|(scheme, token68, params)| Challenge {
            scheme,
            params: if token68.is_some() {
                Vec::new()
            } else {
                params
            },
            token68,
        })
    }

    fn written(challenges: &[Challenge]) -> String {
        let all: Vec<_> = challenges
            .iter()
            .map(|challenge| {
                let params: Vec<_> = challenge
                    .params
                    .iter()
                    .map(|(name, value)| {
                        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                        format!("{name}=\"{value}\"")
                    })
                    .collect();
                let blob = challenge.token68.clone().unwrap_or_default();
                format!("{} {blob}{}", challenge.scheme, params.join(", "))
            })
            .collect();
        all.join(", ")
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(challenges in proptest::collection::vec(challenge(), 0..4)) {
            prop_assert_eq!(Challenge::parse(&written(&challenges)), challenges);
        }

        #[test]
        fn no_text_breaks_it(text in "[ -~\t\u{80}-\u{2fff}]{0,80}") {
            for challenge in Challenge::parse(&text) {
                prop_assert!(!challenge.scheme().is_empty());
                let _ = challenge.claims();
            }
        }
    }
}
