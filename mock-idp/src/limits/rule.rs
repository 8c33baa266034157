//! [`LimitRule`]: what is limited, how, and how it is told.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::Pattern;
use super::text;
use crate::fault::Length;
use crate::journal::{Endpoint, Origin};

/// A limit on how many requests come in a time, on how many are in progress at once, or on both.
///
/// A request counts against every rule that is for it, or, if one of them refuses it, against none; [`count_refused`](Self::count_refused)
/// makes an exception. In place of the vendor's own limits at an endpoint stand the rules that are for that endpoint, whatever
/// the path, and that say `requests` or `unlimited`; a limit on requests in progress comes on top.
///
/// ```
/// use std::time::Duration;
/// use mock_idp::journal::Endpoint;
/// use mock_idp::limits::{By, LimitRule};
///
/// let per_address = LimitRule::requests(5, Duration::from_secs(1))
///     .at(Endpoint::Token)
///     .by([By::Address]);
/// let at_once = LimitRule::concurrency(15).by([By::World]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(
    description = "A limit on how many requests come in a time, on how many are in progress at once, or on both."
)]
#[non_exhaustive]
pub struct LimitRule {
    /// The endpoint, or a list of endpoints; without it, everything that is asked, also what is not served.
    #[serde(with = "text::one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "text::one_or_many::schema::<Endpoint>")]
    pub to: Vec<Endpoint>,
    /// Only at this origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Only paths like these: `/api/v1/users`, `/api/v1/users/*` for any one segment, `/api/v1/**` for what follows. Upper and
    /// lower case are alike, and the query does not matter. Of the rules for requests in a time that name paths, only those with
    /// the most exact one are for a request (Okta: "exact match beats prefix").
    #[serde(with = "text::one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "text::one_or_many::schema::<String>")]
    pub paths: Vec<String>,
    /// Only these HTTP methods.
    #[serde(with = "text::one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "text::one_or_many::schema::<String>")]
    pub methods: Vec<String>,
    /// How many requests a window admits; goes with `per`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u32>,
    /// How long a window lasts: `60s`. At least a millisecond.
    #[serde(with = "text::length", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub per: Option<Duration>,
    /// Where a window begins.
    pub window: Window,
    /// How many requests may be in progress at once: from their arrival until their answer is handed to the connection, or until
    /// the peer hangs up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// `requests`, or `concurrent`, is half of so many: a principal that was given another share than half (Okta's principal rate
    /// limits) may use that share of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of: Option<u32>,
    /// How many times `requests` a window admits before it refuses; once without it. Answers show nothing left from the first
    /// time on (Okta's burst: five times).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub burst: Option<u32>,
    /// Whether it only counts: it refuses nobody, and no answer shows it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// Whether it is only for requests of which is known whose they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known_only: bool,
    /// No limit on requests in a time: takes the vendor's own away.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlimited: bool,
    /// Whose requests are counted together, each principal's without it. A list counts apart whoever differs in any of them.
    #[serde(with = "text::one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "text::one_or_many::schema::<By>")]
    pub by: Vec<By>,
    /// Whether a request counts here that is refused, by this rule or by another. With it, whoever does not stop asking finds a
    /// sliding window always full, and a block begun anew.
    pub count_refused: bool,
    /// How long everything is refused once a request was one too many; then the window begins afresh. Without it, until there is
    /// room again.
    #[serde(with = "text::length", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Length>")]
    pub block: Option<Duration>,
    /// What a refusal looks like.
    pub form: Form,
    /// Which answers show limit, remaining requests and reset; as the vendor does without it. Okta shows them with every answer
    /// (`X-Rate-Limit-*`, the reset in seconds since 1970), Entra never; with this it does (`RateLimit-*`, the reset in seconds
    /// from now, as SharePoint's API has it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// To which side of the truth the reset is told, in those headers and in `Retry-After`.
    pub reset: Reset,
    /// How a refusal says when to come again; as the vendor does without it: Entra in seconds, Okta not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
}

