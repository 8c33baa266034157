//! How somebody signed in: what later decides about the tokens that came of it.

use jiff::Timestamp;

use crate::directory::Platform;

/// How a user signed in. Nothing of it is known where nobody did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    /// The kind of the redirect URI that the code was sent to; the application's own platform counts without it.
    pub(crate) platform: Option<Platform>,
    /// Whether a password was shown: a change of it may end the sign-in.
    pub(crate) by_password: bool,
    /// Whether a second factor was shown.
    pub(crate) second_factor: bool,
    /// When it was done.
    pub(crate) at: Option<Timestamp>,
    /// The key that tokens are bound to, by its thumbprint (RFC 7638), where they are.
    pub(crate) key: Option<[u8; 32]>,
    /// The mark of the device that it was done from, if the tenant knew one.
    pub(crate) device: Option<[u8; 16]>,
}

impl Manner {
    /// By password alone, without any redirect.
    pub(crate) const PASSWORD: Self = Self {
        platform: None,
        by_password: true,
        second_factor: false,
        at: None,
        key: None,
        device: None,
    };
}
