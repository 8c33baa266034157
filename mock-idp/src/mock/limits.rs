//! Limits, while a world runs.

use super::MockIdp;
use crate::limits::{BadLimit, LimitRule, LimitUsage};

impl MockIdp {
    /// Puts these limits in the place of those that were set before. What counts goes on in the windows of rules that stay, also
    /// where only their numbers or their form change.
    ///
    /// # Errors
    ///
    /// [`BadLimit`] if a rule limits nothing or says two things at once; then nothing has changed.
    pub fn set_limits(&self, rules: Vec<LimitRule>) -> Result<(), BadLimit> {
        self.rooms.meters.set(&rules)
    }

    /// The limits in force: those that were set, and behind them the vendor's own where they still count.
    #[must_use]
    pub fn limits(&self) -> Vec<LimitRule> {
        self.rooms.meters.rules()
    }

    /// The windows that are open now, and the requests in progress that are counted.
    #[must_use]
    pub fn usage(&self) -> Vec<LimitUsage> {
        let mut usage = self.rooms.meters.usage(|| self.rooms.clock.now());
        let hygiene = self.rooms.hygiene();
        for (_, who) in usage.iter_mut().flat_map(|usage| &mut usage.who) {
            *who = hygiene.clean(who);
        }
        usage
    }
}
