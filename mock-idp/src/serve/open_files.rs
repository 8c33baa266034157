//! How many files this process may have open. Every world takes two or more, and every connection one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is asked for, the first that the system grants. Ten thousand worlds have room in the one; macOS may stop at the other.
const WANTED: [u64; 2] = [65_536, 10_240];

/// Raises the soft limit, where it is lower, as far as the hard one lets it. Where the system refuses, everything goes on with what
/// there is.
pub(super) fn allow_many() {
    let limit = getrlimit(Resource::Nofile);
    for wanted in WANTED {
        let wanted = limit.maximum.map_or(wanted, |most| most.min(wanted));
        if limit.current.is_none_or(|current| current >= wanted) {
            return;
        }
        let current = Some(wanted);
        if setrlimit(Resource::Nofile, Rlimit { current, ..limit }).is_ok() {
            return;
        }
    }
}
