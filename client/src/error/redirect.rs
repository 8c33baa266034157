//! A sign-in that came back wrong.

/// What the browser brought back is no sign-in (RFC 6749 section 4.1.2, RFC 9207 section 2.4).
///
/// Redirects come through the user's browser, where others can send it too: one that does not
/// belong to the sign-in is to be dropped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// The same sign-in has come back before.
    #[error("this sign-in has come back before; begin another")]
    AlreadyUsed,
    /// Neither a code nor an error.
    #[error("sign-in came back without a code")]
    NoCode,
    /// The provider says that it always names itself, and did not.
    #[error("sign-in came back without its issuer (RFC 9207 section 2.4)")]
    NoIssuer,
    /// The provider refused the sign-in, or the user did (RFC 6749 section 4.1.2.1).
    #[error("sign-in was refused with {error}{}", described(.description.as_deref()))]
    Refused {
        /// The `error` code.
        error: String,
        /// The `error_description`. For people, never for decisions.
        description: Option<String>,
    },
    /// A parameter stands there more than once.
    #[error("sign-in came back with more than one {0}")]
    Repeated(&'static str),
    /// It comes from another issuer than the one that was asked: a mix-up attack, or a wrong
    /// issuer in the configuration.
    #[error("sign-in came back from issuer \"{found}\" in place of \"{expected}\"")]
    WrongIssuer {
        /// The issuer that was asked.
        expected: String,
        /// The one that answered.
        found: String,
    },
    /// It belongs to another sign-in, or to none: it may be forged.
    #[error("sign-in came back with a state that is not of this request; drop it")]
    WrongState,
}

fn described(description: Option<&str>) -> String {
    description.map_or_else(String::new, |text| format!(": {text}"))
}
