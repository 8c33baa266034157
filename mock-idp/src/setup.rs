//! [`Setup`]: what a directory has a world begin with, beside who and what it knows.

use crate::builder::StartError;
use crate::directory::Directory;
use crate::fault::{DirectoryNames, Fault};
use crate::keys::KeyRing;
use crate::limits::{LimitRule, Meters};
use crate::provider::Provider;

/// The keys, limits and faults that a directory names for one vendor, all of them sound.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) keys: KeyRing,
    pub(crate) limits: Vec<LimitRule>,
    pub(crate) faults: Vec<Fault>,
}

impl Setup {
    /// What this directory says.
    ///
    /// # Errors
    ///
    /// [`StartError`] for a key that cannot sign, and for a limit or fault rule that cannot be followed.
    pub(crate) fn of(provider: Provider, directory: &Directory) -> Result<Self, StartError> {
        let Directory { entra, okta, .. } = directory;
        let (keys, limits, rules) = match provider {
            Provider::Entra => (&entra.keys, &entra.limits, &entra.faults),
            Provider::Okta => (&okta.keys, &okta.limits, &okta.faults),
        };
        Meters::check(limits)?;
        let names = DirectoryNames {
            provider,
            directory,
        };
        let faults = rules.iter().map(|rule| rule.to_fault(&names));
        Ok(Self {
            keys: KeyRing::of(provider, keys)?,
            limits: limits.clone(),
            faults: faults.collect::<Result<_, _>>()?,
        })
    }
}
