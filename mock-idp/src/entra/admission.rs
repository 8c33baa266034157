//! Whether a user may have tokens for an application, met last of all: the device, the assignment, Conditional Access. It is asked
//! when a user signs in and again whenever what came of it is shown, so that what was changed meanwhile counts.

use jiff::Timestamp;

use super::coded::Coded;
use super::denial::EntraDenial;
use super::policy;
use crate::directory::{ApiResource, Application, Device, Tenant, User};
use crate::ledger::Manner;

/// A user who wants to be let in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entrant<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) application: &'a Application,
    pub(super) user: &'a User,
    pub(super) resource: &'a ApiResource,
    pub(super) manner: Manner,
    /// When the user signed in.
    pub(super) since: Timestamp,
}

impl<'a> Entrant<'a> {
    /// Refuses whom something keeps out at `now`. The order is assumed.
    pub(super) fn admitted(&self, now: Timestamp) -> Result<(), EntraDenial> {
        if self.manner.device.is_some() && self.device().is_none() {
            return Err(Coded::new(700_003).with("tenant", &self.tenant.id).into());
        }
        self.assigned()?;
        policy::user(self, now)
    }

    /// Refuses who is not assigned to an application that asks for it
    /// (learn.microsoft.com/entra/identity-platform/howto-restrict-your-app-to-a-set-of-users).
    pub(super) fn assigned(&self) -> Result<(), EntraDenial> {
        let application = self.application;
        let is_in = self.tenant.has_assigned(self.user, &application.id);
        match application.assignment_required && !is_in {
            true => Err(Coded::new(50_105)
                .with("client", &application.id)
                .with("name", &application.name)
                .into()),
            false => Ok(()),
        }
    }

    /// The device that the user has signed in from, if the tenant still knows it.
    pub(super) fn device(&self) -> Option<&'a Device> {
        device(self.tenant, self.manner)
    }
}

/// How a user of a tenant signs in by showing a password.
pub(super) fn by_password(tenant: &Tenant, user: &User) -> Manner {
    Manner {
        device: tenant.device_of(user).map(Device::mark),
        ..Manner::PASSWORD
    }
}

/// The device of a sign-in, if the tenant still knows it.
pub(super) fn device(tenant: &Tenant, manner: Manner) -> Option<&Device> {
    let mark = manner.device?;
    tenant.devices.iter().find(|known| known.mark() == mark)
}
