//! What assertions are made for, in tests, and numbers that anybody can guess.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::assertion::Occasion;
use crate::error::Misuse;
use crate::{Clock, Entropy, Provider};

use super::{DEVICE_URL, HandClock, TOKEN_URL};

/// Requests to be made, and all they need.
#[derive(Debug)]
pub(crate) struct Occasions {
    token: Provider,
    device: Provider,
    entropy: Counting,
}

impl Occasions {
    pub(crate) fn new() -> Self {
        let at = |url| Provider::at(url).expect("a good address");
        Self {
            token: at(TOKEN_URL),
            device: at(DEVICE_URL),
            entropy: Counting::new(),
        }
    }

    pub(crate) fn at_token(&self) -> Occasion<'_> {
        Occasion {
            token_endpoint: self.token.token_endpoint(),
            called: self.token.token_endpoint(),
            now: HandClock::new().now(),
            entropy: &self.entropy,
        }
    }

    pub(crate) fn at_device(&self) -> Occasion<'_> {
        Occasion {
            called: self.device.token_endpoint(),
            ..self.at_token()
        }
    }
}

/// All bytes 1, then all bytes 2, and so on.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU8);

impl Counting {
    pub(crate) fn new() -> Self {
        Self::default()
    }
}

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Misuse> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1));
        Ok(())
    }
}
