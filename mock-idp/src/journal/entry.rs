//! One exchange as the journal keeps it: facts and labels, never secrets.

use std::fmt;
use std::net::SocketAddr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::endpoint::Endpoint;
use super::instant::Instant;
use crate::directory::Leniency;
use crate::entropy::hex;
use crate::expect::line;
use crate::ledger::{TokenLabel, TokenState};

/// One request and what became of it.
///
/// Every text in it has been through redaction: tokens stand as labels, secrets as `***`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Counts up from 1 in order of arrival.
    pub number: u64,
    /// The TCP connection it came in on, counted up from 1.
    pub connection: u64,
    /// The other end of that connection. Never serialised: ports differ from run to run.
    #[serde(skip)]
    pub peer: Option<SocketAddr>,
    /// When the whole request had arrived, on the timeline that server and client share.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// The same instant on the server's clock, which may be offset.
    #[schemars(with = "Instant")]
    pub server_time: Timestamp,
    /// When the answer was handed to the connection, on the shared timeline; none while it is held or if it never was.
    #[schemars(with = "Option<Instant>")]
    pub answered_at: Option<Timestamp>,
    /// Which of the world's origins was dialled.
    pub origin: Origin,
    /// What was asked for.
    pub endpoint: Endpoint,
    /// The HTTP method as sent.
    pub method: String,
    /// Path and query as sent, redacted.
    pub path: String,
    /// The media type of the body as sent, without parameters, in lower case; none without the header.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The id the client gave its request: `client-request-id` (Entra) or `x-okta-request-id` (Okta), redacted.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The body of a request to a resource: how long it was, and a digest that tells equal bodies from others. None where it is
    /// empty, and never for token requests.
    #[serde(default)]
    pub body: Option<BodyFacts>,
    /// What a request to the token, authorization, device or managed identity endpoint said; none elsewhere.
    pub token_request: Option<TokenRequestFacts>,
    /// The token shown: the refresh token or code of a token request, the access token of a resource request.
    pub presented: Option<Presented>,
    /// Secrets met where they must not stand, recorded before redaction.
    pub secrets: Vec<SecretSighting>,
    /// The named hold that kept the answer back, if one did.
    pub held: Option<Held>,
    /// The answer; none until there is one.
    pub reply: Option<ReplyFacts>,
}

impl Entry {
    /// The application whose request it is, by its client id: the one that asks for a token, or that the token it shows was
    /// issued to.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        let asks = self
            .token_request
            .as_ref()
            .and_then(|asked| asked.client.as_deref());
        asks.or_else(|| self.presented.as_ref()?.client.as_deref())
    }

    /// The HTTP status of the answer; none if there is none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let status = self.reply.as_ref()?.status;
        (status != 0).then_some(status)
    }

    /// The OAuth `error` of the answer, or the vendor's code where it has none.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.reply.as_ref()?.error.as_deref()
    }

    /// The same before anything became of it.
    pub(super) fn as_it_arrived(&self) -> Self {
        Self {
            answered_at: None,
            held: None,
            reply: None,
            ..self.clone()
        }
    }

    /// The tokens that the answer carries.
    #[must_use]
    pub fn issued(&self) -> &[TokenLabel] {
        self.reply.as_ref().map_or(&[], |reply| &reply.issued)
    }
}

/// As one line: `#2 2030-01-01T00:00:30Z POST /token refresh_token of app RT#1 (expired) -> 400 invalid_grant`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} {}", self.number, self.at, line::what(self))
    }
}

/// The body of a request, without what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BodyFacts {
    /// Its length in bytes.
    pub bytes: u64,
    /// The first 16 hexadecimal digits of its SHA-256, with a salt from the world's seed.
    pub digest: String,
}

impl BodyFacts {
    /// The facts of a body. Equal bodies have equal digests where the salt is the same.
    pub(crate) fn of(body: &[u8], salt: &[u8; 32]) -> Self {
        let digest = Sha256::new()
            .chain_update(salt)
            .chain_update(body)
            .finalize();
        Self {
            bytes: body.len() as u64,
            digest: hex(&digest[..8]),
        }
    }
}

/// The doors of a world.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Entra's login host.
    Login,
    /// Microsoft Graph.
    Graph,
    /// The metadata service of an Azure virtual machine, which hands out tokens of its managed identities. Always plain HTTP.
    ManagedIdentity,
    /// An Okta org.
    Org,
    /// A customer's own API, protected by tokens of an Okta custom authorization server.
    Api,
    /// A host that is not the provider's, where some redirects lead. Nothing secret may arrive here.
    Foreign,
}

