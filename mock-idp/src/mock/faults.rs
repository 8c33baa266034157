//! Rules as they are written, in a running world.

use super::MockIdp;
use crate::fault::{BadRule, DirectoryNames, Fault, FaultId, Rule, RuleRefused};

impl MockIdp {
    /// Adds a written rule to the fault script. Applications, tenants and users are named as the directory has them.
    ///
    /// # Errors
    ///
    /// [`RuleRefused`] for a rule that cannot be used, a name that the directory has not, or one rule too many.
    pub fn add_rule(&self, rule: &Rule) -> Result<FaultId, RuleRefused> {
        let fault = self.fault_of(rule)?;
        Ok(self.rooms.faults.try_add(fault)?)
    }

    /// The fault that a written rule stands for in this world.
    pub(crate) fn fault_of(&self, rule: &Rule) -> Result<Fault, BadRule> {
        let world = self.world();
        rule.to_fault(&DirectoryNames {
            provider: world.provider,
            directory: &world.directory,
        })
    }
}
