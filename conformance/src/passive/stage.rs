//! A world that the command meets: what it is judged by, as the scenario has it, or one beside it.

use std::sync::Arc;
use std::time::Duration;

use mock_idp::{MockIdp, Provider};

use super::PassiveError;
use crate::case::Case;
use crate::contender::give_secrets;
use crate::scenario::Body;
use crate::staging;

/// How long before expiry a client is taken to renew, of which nothing is known: five minutes are common among libraries.
const MARGIN: Duration = Duration::from_secs(300);
/// How many requests of a command are kept. Their entries take some 100 MB at worst.
const REQUESTS: usize = 100_000;

/// A world that is judged.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its vendor.
    pub provider: Provider,
    /// What the command is told of the scenario: the case's name.
    pub scenario: String,
    /// How the provider behaves, and as whom the command acts. Nothing else of it is played.
    pub body: Body,
    /// How far its seed is from that of the run.
    pub seed_offset: u64,
}

impl Stage {
    /// The world of a case; of several variations the first.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let first = &case.variations[0];
        Self {
            provider: case.provider,
            scenario: case.name.0.clone(),
            body: first.body.clone(),
            seed_offset: first.seed_offset,
        }
    }

    pub(super) async fn start(&self, seed: u64) -> Result<Arc<MockIdp>, PassiveError> {
        let seed = seed.wrapping_add(self.seed_offset);
        let world = staging::world(self.provider, &self.body, MARGIN, seed)
            .journal_capacity(REQUESTS)
            .start()
            .await?;
        staging::script(&world, &self.body.idp.script);
        give_secrets(&world, [&self.body.client]).map_err(PassiveError::Client)?;
        Ok(Arc::new(world))
    }
}

/// A world of the other vendor, without script.
pub(super) async fn beside(provider: Provider, seed: u64) -> Result<Arc<MockIdp>, PassiveError> {
    let other = match provider {
        Provider::Entra => Provider::Okta,
        Provider::Okta => Provider::Entra,
    };
    let world = staging::world(other, &Body::default(), MARGIN, seed);
    Ok(Arc::new(world.start().await?))
}
