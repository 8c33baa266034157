//! What a resource server finds when it is shown a bearer token (RFC 6750, RFC 9068 section 4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use crate::inbound::Inbound;
use crate::journal::Presented;
use crate::ledger::TokenState;
use crate::world::World;

/// The `Authorization` header of a request, taken apart. No `Debug`: it would show the credential.
#[derive(Clone)]
pub(crate) struct Shown {
    /// The scheme as sent; empty when there was no header.
    pub(crate) scheme: String,
    /// What followed it.
    pub(crate) credential: String,
    /// Whether there was more than one such header: none of them counts then.
    several: bool,
}

impl Shown {
    /// The same credential as a bearer token, once whoever has to has looked at how it was shown.
    pub(crate) fn into_bearer(mut self) -> Self {
        "Bearer".clone_into(&mut self.scheme);
        self
    }
}

/// What the journal says in the place of a scheme when there was more than one.
const SEVERAL: &str = "several";

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No `Authorization: Bearer` header, or more than one.
    Missing,
    /// Not three parts of base64url with JSON in them.
    NotAToken,
    /// Another algorithm than RS256, `none` included.
    Algorithm,
    /// A key that is not published, or a signature that it did not make.
    Signature,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies ahead.
    NotYetValid,
    /// Revoked before its time.
    Revoked,
    /// Meant for another resource.
    Audience,
    /// Issued by somebody else.
    Issuer,
}

/// Splits the header at its scheme. A scheme without a space after it is told from its credential by `glued`, which Okta accepts for `SSWS`.
///
/// Several headers show no credential: which of them a vendor would take, and whether it would refuse them by a 400, is not
/// known (RFC 6750 section 3.1 has `invalid_request` for it). Assumed: it answers as if nothing had been shown.
pub(crate) fn shown(inbound: &Inbound, glued: &[&str]) -> Shown {
    if inbound
        .headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .count()
        > 1
    {
        return Shown {
            scheme: SEVERAL.to_owned(),
            credential: String::new(),
            several: true,
        };
    }
    let value = inbound.header(header::AUTHORIZATION).unwrap_or_default();
    if let Some((scheme, credential)) = value.split_once(' ') {
        return Shown {
            scheme: scheme.to_owned(),
            credential: credential.trim().to_owned(),
            several: false,
        };
    }
    for scheme in glued {
        if let Some((start, rest)) = value.split_at_checked(scheme.len())
            && start.eq_ignore_ascii_case(scheme)
            && !rest.is_empty()
        {
            return Shown {
                scheme: start.to_owned(),
                credential: rest.to_owned(),
                several: false,
            };
        }
    }
    Shown {
        scheme: value.to_owned(),
        credential: String::new(),
        several: false,
    }
}

/// How the ledger regards what was shown: for the journal.
pub(crate) fn presented(world: &World, shown: &Shown) -> Option<Presented> {
    if shown.scheme.is_empty() {
        return None;
    }
    let mut presented = presented_token(world, &shown.credential, &shown.scheme);
    if shown.several {
        SEVERAL.clone_into(&mut presented.scheme);
    }
    Some(presented)
}

/// How the ledger regards a token value.
pub(crate) fn presented_token(world: &World, value: &str, scheme: &str) -> Presented {
    let now = world.clock.now();
    let (facts, state) = world.ledger.state_of(value, now);
    Presented {
        token: facts.as_ref().map(|facts| facts.label),
        scheme: shown_scheme(scheme, value),
        state,
        seconds_left: facts
            .as_ref()
            .and_then(|facts| facts.expires_at)
            .map(|end| end.as_second() - now.as_second()),
        client: facts.map(|facts| facts.client),
    }
}

/// A scheme as sent. What stands in its place but is none could itself be a secret.
fn shown_scheme(scheme: &str, credential: &str) -> String {
    const REGISTERED: [&str; 6] = ["Basic", "Bearer", "Digest", "DPoP", "Negotiate", "SSWS"];
    let is_registered = REGISTERED
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    let is_word = scheme.len() <= 16 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_registered || scheme.is_empty() || (is_word && !credential.is_empty()) {
        scheme.to_owned()
    } else {
        "***".to_owned()
    }
}

/// Validates a bearer token as a resource server does, on the world's clock, and returns its claims.
pub(crate) fn inspect(
    world: &World,
    shown: &Shown,
    audiences: &[&str],
    issuers: &[&str],
) -> Result<Value, Trouble> {
    if !shown.scheme.eq_ignore_ascii_case("bearer") || shown.credential.is_empty() {
        return Err(Trouble::Missing);
    }
    let token = shown.credential.as_str();
    let claims = verified(world, token)?;
    let now = world.clock.now();
    let instant = |name: &str| {
        claims[name]
            .as_i64()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    if instant("exp").is_none_or(|end| end <= now) {
        return Err(Trouble::Expired);
    }
    if instant("nbf").is_some_and(|start| start > now) {
        return Err(Trouble::NotYetValid);
    }
    if !claims["iss"]
        .as_str()
        .is_some_and(|issuer| issuers.contains(&issuer))
    {
        return Err(Trouble::Issuer);
    }
    if !claims["aud"]
        .as_str()
        .is_some_and(|audience| audiences.contains(&audience))
    {
        return Err(Trouble::Audience);
    }
    if world.ledger.state_of(token, now).1 == TokenState::Revoked {
        return Err(Trouble::Revoked);
    }
    Ok(claims)
}

/// The claims of a token that a published key has signed, whatever they say.
pub(crate) fn verified(world: &World, token: &str) -> Result<Value, Trouble> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Trouble::NotAToken);
    };
    let json = |part: &str| -> Result<Value, Trouble> {
        let bytes = URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| Trouble::NotAToken)?;
        serde_json::from_slice(&bytes).map_err(|_| Trouble::NotAToken)
    };
    let (header_members, claims) = (json(header)?, json(claims)?);
    if header_members["alg"] != "RS256" {
        return Err(Trouble::Algorithm);
    }
    let issuer = claims["iss"].as_str().unwrap_or_default();
    let key = header_members["kid"]
        .as_str()
        .and_then(|kid| world.published_key(issuer, kid))
        .ok_or(Trouble::Signature)?;
    let signed = &token[..token.len() - signature.len() - 1];
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Trouble::NotAToken)?;
    // The provider is named here instead of left to the process, which may have installed another or two.
    let verifier = (jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.verifier_factory)(
        &Algorithm::RS256,
        key.verifying(),
    )
    .map_err(|_| Trouble::Signature)?;
    verifier
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| Trouble::Signature)?;
    Ok(claims)
}
