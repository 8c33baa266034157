//! Which vendors.

use clap::ValueEnum;

use crate::provider::Provider;

/// One vendor or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Who {
    Entra,
    Okta,
    All,
}

impl Who {
    pub(super) fn providers(self) -> &'static [Provider] {
        match self {
            Self::Entra => &[Provider::Entra],
            Self::Okta => &[Provider::Okta],
            Self::All => &Provider::ALL,
        }
    }
}
