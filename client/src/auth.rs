//! How the client proves to the token endpoint who it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::assertion::Occasion;
use crate::error::Misuse;
use crate::request::Form;
use crate::{ClientAssertion, Secret};

/// Client authentication at the token endpoint (RFC 6749 section 2.3).
///
/// One request carries exactly one method: Okta refuses a Basic header beside a `client_id` in
/// the body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuth {
    /// No client at all: some APIs with a password flow of their own know users only, and there is
    /// no `client_id` then (RFC 6749 section 4.3.2 leaves it out of the request).
    Anonymous,
    /// A signed text in place of a secret (RFC 7523 section 2.2): a certificate at Entra,
    /// `private_key_jwt` at Okta, a platform's token for workload identity federation.
    Assertion {
        /// The client id.
        id: String,
        /// What is signed, and by what.
        assertion: ClientAssertion,
    },
    /// `client_id` and `client_secret` in the body (`client_secret_post`).
    SecretPost {
        /// The client id.
        id: String,
        /// The client secret.
        secret: Secret,
    },
    /// The Authorization header (`client_secret_basic`). Both halves are form-encoded before they
    /// are joined, as RFC 6749 section 2.3.1 asks.
    SecretBasic {
        /// The client id.
        id: String,
        /// The client secret.
        secret: Secret,
    },
    /// A public client: `client_id` in the body and nothing else.
    Public {
        /// The client id.
        id: String,
    },
}

impl ClientAuth {
    /// The client id.
    pub fn id(&self) -> &str {
        match self {
            Self::Anonymous => "",
            Self::Assertion { id, .. }
            | Self::SecretPost { id, .. }
            | Self::SecretBasic { id, .. }
            | Self::Public { id } => id,
        }
    }

    /// Whether the client proves who it is (RFC 6749 section 2.1, confidential clients).
    pub(crate) fn is_confidential(&self) -> bool {
        !matches!(self, Self::Anonymous | Self::Public { .. })
    }

    /// The client secret, if the method has one.
    fn secret(&self) -> Option<&Secret> {
        match self {
            Self::SecretPost { secret, .. } | Self::SecretBasic { secret, .. } => Some(secret),
            Self::Anonymous | Self::Assertion { .. } | Self::Public { .. } => None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Misuse> {
        if self.id().is_empty() && !matches!(self, Self::Anonymous) {
            return Err(Misuse::Empty("client id"));
        }
        if self.secret().is_some_and(Secret::is_empty) {
            return Err(Misuse::Empty("client secret"));
        }
        Ok(())
    }

    /// Puts the credentials where the method has them: into the form, or into the header that
    /// comes back.
    pub(crate) fn apply(
        &self,
        form: &mut Form,
        occasion: &Occasion<'_>,
    ) -> Result<Applied, Misuse> {
        match self {
            Self::Anonymous => Ok(Applied::in_form(None)),
            Self::Assertion { id, assertion } => {
                let signed = assertion.for_request(id, occasion)?;
                if assertion.names_client() {
                    form.push("client_id", id);
                }
                form.push("client_assertion_type", JWT_BEARER);
                form.push("client_assertion", signed.expose());
                Ok(Applied::in_form(Some(signed)))
            }
            Self::Public { id } => {
                form.push("client_id", id);
                Ok(Applied::in_form(None))
            }
            Self::SecretPost { id, secret } => {
                form.push("client_id", id);
                form.push("client_secret", secret.expose());
                Ok(Applied::in_form(Some(secret.clone())))
            }
            Self::SecretBasic { id, secret } => {
                let pair = format!("{}:{}", Form::encode(id), Form::encode(secret.expose()));
                let header = format!("Basic {}", STANDARD.encode(pair));
                // Base64 text is always a valid header value.
                let mut value = HeaderValue::try_from(header).ok();
                if let Some(value) = &mut value {
                    value.set_sensitive(true);
                }
                Ok(Applied {
                    authorization: value,
                    shown: Some(secret.clone()),
                })
            }
        }
    }
}

/// How a request shows who sends it.
pub(crate) struct Applied {
    /// The Authorization header.
    pub(crate) authorization: Option<HeaderValue>,
    /// The secret that the request holds now.
    pub(crate) shown: Option<Secret>,
}

impl Applied {
    fn in_form(shown: Option<Secret>) -> Self {
        Self {
            authorization: None,
            shown,
        }
    }
}

/// `client_assertion_type` of a JSON Web Token (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testkit::Occasions;

    fn decoded(id: &str, secret: &str) -> String {
        let auth = ClientAuth::SecretBasic {
            id: id.to_owned(),
            secret: Secret::new(secret),
        };
        let mut form = Form::default();
        let applied = auth.apply(&mut form, &Occasions::new().at_token()).unwrap();
        let header = applied.authorization.unwrap();
        assert_eq!(form.into_body(), "", "Basic leaves nothing in the body");
        let text = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
    }

    #[test]
    fn basic_encodes_both_halves_first() {
        insta::assert_snapshot!(decoded("1PpG/Q 1", "a%b+c:d=é"), @"1PpG%2FQ+1:a%25b%2Bc%3Ad%3D%C3%A9");
    }

    #[test]
    fn post_puts_both_into_the_body() {
        let auth = ClientAuth::SecretPost {
            id: "app".to_owned(),
            secret: Secret::new("s&cret"),
        };
        let mut form = Form::default();
        let applied = auth.apply(&mut form, &Occasions::new().at_token()).unwrap();
        assert!(applied.authorization.is_none());
        insta::assert_snapshot!(form.into_body(), @"client_id=app&client_secret=s%26cret");
    }

    #[test]
    fn debug_masks_the_secret() {
        let auth = ClientAuth::SecretBasic {
            id: "app".to_owned(),
            secret: Secret::new("canary"),
        };
        assert!(!format!("{auth:?}").contains("canary"));
    }

    #[test]
    fn empty_parts_are_misuse() {
        let auth = ClientAuth::SecretBasic {
            id: "app".to_owned(),
            secret: Secret::new(""),
        };
        insta::assert_snapshot!(auth.check().unwrap_err(), @"client secret is empty: give the one registered with the provider");
        let auth = ClientAuth::Public { id: String::new() };
        insta::assert_snapshot!(auth.check().unwrap_err(), @"client id is empty: give the one registered with the provider");
    }

    proptest! {
        #[test]
        fn the_colon_between_the_halves_is_the_only_one(id in ".+", secret in ".+") {
            prop_assert_eq!(decoded(&id, &secret).matches(':').count(), 1);
        }
    }
}
