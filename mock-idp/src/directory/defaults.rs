//! Defaults that several parts of a directory file share.

/// `true`, where absence means so.
pub(super) fn yes() -> bool {
    true
}

/// Whether a value says nothing that its absence would not.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
