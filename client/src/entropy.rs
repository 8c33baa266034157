//! Random numbers that nobody can guess.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Misuse;

/// Where the client gets random numbers from that nobody can guess: ids of assertions, the state,
/// nonce and code verifier of a sign-in.
///
/// Pauses between tries do not come from here but from the builder's jitter seed.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`Misuse::NoEntropy`] if there is none; nothing is sent then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Misuse>;
}

/// The random numbers of the machine's cryptographic library.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Misuse> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| Misuse::NoEntropy)
    }
}

impl<E: Entropy + ?Sized> Entropy for Arc<E> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Misuse> {
        (**self).fill(bytes)
    }
}

/// `N` random bytes as base64url without padding: characters that need no encoding anywhere.
pub(crate) fn random_text<const N: usize>(entropy: &dyn Entropy) -> Result<String, Misuse> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_numbers_differ() {
        let draw = || random_text::<32>(&SystemEntropy).unwrap();
        let (one, other) = (draw(), draw());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
