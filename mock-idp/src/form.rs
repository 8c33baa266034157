//! `application/x-www-form-urlencoded`, read strictly.

use percent_encoding::percent_decode;

/// A form that is not well-formed: `%` without two hexadecimal digits, or text that is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Names and values in order, decoded.
pub(crate) fn parse(form: &[u8]) -> Result<Vec<(String, String)>, Malformed> {
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            Ok((name, value))
        })
        .collect()
}

/// One name or value: `+` is a space, `%XX` a byte.
pub(crate) fn decode(text: &[u8]) -> Result<String, Malformed> {
    let mut rest = text;
    while let Some(percent) = rest.iter().position(|byte| *byte == b'%') {
        match rest.get(percent + 1..percent + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => rest = &rest[percent + 3..],
            _ => return Err(Malformed),
        }
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let pairs = parse(b"a=1&b=x+y%2Bz&&c&a=%C3%A9").unwrap();
        assert_eq!(
            pairs,
            [("a", "1"), ("b", "x y+z"), ("c", ""), ("a", "é")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn bad_encodings_are_refused() {
        for bad in [&b"a=%"[..], b"a=%4", b"a=%zz", b"%ff=1", b"a=\xff"] {
            assert_eq!(parse(bad), Err(Malformed), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }

        #[test]
        fn what_is_encoded_is_decoded(text in "\\PC*") {
            let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string();
            proptest::prop_assert_eq!(decode(encoded.as_bytes()), Ok(text));
        }
    }
}
