//! Randomness from a seed: the same seed gives the same ids, tokens and lifetimes in the same order.

use std::sync::Mutex;
use std::sync::PoisonError;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A source of reproducible randomness: SHA-256 over the seed and a counter.
///
/// Good enough to make ids unique and hard to guess by accident. What it makes protects nothing.
#[derive(Debug)]
pub(crate) struct Entropy {
    seed: u64,
    drawn: Mutex<u64>,
}

impl Entropy {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            seed,
            drawn: Mutex::new(0),
        }
    }

    /// How many blocks were drawn so far.
    pub(crate) fn drawn(&self) -> u64 {
        *self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes back, or on, to when so many blocks were drawn.
    pub(crate) fn rewind(&self, drawn: u64) {
        *self.drawn.lock().unwrap_or_else(PoisonError::into_inner) = drawn;
    }

    /// 32 bytes.
    pub(crate) fn block(&self) -> [u8; 32] {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        *drawn += 1;
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(drawn.to_le_bytes());
        hash.finalize().into()
    }

    /// 32 bytes for one purpose: the same whenever they are asked for, and no draw, so that nothing else changes by them.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(b"for ");
        hash.update(purpose);
        hash.finalize().into()
    }

    /// `bytes` of randomness as unpadded base64url.
    pub(crate) fn base64url(&self, bytes: usize) -> String {
        let mut random = Vec::with_capacity(bytes + 32);
        while random.len() < bytes {
            random.extend_from_slice(&self.block());
        }
        URL_SAFE_NO_PAD.encode(&random[..bytes])
    }

    /// A GUID in lower case. Entra's trace ids end in a byte from 00 to 03; so do these.
    pub(crate) fn guid(&self) -> String {
        let mut b = self.block();
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        b[15] &= 0x03;
        let hex = hex(&b[..16]);
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    /// `length` characters of lower-case letters, upper-case letters and digits.
    pub(crate) fn alphanumeric(&self, length: usize) -> String {
        self.characters(
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            length,
        )
    }

    /// `length` characters of an alphabet, which must not be empty.
    pub(crate) fn characters(&self, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.block().into_iter().take(length - text.len()) {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
        text
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0f])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_bytes() {
        let draw = |seed| {
            let entropy = Entropy::from_seed(seed);
            (
                entropy.guid(),
                entropy.base64url(33),
                entropy.alphanumeric(40),
            )
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let derive = |seed, purpose| Entropy::from_seed(seed).derived(purpose);
        assert_eq!(derive(1, "a"), derive(1, "a"));
        assert_ne!(derive(1, "a"), derive(1, "b"));
        assert_ne!(derive(1, "a"), derive(2, "a"));
        insta::assert_debug_snapshot!(draw(1), @r#"
        (
            "814dd7b9-784d-47c1-9b9c-2972e9b4fd00",
            "DHMLaZBcXvekylJp9yNlQAveLdLATq-buz0cSiZaATGO",
            "Fy6q7erRShiXbVFGe5Bhgj4uZntq8g5HjMbgJdaK",
        )
        "#);
    }
}