/// Where a window begins, and so when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitWindow")]
pub enum Window {
    /// With its first request (Okta).
    #[default]
    Fixed,
    /// It ends now: what counts are the requests of the time that has just passed.
    Sliding,
    /// At whole multiples of its length since 1970: one of 60 s on the minute.
    Aligned,
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitBy")]
pub enum By {
    /// Everybody's.
    World,
    /// The vendor's idea of who asks: the application at the token endpoint; elsewhere the API token, or the application that the
    /// access token was issued to. Tokens that this world does not know count as one.
    Principal,
    /// The `client_id` of a token request or of the token shown.
    Client,
    /// The other end's IP address.
    Address,
    /// The user who signs in or for whom the token speaks.
    User,
    /// The browser, by the cookie that tells browsers apart (Okta's `dt`).
    Device,
    /// The endpoint.
    Endpoint,
    /// The path.
    Path,
    /// Requests that ask for the same: of the token endpoint by the same client, tenant, user, grant, scopes or resource, and redirect URI,
    /// with whatever secret, code or token; elsewhere the same method and path for the same client and user.
    Request,
}

/// What a refusal looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitForm")]
pub enum Form {
    /// 429 as the vendor has it: Okta's E0000047; plain text at Entra's token endpoint, JSON at Graph.
    #[default]
    Vendor,
    /// 429 in plain text.
    Text,
    /// 429 in JSON, also where the vendor has plain text.
    Json,
    /// 403 in JSON.
    Forbidden,
    /// Entra's "client request loop": 400 `invalid_grant`, AADSTS50196.
    Loop,
}

/// Which answers show the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitHeaders")]
pub enum Headers {
    /// Every answer.
    Always,
    /// Refusals.
    Refused,
    /// None.
    Never,
}

/// To which side of the truth a reset is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitReset")]
pub enum Reset {
    /// The next whole second: whoever waits for it is admitted.
    #[default]
    Ceil,
    /// The whole second before: up to a second too early.
    Floor,
    /// With its fraction, as `1893456060.250`.
    Exact,
    /// A second ago, although the window is not over.
    Past,
}

/// How a refusal says when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "LimitRetryAfter")]
pub enum RetryAfter {
    /// Not at all.
    None,
    /// In seconds.
    Seconds,
    /// As a date (RFC 9110 section 10.2.3).
    Date,
}

/// Why a rule limits nothing or says two things at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadLimit {
    /// More rules than a world keeps: every request is held against all that are for it.
    #[error("{given} limits; a world keeps {most} at most")]
    TooMany {
        /// How many were given.
        given: usize,
        /// How many there may be.
        most: usize,
    },
    /// Neither `requests` nor `concurrent` nor `unlimited`.
    #[error(
        "a limit without a number; give it `requests` and `per`, or `concurrent`, or `unlimited: true`"
    )]
    Nothing,
    /// `requests` without `per`, or the other way round.
    #[error("`{0}` without `{1}`; a limit on requests in a time needs both")]
    Half(&'static str, &'static str),
    /// `unlimited` beside `requests`.
    #[error("`unlimited` beside `requests`; leave one of them out")]
    Both,
    /// A window shorter than a millisecond.
    #[error("a window of {0:?}; the shortest is a millisecond")]
    TooShort(Duration),
    /// A burst of nothing.
    #[error("`burst: 0` admits nothing; write how many times `requests` is admitted, such as `5`")]
    NoBurst,
    /// `world` beside others.
    #[error("`by` has `world`, which counts everybody together, beside what tells them apart")]
    WorldAndMore,
    /// [`Endpoint::Connection`], where no request arrives.
    #[error("`to` has `connection`, which is no request; limits are for requests")]
    Connection,
    /// A path that is none.
    #[error(
        "`{0}` is no path; write one that begins with `/`, with `*` for a whole segment and `**` for what follows, at its end only"
    )]
    Path(String),
}

impl LimitRule {
    /// So many requests of each principal in a fixed window of this length, wherever they go.
    #[must_use]
    pub fn requests(requests: u32, per: Duration) -> Self {
        Self {
            requests: Some(requests),
            per: Some(per),
            ..Self::default()
        }
    }

    /// So many requests in progress at once of each principal, wherever they go.
    ///
    /// Okta: 15 to 75 for an org by what it has bought
    /// (developer.okta.com/docs/reference/rl-additional-limits), which no world has unless it is told to.
    #[must_use]
    pub fn concurrency(at_once: u32) -> Self {
        Self {
            concurrent: Some(at_once),
            ..Self::default()
        }
    }

    /// No limit on requests in a time.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            unlimited: true,
            ..Self::default()
        }
    }

    /// Entra's detector of client request loops: the 15th identical token request within five minutes is refused with
    /// AADSTS50196, and so is every one of the next two minutes.
    ///
    /// The number and the five minutes are documented (learn.microsoft.com/entra/identity-platform/reference-breaking-changes,
    /// March 2019); that it takes two minutes to clear was observed. Entra tells clients apart by a cookie and may not watch
    /// app-only requests, which is why no world has this unless it is told to.
    #[must_use]
    pub fn loop_detection() -> Self {
        let mut rule = Self::requests(14, Duration::from_secs(300))
            .at(Endpoint::Token)
            .by([By::Request]);
        rule.window = Window::Sliding;
        rule.block = Some(Duration::from_secs(120));
        rule.form = Form::Loop;
        rule.retry_after = Some(RetryAfter::None);
        rule
    }

    /// The same for requests to this endpoint, and to those already named.
    #[must_use]
    pub fn at(mut self, endpoint: Endpoint) -> Self {
        self.to.push(endpoint);
        self
    }

    /// The same, counting together whoever agrees in these.
    #[must_use]
    pub fn by(mut self, by: impl IntoIterator<Item = By>) -> Self {
        self.by = by.into_iter().collect();
        self
    }

    /// Whether the rule can be followed.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] when it limits nothing or says two things at once.
    pub fn check(&self) -> Result<(), BadLimit> {
        match (self.requests, self.per) {
            (Some(_), None) => return Err(BadLimit::Half("requests", "per")),
            (None, Some(_)) => return Err(BadLimit::Half("per", "requests")),
            (Some(_), _) if self.unlimited => return Err(BadLimit::Both),
            (None, None) if self.concurrent.is_none() && !self.unlimited => {
                return Err(BadLimit::Nothing);
            }
            (_, Some(per)) if per < Duration::from_millis(1) => {
                return Err(BadLimit::TooShort(per));
            }
            _ => {}
        }
        if self.burst == Some(0) {
            return Err(BadLimit::NoBurst);
        }
        if self.by.contains(&By::World) && self.by.iter().any(|by| *by != By::World) {
            return Err(BadLimit::WorldAndMore);
        }
        if self.to.contains(&Endpoint::Connection) {
            return Err(BadLimit::Connection);
        }
        match self
            .paths
            .iter()
            .find(|path| Pattern::parse(path).is_none())
        {
            Some(path) => Err(BadLimit::Path(path.clone())),
            None => Ok(()),
        }
    }

    /// What is told apart by it; an empty list in a rule means the principal.
    pub(super) fn told_apart(&self) -> &[By] {
        match self.by.as_slice() {
            [] => &[By::Principal],
            by => by,
        }
    }
}
