//! The vendor-neutral engine: a token request in, a grant or a denial out.
//!
//! The engine has the checks; each dialect runs them in its vendor's order and says what the answer looks like. Nothing
//! here knows of Entra or Okta.

mod assertion;
mod assertion_fault;
mod basic_spelling;
mod client_auth;
mod code;
mod denial;
mod device;
mod grant;
mod grants;
mod request;

pub(crate) use assertion::{Assertion, Audience};
pub(crate) use assertion_fault::AssertionFault;
pub(crate) use client_auth::{Claimed, identify, one_method};
pub(crate) use code::{examine_code, redeem_code};
pub(crate) use denial::Denial;
pub(crate) use device::redeem_device_code;
pub(crate) use grant::{Grant, SignIn};
pub(crate) use grants::{
    Renewal, Terms, able_user, client_credentials, may_use, refresh, requested, signed_in,
    user_by_password,
};
pub(crate) use request::{Basic, TokenRequest};
