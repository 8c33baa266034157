//! PEM, the text form of keys and certificates (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

/// One block of a PEM text. Its bytes are wiped on drop: they may be a private key.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The blocks of a text, in order. Text around them is passed over, as RFC 7468 section 2 has it;
/// `None` if a block does not end or is not base64.
pub(super) fn blocks(text: &str) -> Option<Vec<Block<'_>>> {
    const BEGIN: &str = "-----BEGIN ";
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let (label, after) = rest[at + BEGIN.len()..].split_once("-----")?;
        let end = format!("-----END {label}-----");
        let (body, after) = after.split_once(end.as_str())?;
        blocks.push(Block {
            label,
            der: decoded(body)?,
        });
        rest = after;
    }
    Some(blocks)
}

/// The text form of one block, in lines of 64 characters.
pub(super) fn written(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    text += &format!("-----BEGIN {label}-----\n");
    for (at, character) in body.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text += &format!("\n-----END {label}-----\n");
    text
}

/// Both buffers are as large as they will ever be, so that nothing is left behind by growing.
fn decoded(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(String::with_capacity(body.len()));
    plain.extend(body.chars().filter(|c| !c.is_whitespace()));
    let mut der = Zeroizing::new(Vec::with_capacity(plain.len()));
    STANDARD.decode_vec(plain.as_bytes(), &mut der).ok()?;
    Some(der)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let text = "Bag Attributes\n-----BEGIN A B-----\nAQ\r\nID\n-----END A B-----\n# note\n-----BEGIN C-----\n-----END C-----";
        let found: Vec<_> = blocks(text)
            .unwrap()
            .iter()
            .map(|block| format!("{}: {:?}", block.label, *block.der))
            .collect();
        insta::assert_snapshot!(found.join("\n"), @"
        A B: [1, 2, 3]
        C: []
        ");
        for broken in [
            "-----BEGIN A-----\nAQID\n",
            "-----BEGIN A",
            "-----BEGIN A-----\n???\n-----END A-----",
            "-----BEGIN A-----\nAQID\n-----END B-----",
        ] {
            assert!(blocks(broken).is_none(), "{broken}");
        }
        assert!(blocks("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "(-----(BEGIN|END) |A|-----|\n|=|é){0,12}") {
            let _ = blocks(&text);
        }
    }
}
