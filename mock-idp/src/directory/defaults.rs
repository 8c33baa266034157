//! Defaults that several parts of a directory file share.

/// `true`, where absence means so.
pub(super) fn yes() -> bool {
    true
}
