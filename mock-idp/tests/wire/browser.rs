//! A browser without scripts: it follows no redirect by itself, keeps its cookies, and sends the forms of pages.

use mock_idp::Provider;
use mock_idp::directory::Application;
use mock_idp::journal::Origin;
use reqwest::Url;

use crate::answer::Answer;
use crate::stage::{Stage, TokenAsk};

/// The application of the built-in directory that signs users in, with all kinds of redirect URIs.
pub(crate) const PORTAL: &str = "1e2f3a4b-5c6d-4e7f-8091-a2b3c4d5e6f7";
pub(crate) const PORTAL_SECRET: &str = "entra-app-secret~K7rB3xYs";
pub(crate) const WEB: &str = "https://portal.contoso.example/callback";
pub(crate) const SPA: &str = "https://portal.contoso.example/spa";
pub(crate) const LOOPBACK: &str = "http://localhost";

/// The applications of the built-in org that sign users in.
pub(crate) const ORDERS_PORTAL: &str = "0oa5portalTokenPr0d7";
pub(crate) const ORDERS_PORTAL_SECRET: &str = "okta-app-secret_Ty7Nc2Bk9Sd4Gf1Jm6";
pub(crate) const CALLBACK: &str = "https://portal.okta.example/callback";
pub(crate) const ORDERS_PAGE: &str = "0oa6pageTokenproof07";
pub(crate) const PAGE: &str = "https://portal.okta.example/page";

/// A verifier, and its challenge (RFC 7636 appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Does something to the portal as it is registered.
pub(crate) fn change_portal(stage: &Stage, change: impl FnOnce(&mut Application)) {
    stage.idp.change_directory(|directory| {
        let mut applications = directory.entra.tenants[0].applications.iter_mut();
        change(applications.find(|known| known.id == PORTAL).unwrap());
    });
}

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser<'s> {
    stage: &'s Stage,
    session: Option<String>,
}

/// A request to the authorization endpoint under construction.
#[derive(Clone)]
pub(crate) struct Ask {
    url: String,
    parameters: Vec<(String, String)>,
}

/// Where a browser was sent back to, taken apart.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) to: String,
    pub(crate) members: Vec<(String, String)>,
}

impl Ask {
    /// The portal asks for a code, by the web kind of its redirect URIs.
    pub(crate) fn new(stage: &Stage) -> Self {
        let url = stage.idp.token_url().replace("/token", "/authorize");
        let parameters = Vec::new();
        Self { url, parameters }
            .with("client_id", PORTAL)
            .with("response_type", "code")
            .with("redirect_uri", WEB)
            .with("scope", "openid profile offline_access User.Read")
            .with("state", "a state")
    }

    /// The portal of the built-in org asks for a code of the example server.
    pub(crate) fn okta(stage: &Stage) -> Self {
        let url = stage.idp.token_url().replace("/token", "/authorize");
        let parameters = Vec::new();
        Self { url, parameters }
            .with("client_id", ORDERS_PORTAL)
            .with("response_type", "code")
            .with("redirect_uri", CALLBACK)
            .with("scope", "openid profile email offline_access orders.read")
            .with("state", "a-state_1,2.3")
    }

    /// The same with the proof of RFC 7636, for another redirect URI.
    pub(crate) fn to(self, redirect_uri: &str) -> Self {
        self.with("redirect_uri", redirect_uri)
            .with("code_challenge", CHALLENGE)
            .with("code_challenge_method", "S256")
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn at(mut self, url: String) -> Self {
        self.url = url;
        self
    }

    pub(crate) fn url(&self) -> String {
        Url::parse_with_params(&self.url, &self.parameters)
            .unwrap()
            .to_string()
    }
}

impl<'s> Browser<'s> {
    pub(crate) fn new(stage: &'s Stage) -> Self {
        let session = None;
        Self { stage, session }
    }

    pub(crate) async fn get(&mut self, url: &str) -> Answer {
        self.send(self.stage.http.get(url)).await
    }

    pub(crate) async fn ask(&mut self, ask: &Ask) -> Answer {
        self.get(&ask.url()).await
    }

    /// Sends the form of a page with these fields.
    pub(crate) async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let action = attribute(&page.body, "<form method=\"post\" action=\"");
        let origin = match self.stage.idp.provider() {
            Provider::Entra => Origin::Login,
            Provider::Okta => Origin::Org,
        };
        let url = format!("{}{action}", self.stage.idp.origin(origin));
        let mut form: Vec<(String, String)> = hidden(page);
        let owned = fields
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        form.extend(owned);
        let request = self.stage.http.post(url).form(&form);
        self.send(request).await
    }

    /// Signs in on a page with name and password.
    pub(crate) async fn sign_in(&mut self, page: &Answer, login: &str, password: &str) -> Answer {
        assert!(page.body.contains("name=\"password\""), "{}", page.body);
        let fields = [
            ("username", login),
            ("password", password),
            ("action", "sign_in"),
        ];
        self.submit(page, &fields).await
    }

