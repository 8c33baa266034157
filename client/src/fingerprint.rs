//! A short stable number for a text: for store keys, for remembering refused tokens, for jitter.

/// 128-bit FNV-1a. Not a cryptographic hash: it keeps a long random token out of sight, it does
/// not hide a guessable text. Stable across releases, unlike the standard library's hasher.
pub(crate) fn fingerprint(text: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

/// The `index`th number of the sequence that `seed` starts (SplitMix64).
pub(crate) fn draw(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index.wrapping_add(1)));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // FNV-1a 128 of "" and "a"; SplitMix64 from seed 0.
        assert_eq!(fingerprint(""), 0x6c62272e07bb014262b821756295c58d);
        assert_eq!(fingerprint("a"), 0xd228cb696f1a8caf78912b704e4a8964);
        assert_eq!(draw(0, 0), 0xe220a8397b1dcdaf);
        assert_eq!(draw(0, 1), 0x6e789e6aa1b965f4);
    }
}
