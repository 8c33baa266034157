//! Where the next page of a list begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The cursor of the page that follows this element. It names the element and its place, so that what comes or goes meanwhile
/// shifts nothing.
pub(crate) fn behind(place: usize, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{place} {id}"))
}

/// The place behind the element that a cursor names, or, if that is gone, its old place; none for what is no cursor.
pub(crate) fn place_behind<'a>(
    cursor: &str,
    mut ids: impl ExactSizeIterator<Item = &'a str>,
) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (place, id) = text.split_once(' ')?;
    let many = ids.len();
    match ids.position(|known| known == id) {
        Some(known) => Some(known + 1),
        None => {
            let place: usize = place.parse().ok()?;
            (!id.is_empty()).then(|| place.saturating_sub(1).min(many))
        }
    }
}