    /// Signs the example user in, and says where that leads.
    pub(crate) async fn signed_in(&mut self, ask: &Ask) -> Sent {
        let page = self.ask(ask).await;
        let who = self.stage.idp.credentials();
        let answer = self
            .sign_in(&page, &who.username, who.password.reveal())
            .await;
        sent(&answer)
    }

    fn cookie(&self) -> &'static str {
        match self.stage.idp.provider() {
            Provider::Entra => "ESTSAUTH=",
            Provider::Okta => "sid=",
        }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(session) = &self.session {
            let ours = self.cookie();
            request = request.header("cookie", format!("other=1; {ours}{session}"));
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        for cookie in answer.all("set-cookie") {
            if let Some(rest) = cookie.strip_prefix(self.cookie()) {
                let value = rest.split(';').next().unwrap_or_default();
                self.session = (!value.is_empty()).then(|| value.to_owned());
            }
        }
        answer
    }
}

impl Sent {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut members = self.members.iter();
        members
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn code(&self) -> String {
        let code = self.get("code");
        code.unwrap_or_else(|| panic!("no code in {self:?}"))
            .to_owned()
    }

    /// The error and its number.
    pub(crate) fn error(&self) -> String {
        let described = self.get("error_description").unwrap_or_default();
        let number = described.split(':').next().unwrap_or_default();
        format!("{} {number}", self.get("error").unwrap_or_default())
    }

    /// The names of all members, in order.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|(name, _)| name.as_str()).collect();
        names.join(" ")
    }
}

/// Takes a redirect apart, whichever way it carries its members.
pub(crate) fn sent(answer: &Answer) -> Sent {
    assert_eq!(answer.status, 302, "{}", answer.body);
    sent_to(answer.header("location").unwrap())
}

pub(crate) fn sent_to(url: &str) -> Sent {
    let url = Url::parse(url).unwrap();
    let members = match url.fragment() {
        Some(fragment) if !fragment.is_empty() => fragment,
        _ => url.query().unwrap_or_default(),
    };
    let members = Url::parse(&format!("http://x/?{members}")).unwrap();
    let mut to = url.clone();
    to.set_fragment(None);
    to.set_query(None);
    Sent {
        to: to.to_string(),
        members: members
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
    }
}

/// The hidden fields of a page.
pub(crate) fn hidden(page: &Answer) -> Vec<(String, String)> {
    page.body
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|rest| {
            let name = rest.split('"').next().unwrap();
            (name.to_owned(), attribute(rest, "value=\""))
        })
        .collect()
}

fn attribute(text: &str, start: &str) -> String {
    let rest = text.split(start).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {start} in {text}"));
    let value = rest.split('"').next().unwrap();
    let value = value.replace("&lt;", "<").replace("&gt;", ">");
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// The portal's token request with a code, by the web kind of its redirect URIs.
pub(crate) fn redeem<'s>(stage: &'s Stage, code: &str) -> TokenAsk<'s> {
    stage
        .ask("authorization_code")
        .with("client_id", PORTAL)
        .with("client_secret", PORTAL_SECRET)
        .with("code", code)
        .with("redirect_uri", WEB)
}

/// The token request of the built-in org's portal with a code.
pub(crate) fn redeem_okta<'s>(stage: &'s Stage, code: &str) -> TokenAsk<'s> {
    as_portal(stage.ask("authorization_code"))
        .with("code", code)
        .with("redirect_uri", CALLBACK)
}

/// A request as the built-in org's portal.
pub(crate) fn as_portal(ask: TokenAsk<'_>) -> TokenAsk<'_> {
    ask.with("client_id", ORDERS_PORTAL)
        .with("client_secret", ORDERS_PORTAL_SECRET)
}

/// The same by another kind, with the proof and without a secret.
pub(crate) fn redeem_at<'s>(stage: &'s Stage, code: &str, redirect_uri: &str) -> TokenAsk<'s> {
    redeem(stage, code)
        .without("client_secret")
        .with("redirect_uri", redirect_uri)
        .with("code_verifier", VERIFIER)
}

/// A refresh by the portal.
pub(crate) fn refresh<'s>(stage: &'s Stage, token: &str) -> TokenAsk<'s> {
    stage
        .refresh(token)
        .with("client_id", PORTAL)
        .with("client_secret", PORTAL_SECRET)
}

/// Status, error and number of an answer of the token endpoint; `200` for one that is granted.
pub(crate) async fn said(ask: TokenAsk<'_>) -> String {
    let answer = ask.send().await;
    if answer.status == 200 {
        return "200".to_owned();
    }
    let number = &answer.json()["error_codes"][0];
    format!("{} {} {number}", answer.status, answer.text("error"))
}

/// What a page tells went wrong.
pub(crate) fn alert(page: &Answer) -> String {
    let alert = page.body.split("role=\"alert\">").nth(1).unwrap();
    let alert = alert.split("</p>").next().unwrap();
    alert.split(" Trace ID").next().unwrap().to_owned()
}

/// The heading of a page.
pub(crate) fn title(page: &Answer) -> &str {
    let title = page.body.split("<h1>").nth(1).unwrap();
    title.split("</h1>").next().unwrap()
}
