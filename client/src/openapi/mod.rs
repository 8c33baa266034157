//! Tokens for the API that an OpenAPI document describes.
//!
//! The document says where tokens are had (`securitySchemes`), an authentication block says who the client is, and
//! [`Document::plan`] puts the two together:
//!
//! ```
//! use token_client::openapi::{Authentication, Document};
//!
//! let document = Document::parse(r#"
//! openapi: 3.1.0
//! servers: [{ url: https://api.example/v1/ }]
//! security: [{ main: [things.read] }]
//! components:
//!   securitySchemes:
//!     main:
//!       type: oauth2
//!       flows:
//!         clientCredentials:
//!           tokenUrl: /oauth/token
//!           scopes: { things.read: Reads things, things.write: Writes them }
//! "#)?;
//! let block: Authentication =
//!     serde_json::from_str(r#"{"client_id":"app","client_secret":"from a vault"}"#)?;
//!
//! let plan = document.plan(&block)?;
//! assert_eq!(plan.token_url(), Some("https://api.example/oauth/token"));
//! assert_eq!(plan.scopes(), ["things.read"]);
//! let client = plan.builder()?.build()?;
//! # let _ = client;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The flows `password` and `clientCredentials` are used; all others need a person and are reported by name. Where the scheme is
//! `openIdConnect`, or has no token URL but an `oauth2MetadataUrl`, [`Plan::discover`] looks the token endpoint up.
//!
//! What the format leaves open is settled so:
//!
//! | question | answer |
//! |---|---|
//! | which of several schemes | the first usable one, in the order of the security requirements |
//! | which of several flows | `password` if there is a user name, else `clientCredentials` |
//! | which scopes | those that the operations need of the scheme, else all of the flow's |
//! | relative addresses | relative to the first server's, with the defaults of its variables; that, to where the document was loaded from |
//! | where refresh tokens go | to `refreshUrl`, else to `tokenUrl` |
//! | how the client authenticates | by Basic, unless configuration or metadata say otherwise, and alike in each request |
//! | a password flow without `client_id` | no client is named |

mod authentication;
mod choice;
mod document;
mod error;
mod node;
mod plan;
mod scheme;
#[cfg(test)]
mod tests;

pub use self::authentication::{Authentication, SecretPlace, WantedFlow};
pub use self::document::{Document, Requirement};
pub use self::error::{DocumentError, Place, PlanError};
pub use self::plan::Plan;
pub use self::scheme::{Address, Flow, FlowKind, SchemeKind, SecurityScheme};
