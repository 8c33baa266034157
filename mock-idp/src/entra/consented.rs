//! What an application may have of a user: what is consented to for everybody, and what the user allows for himself.

use crate::directory::{ApiResource, Application, Tenant};
use crate::world::World;

/// Delegated scopes that are consented to.
#[derive(Clone, Debug)]
pub(super) struct Consented<'a> {
    pub(super) application: &'a Application,
    /// What the user allows, `resource/name`, with the resource's own identifier.
    own: Vec<String>,
}

impl<'a> Consented<'a> {
    /// What a user of the tenant allows; what everybody does where nobody has signed in.
    pub(super) fn of(
        world: &World,
        tenant: &Tenant,
        application: &'a Application,
        user: Option<&str>,
    ) -> Self {
        let own = user.map(|user| world.ledger.consents(&tenant.id, user, &application.id));
        Self {
            application,
            own: own.unwrap_or_default(),
        }
    }

    pub(super) fn allows(&self, resource: &ApiResource, name: &str) -> bool {
        let everybody = self.application.scopes.iter();
        everybody
            .into_iter()
            .any(|known| known.eq_ignore_ascii_case(name))
            || self
                .of_resource(resource)
                .any(|known| known.eq_ignore_ascii_case(name))
    }

    /// All that is allowed of a resource, by name.
    pub(super) fn all(&self, resource: &ApiResource) -> impl Iterator<Item = &str> {
        let everybody = self.application.scopes.iter().map(String::as_str);
        everybody.chain(self.of_resource(resource))
    }

    fn of_resource(&self, resource: &ApiResource) -> impl Iterator<Item = &str> {
        self.own.iter().filter_map(|scope| {
            let (known, name) = scope.rsplit_once('/')?;
            (known == resource.identifier).then_some(name)
        })
    }
}