/// The facts of a token request (RFC 6749 section 4 and 6) or of another that begins one, without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRequestFacts {
    /// `grant_type` as sent.
    pub grant: Option<String>,
    /// `client_id`, from wherever it came.
    pub client: Option<String>,
    /// The ways in which the client authenticated; more than one breaks RFC 6749 section 2.3.
    pub auth: Vec<AuthMethod>,
    /// How the halves of a Basic header were spelt; none without one, or where the spelling cannot be told.
    #[serde(default)]
    pub basic: Option<BasicSpelling>,
    /// The names of all parameters, body before query, in order, each once.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Tenant segment (Entra) or authorization server id (Okta) of the path.
    pub issuer: Option<String>,
    /// `scope`, split at spaces.
    pub scope: Vec<String>,
    /// `username` of the password grant.
    pub user: Option<String>,
    /// Names of parameters that were sent more than once.
    pub repeated: Vec<String>,
}

/// A client authentication method (RFC 6749 section 2.3, RFC 7523).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// HTTP Basic.
    Basic,
    /// `client_secret` in the form body.
    Post,
    /// `client_assertion`.
    Assertion,
}

/// How id and secret stand in a Basic header (RFC 6749 section 2.3.1), where form-encoding would change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BasicSpelling {
    /// Form-encoded, as the standard has it.
    Encoded,
    /// As they are.
    Raw,
}

/// A token that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Presented {
    /// Its label; none if this world did not issue it.
    pub token: Option<TokenLabel>,
    /// `Bearer`, `SSWS` … of a resource request, as sent; `several` for more than one `Authorization` header, which shows nothing;
    /// empty for a refresh token.
    pub scheme: String,
    /// How the server regards it at this instant.
    pub state: TokenState,
    /// Seconds until it expires on the server's clock, negative when past; none without expiry.
    pub seconds_left: Option<i64>,
    /// The application it was issued to, by its client id; none if this world did not issue it.
    #[serde(default)]
    pub client: Option<String>,
}

/// A secret seen in a place that others can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretSighting {
    /// What it was: `client_secret`, `password`, or a token's label.
    pub what: String,
    /// Where it stood.
    pub place: SecretPlace,
}

/// Where a secret stood. Only the places where it has no business are recorded.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// In the request line.
    Url,
    /// In a header other than `Authorization`; on a foreign origin, in any header.
    Header,
    /// In the body of a request to a resource, or of a token request under another name.
    Body,
}

/// An answer kept back by a named hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// The hold's name.
    pub name: String,
    /// When the request was parked, on the shared timeline.
    #[schemars(with = "Instant")]
    pub from: Timestamp,
    /// When it was let go; none while it is parked.
    #[schemars(with = "Option<Instant>")]
    pub until: Option<Timestamp>,
}

/// The answer to a request, as it left or was meant to leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyFacts {
    /// HTTP status; 0 if the connection was cut before there was one.
    pub status: u16,
    /// The OAuth `error` code, or the vendor's error code where the body has no `error`.
    pub error: Option<String>,
    /// `AADSTS` number or Okta E-code, if any.
    pub vendor_code: Option<String>,
    /// Headers that checks and reports need, lower-case names, in order: date, retry-after, x-rate-limit-*, www-authenticate, location.
    pub headers: Vec<(String, String)>,
    /// Tokens that this answer carries.
    pub issued: Vec<TokenLabel>,
    /// What the request has changed in the directory, in words without secrets; none if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// The fault rule that shaped the answer, by its label.
    pub fault: Option<String>,
    /// The rate limit that refused the request: its place among those in force then, counted from 0, and what of it was used up:
    /// `limits[0].requests`, `limits[0].concurrent`, or `limits[0].block` while it refuses everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// What the directory's laxity has let pass that would have been refused; empty for an answer that needed none of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leniencies: Vec<Leniency>,
    /// What the connection did with the answer.
    pub delivery: Delivery,
}

/// What became of an answer on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Sent whole, whatever became of the connection then.
    Sent,
    /// The connection was reset instead; any state change stands.
    Reset,
    /// Cut off in the middle of the body.
    Truncated,
    /// The connection was reset in the middle of the body.
    ResetBody,
    /// Other bytes were sent in place of an HTTP answer.
    Raw,
    /// Never sent, the connection left open.
    Withheld,
}
