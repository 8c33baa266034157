//! Other spellings of a text: what it says once percent-encoding is undone, and what long base64 in it says.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// How often percent-encoding is undone: proxies and careless clients encode what is encoded.
const ENCODED_OVER: usize = 3;
/// The shortest base64 that a token could hide in: the shortest token has 36 characters.
const SHORTEST_BASE64: usize = 48;

/// Shows `look` a text as it stands and percent-decoded, each time with what stands in it as base64.
/// Stops and says so as soon as `look` does.
pub(super) fn in_any(text: &str, look: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut text = Cow::Borrowed(text);
    for _ in 0..=ENCODED_OVER {
        if look(&text) || in_base64(&text, look) {
            return true;
        }
        if !text.contains('%') {
            return false;
        }
        text = Cow::Owned(percent_decode_str(&text).decode_utf8_lossy().into_owned());
    }
    false
}

fn in_base64(text: &str, look: &mut dyn FnMut(&str) -> bool) -> bool {
    if text.len() < SHORTEST_BASE64 {
        return false;
    }
    let is_long = |word: &&str| word.len() >= SHORTEST_BASE64;
    let url_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    for word in text.split(|c| !url_safe(c)).filter(is_long) {
        if decoded(&URL_SAFE, word).is_some_and(|text| look(&text)) {
            return true;
        }
    }
    let standard = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let words = text.split(|c| !standard(c)).filter(is_long);
    for word in words.filter(|word| word.contains(['+', '/'])) {
        // A slash before it may belong to a path: the digits begin at any of four places.
        for start in 0..4 {
            if decoded(&STANDARD, &word[start..]).is_some_and(|text| look(&text)) {
                return true;
            }
        }
    }
    false
}

fn decoded(engine: &GeneralPurpose, word: &str) -> Option<String> {
    // One digit too many says nothing.
    let whole = if word.len() % 4 == 1 {
        &word[..word.len() - 1]
    } else {
        word
    };
    let bytes = engine.decode(whole).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn says(text: &str, secret: &str) -> bool {
        in_any(text, &mut |spelling: &str| spelling.contains(secret))
    }

    proptest! {
        #[test]
        fn a_token_is_found_in_every_spelling(token in "[A-Za-z0-9_.-]{43,80}", before in "[a-z]{0,5}") {
            let percent = utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string();
            let twice = utf8_percent_encode(&percent, NON_ALPHANUMERIC).to_string();
            let pair = format!("{before}:{token}");
            for text in [
                token.clone(),
                percent,
                twice,
                STANDARD.encode(&token),
                URL_SAFE.encode(&pair),
                format!("/{before}/{}", STANDARD.encode(&pair)),
                format!("x={}", URL_SAFE.encode(&token)),
            ] {
                prop_assert!(says(&text, &token), "{}", text);
            }
        }

        #[test]
        fn any_text_can_be_looked_at(text in "\\PC*") {
            says(&text, "secret");
        }
    }
}
