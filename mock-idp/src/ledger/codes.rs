//! Authorization codes: each gives its tokens once (RFC 6749 section 4.1.2).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::authorizations::{AuthorizationRequest, Challenge, Progress};
use super::facts::{TokenFacts, TokenState};
use super::label::TokenLabel;
use super::manner::Manner;
use super::recent::Recent;
use super::refresh_family::Fingerprint;

/// How many codes a world remembers, and how many bytes of what was asked for. Older ones are unknown.
const REMEMBERED: usize = 10_000;
const BYTES: usize = 16 * 1024 * 1024;

/// The codes of a world.
#[derive(Clone, Debug)]
pub(super) struct Codes(Recent<Code>);

#[derive(Clone, Debug)]
struct Code {
    client: String,
    issuer: String,
    scope: Vec<String>,
    redirect_uri: String,
    nonce: Option<String>,
    challenge: Option<Challenge>,
    /// Who signed in and how.
    by: Progress,
    issued_at: Timestamp,
    expires_at: Timestamp,
    redeemed: bool,
    revoked_at: Option<Timestamp>,
}

/// What is shown with a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeShown<'a> {
    pub(crate) value: &'a str,
    pub(crate) client: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: Option<&'a str>,
}

/// What a code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redeemable {
    /// The id of the user who has signed in.
    pub(crate) user: String,
    pub(crate) manner: Manner,
    pub(crate) session: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) nonce: Option<String>,
    /// Whether a proof was announced.
    pub(crate) has_challenge: bool,
    pub(crate) issued_at: Timestamp,
    pub(crate) code: TokenLabel,
}

/// Why a code gives nothing. None of these uses it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CodeRefusal {
    /// Never given out here, or forgotten.
    Unknown,
    /// Given to another client.
    OtherClient,
    /// Given out by another tenant or authorization server.
    OtherIssuer,
    /// Sent to another address than the one that is shown.
    OtherRedirect {
        asked: String,
        shown: String,
    },
    /// It has given its tokens already.
    Redeemed,
    Expired,
    /// The user's sign-ins were revoked.
    Revoked {
        issued_at: Timestamp,
        revoked_at: Timestamp,
    },
    /// The proof that was announced is missing.
    VerifierMissing,
    /// It does not fit what was announced.
    VerifierWrong,
}

impl Codes {
    /// Gives out a code for a request that its user has approved.
    pub(super) fn issue(
        &mut self,
        request: AuthorizationRequest,
        by: Progress,
        fingerprint: Fingerprint,
        lifetime: Duration,
        now: Timestamp,
    ) -> TokenLabel {
        let bytes = request.scope.iter().map(String::len).sum::<usize>()
            + request.redirect_uri.len()
            + request.nonce.as_ref().map_or(0, String::len)
            + request.challenge.as_ref().map_or(0, |it| it.value.len());
        let code = Code {
            client: request.client,
            issuer: request.issuer,
            scope: request.scope,
            redirect_uri: request.redirect_uri,
            nonce: request.nonce,
            challenge: request.challenge,
            by,
            issued_at: now,
            expires_at: now.checked_add(lifetime).unwrap_or(Timestamp::MAX),
            redeemed: false,
            revoked_at: None,
        };
        TokenLabel::code(self.0.add(fingerprint, bytes, code))
    }

    /// What a code stands for if it would be honoured, without using it up.
    pub(super) fn examine(
        &self,
        fingerprint: &Fingerprint,
        shown: CodeShown<'_>,
        now: Timestamp,
    ) -> Result<Redeemable, CodeRefusal> {
        let serial = self.0.serial_of(fingerprint).ok_or(CodeRefusal::Unknown)?;
        let code = self.0.numbered(serial).ok_or(CodeRefusal::Unknown)?;
        code.check(shown, now)?;
        Ok(Redeemable {
            user: code.by.user.clone(),
            manner: code.by.manner,
            session: code.by.session.clone(),
            scope: code.scope.clone(),
            nonce: code.nonce.clone(),
            has_challenge: code.challenge.is_some(),
            issued_at: code.issued_at,
            code: TokenLabel::code(serial),
        })
    }

