//! An answer, and how tests show it.

use mock_idp::MockIdp;
use mock_idp::journal::Origin;
use serde_json::Value;

use crate::stage::Stage;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of the wire.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        Self::read(response).await.unwrap()
    }

    pub(crate) async fn read(response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        Ok(Self {
            status,
            headers,
            body: response.text().await?,
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    /// A member of the body that is a text.
    pub(crate) fn text(&self, member: &str) -> String {
        self.json()[member]
            .as_str()
            .unwrap_or_else(|| panic!("no {member} in {}", self.body))
            .to_owned()
    }

    /// The values of a header, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The one value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() < 2, "{name} is there {} times", values.len());
        values.first().copied()
    }

    /// The names of the body's members, in order.
    pub(crate) fn members(&self) -> String {
        let body = self.json();
        let members = body.as_object().expect("an object");
        members.keys().cloned().collect::<Vec<_>>().join(" ")
    }

    /// Status and body, with what changes from run to run replaced.
    pub(crate) fn show(&self, stage: &Stage) -> String {
        format!("{} {}", self.status, stable(&stage.idp, &self.body))
            .trim_end()
            .to_owned()
    }

    /// Status and headers, with what changes from run to run replaced.
    pub(crate) fn show_headers(&self, stage: &Stage) -> String {
        let mut shown = self.status.to_string();
        for (name, value) in &self.headers {
            let value = if name == "content-length" {
                "<length>".to_owned()
            } else {
                stable(&stage.idp, value)
            };
            shown.push_str(&format!("\n{name}: {value}"));
        }
        shown
    }
}

/// A text with ports, ids and tokens replaced by what they are.
pub(crate) fn stable(idp: &MockIdp, text: &str) -> String {
    let mut text = text.to_owned();
    for (origin, name) in [
        (Origin::Login, "login"),
        (Origin::Graph, "graph"),
        (Origin::Org, "org"),
        (Origin::Api, "api"),
    ] {
        let url = idp.origin(origin);
        if let Some((scheme, host)) = url.split_once("://") {
            text = text.replace(url, &format!("{scheme}://<{name}>"));
            text = text.replace(host, &format!("<{name}>"));
        }
    }
    if !idp.tenant().contains("default") {
        text = text.replace(&idp.tenant(), "<tenant>");
    }
    text = text.replace(&idp.client_id(), "<client>");
    let mut shown = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.') {
            word.push(character);
        } else {
            shown.push_str(&named(&word));
            word.clear();
            shown.push(character);
        }
    }
    shown.pop();
    shown
}

/// What a word is, if its shape says that it differs from run to run.
fn named(word: &str) -> String {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<usize> = word.split('-').map(str::len).collect();
    if groups == [8, 4, 4, 4, 12] && is_hex(&word.replace('-', "")) {
        // Ids of well-known resources are facts.
        if word.starts_with("0000000") {
            return word.to_owned();
        }
        return "<guid>".to_owned();
    }
    if word.starts_with("eyJ") && word.split('.').count() == 3 {
        return "<jwt>".to_owned();
    }
    if word.starts_with("1.A") && word.len() > 200 {
        return "<refresh token>".to_owned();
    }
    if word.starts_with("oae") && word.len() == 25 {
        return "<error id>".to_owned();
    }
    if word.len() == 32 && is_hex(word) {
        return "<32 hex>".to_owned();
    }
    if word.starts_with("eyJ") && word.len() > 40 {
        return "<base64url of JSON>".to_owned();
    }
    let is_random = word.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_random && (word.len() == 43 || word.len() == 32) {
        return format!("<{} characters>", word.len());
    }
    word.to_owned()
}

/// The claims of a token, unchecked.
pub(crate) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
