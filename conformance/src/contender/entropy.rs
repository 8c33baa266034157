//! Random numbers from a seed, so that a run can be repeated to the byte.

use std::sync::atomic::{AtomicU64, Ordering};

use token_client::{Entropy, Misuse};

/// A sequence that its seed decides (SplitMix64). Anybody can guess it, so it is for tests alone.
#[derive(Debug)]
pub(super) struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of this seed.
    pub(super) fn of(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed);
        let mut z = state.wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Misuse> {
        for chunk in bytes.chunks_mut(8) {
            let block = self.next().to_le_bytes();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> ([u8; 12], [u8; 12]) {
        let entropy = SeededEntropy::of(seed);
        let (mut first, mut second) = ([0; 12], [0; 12]);
        assert!(entropy.fill(&mut first).is_ok() && entropy.fill(&mut second).is_ok());
        (first, second)
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let (first, second) = drawn(7);
        assert_ne!(first, second);
        // SplitMix64 from seed 0.
        assert_eq!(SeededEntropy::of(0).next(), 0xe220_a839_7b1d_cdaf);
    }
}