    /// The same, and uses it up.
    pub(super) fn redeem(
        &mut self,
        fingerprint: &Fingerprint,
        shown: CodeShown<'_>,
        now: Timestamp,
    ) -> Result<Redeemable, CodeRefusal> {
        let redeemable = self.examine(fingerprint, shown, now)?;
        if let Some(code) = self.0.numbered_mut(redeemable.code.serial) {
            code.redeemed = true;
        }
        Ok(redeemable)
    }

    /// How the user signed in to whom a code belongs.
    pub(super) fn manner_of(&self, fingerprint: &Fingerprint) -> Option<Manner> {
        let serial = self.0.serial_of(fingerprint)?;
        Some(self.0.numbered(serial)?.by.manner)
    }

    /// The same by the serial of its label.
    pub(super) fn manner_by_label(&self, serial: u32) -> Option<Manner> {
        Some(self.0.numbered(serial)?.by.manner)
    }

    pub(super) fn label_of(&self, fingerprint: &Fingerprint) -> Option<TokenLabel> {
        self.0.serial_of(fingerprint).map(TokenLabel::code)
    }

    /// What is known of a code by its label's serial.
    pub(super) fn labelled(&self, serial: u32) -> Option<TokenFacts> {
        let code = self.0.numbered(serial)?;
        Some(TokenFacts {
            label: TokenLabel::code(serial),
            parent: None,
            client: code.client.clone(),
            user: Some(code.by.user.clone()),
            issuer: code.issuer.clone(),
            scope: code.scope.clone(),
            issued_at: code.issued_at,
            expires_at: Some(code.expires_at),
        })
    }

    /// A code by its value, and how it stands at `now`: one that was redeemed is revoked.
    pub(super) fn state_of(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Option<(TokenFacts, TokenState)> {
        let serial = self.0.serial_of(fingerprint)?;
        let code = self.0.numbered(serial)?;
        let state = if code.redeemed || code.revoked_at.is_some() {
            TokenState::Revoked
        } else if code.expires_at <= now {
            TokenState::Expired
        } else {
            TokenState::Live
        };
        Some((self.labelled(serial)?, state))
    }

    /// Revokes one code; false if it is not remembered.
    pub(super) fn revoke(&mut self, serial: u32, now: Timestamp) -> bool {
        let code = self.0.numbered_mut(serial);
        code.map(|code| code.revoked_at.get_or_insert(now))
            .is_some()
    }

    /// Revokes the codes of a user.
    pub(super) fn revoke_of(&mut self, issuer: &str, user: &str, now: Timestamp) {
        for code in self.0.iter_mut() {
            if code.by.user == user && code.issuer == issuer {
                code.revoked_at.get_or_insert(now);
            }
        }
    }
}

impl Default for Codes {
    fn default() -> Self {
        Self(Recent::new(REMEMBERED, BYTES))
    }
}

impl Code {
    fn check(&self, shown: CodeShown<'_>, now: Timestamp) -> Result<(), CodeRefusal> {
        if self.client != shown.client {
            return Err(CodeRefusal::OtherClient);
        }
        if self.issuer != shown.issuer {
            return Err(CodeRefusal::OtherIssuer);
        }
        if self.redeemed {
            return Err(CodeRefusal::Redeemed);
        }
        if let Some(revoked_at) = self.revoked_at {
            return Err(CodeRefusal::Revoked {
                issued_at: self.issued_at,
                revoked_at,
            });
        }
        if self.expires_at <= now {
            return Err(CodeRefusal::Expired);
        }
        if self.redirect_uri != shown.redirect_uri {
            return Err(CodeRefusal::OtherRedirect {
                asked: self.redirect_uri.clone(),
                shown: shown.redirect_uri.to_owned(),
            });
        }
        match (&self.challenge, shown.verifier) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(CodeRefusal::VerifierMissing),
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
            (Some(_), Some(_)) => Err(CodeRefusal::VerifierWrong),
        }
    }
}

impl Challenge {
    /// RFC 7636 section 4.6.
    fn is_met_by(&self, verifier: &str) -> bool {
        if self.is_hashed {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == self.value
        } else {
            verifier == self.value
        }
    }
}
