//! gzip (RFC 1952) that stores and does not squeeze: enough to show a client a coded body, and the same for everybody.

/// What precedes every member: deflate, no flags, no time, no known system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// The most that a stored block holds (RFC 1951 section 3.2.4).
const BLOCK: usize = 0xffff;

/// `plain` as gzip.
pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut coded = HEAD.to_vec();
    let mut rest = plain;
    loop {
        let (block, next) = rest.split_at(rest.len().min(BLOCK));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        coded.push(u8::from(next.is_empty()));
        coded.extend_from_slice(&length.to_le_bytes());
        coded.extend_from_slice(&(!length).to_le_bytes());
        coded.extend_from_slice(block);
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    coded.extend_from_slice(&crc32(plain).to_le_bytes());
    // The length counts modulo 2^32.
    let length = (plain.len() as u64 & u64::from(u32::MAX)) as u32;
    coded.extend_from_slice(&length.to_le_bytes());
    coded
}

/// CRC-32 as gzip has it (RFC 1952 section 8).
fn crc32(bytes: &[u8]) -> u32 {
    let rest = bytes.iter().fold(u32::MAX, |rest, byte| {
        (0..8).fold(rest ^ u32::from(*byte), |rest, _| {
            if rest & 1 == 1 {
                rest >> 1 ^ 0xEDB8_8320
            } else {
                rest >> 1
            }
        })
    });
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_well_known_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    /// Head, one stored block, checksum, length.
    #[test]
    fn a_short_text() {
        insta::assert_compact_debug_snapshot!(gzip(b"ab"), @"[31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 0, 253, 255, 97, 98, 109, 72, 131, 158, 2, 0, 0, 0]");
        assert_eq!(gzip(b"").len(), HEAD.len() + 5 + 8);
    }

    #[test]
    fn long_bodies_take_several_blocks() {
        for (length, blocks) in [(BLOCK, 1), (BLOCK + 1, 2), (3 * BLOCK, 3)] {
            assert_eq!(
                gzip(&vec![7; length]).len(),
                HEAD.len() + blocks * 5 + length + 8
            );
        }
    }
}
