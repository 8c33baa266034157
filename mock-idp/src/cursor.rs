//! Where the next page of a list begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The cursor of the page that begins at this place. It names the elements on both sides of it, so that what comes or goes
/// meanwhile shifts nothing: neither the deletion of a page that was read nor that of the next element.
pub(crate) fn behind(place: usize, last: &str, next: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{place} {last} {next}"))
}

/// The place that a cursor stands for: behind the element before it, or, if that is gone, at the one after it, or, if that is
/// gone too, where it was; none for what is no cursor.
pub(crate) fn place_behind<'a>(
    cursor: &str,
    ids: impl ExactSizeIterator<Item = &'a str> + Clone,
) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (place, names) = text.split_once(' ')?;
    let (last, next) = names.split_once(' ')?;
    let place: usize = place.parse().ok()?;
    let many = ids.len();
    let at = |id: &str| ids.clone().position(|known| known == id);
    if last.is_empty() {
        return None;
    }
    let behind = at(last).map(|known| known + 1).or_else(|| at(next));
    Some(behind.unwrap_or_else(|| place.saturating_sub(1).min(many)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_while_elements_go() {
        let cursor = behind(2, "b", "c");
        let place = |ids: &[&str]| place_behind(&cursor, ids.iter().copied());
        assert_eq!(place(&["a", "b", "c"]), Some(2));
        assert_eq!(place(&["b", "c"]), Some(1));
        assert_eq!(place(&["c", "d"]), Some(0));
        assert_eq!(place(&["new", "b"]), Some(2));
        assert_eq!(place(&["x", "y", "z"]), Some(1));
        assert_eq!(place(&[]), Some(0));
        for bad in [
            "",
            "!",
            "AAAA",
            &URL_SAFE_NO_PAD.encode("1 a"),
            &URL_SAFE_NO_PAD.encode("x a b"),
        ] {
            assert_eq!(place_behind(bad, ["a"].into_iter()), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_cursor_is_read_or_refused(cursor in "\\PC{0,40}", ids in proptest::collection::vec("[a-c]", 0..4)) {
            let place = place_behind(&cursor, ids.iter().map(String::as_str));
            proptest::prop_assert!(place.is_none_or(|place| place <= ids.len()));
        }
    }
}
