//! Tokens made to order: access tokens and id tokens with any claims, any header, and forged ones.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use mock_idp::MockIdp;
//! use mock_idp::mint::{Flaw, TokenRecipe};
//!
//! let idp = MockIdp::okta().start().await?;
//! // What the token endpoint would have given, with a claim more.
//! let mut recipe = TokenRecipe::default();
//! recipe.claims.insert("department".to_owned(), "sales".into());
//! let token = idp.mint(&recipe)?;
//! assert!(idp.revoke(token.label));
//! // One that every resource must refuse.
//! recipe.forge = Some(Flaw::AlgNone);
//! println!("Authorization: Bearer {}", idp.mint(&recipe)?.value.reveal());
//! # Ok(()) }
//! ```

mod parties;
mod recipe;
mod trouble;

pub(crate) use parties::{application, user};
pub(crate) use recipe::Ordinary;
pub use recipe::{Flaw, MintedToken, OrderedToken, TokenRecipe};
pub use trouble::BadRecipe;
