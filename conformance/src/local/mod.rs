//! The local road: mock, client and play of one case in this process, on virtual clocks over real loopback sockets.

mod abroad;
mod activity;
mod administration;
mod api_tokens;
mod asking;
mod calls;
mod cast;
mod connection;
mod crew;
mod equipment;
mod handling;
mod happen;
mod opening;
mod outside;
mod pacing;
mod places;
mod play;
pub(crate) mod pulse;
mod settle;
mod timed;
mod timeline;
mod tracked;
mod transport;

use crate::case::Case;
use crate::contender::{Contender, Said};
use crate::trace::Trace;

pub use outside::Outside;
pub(crate) use outside::{Alarm, Reins};
pub use play::PlayError;
pub(crate) use timeline::Told;

/// Plays one variation of a case with a contender. Everything runs on the current thread's runtime.
///
/// # Errors
///
/// [`PlayError`] when the world or the client cannot be set up: nothing has been tested then.
pub async fn play(
    case: &Case,
    variation: usize,
    contender: &dyn Contender,
    seed: u64,
) -> Result<Trace, PlayError> {
    let played = play::play(case, variation, contender, seed).await;
    played.map(|(trace, _)| trace)
}

/// The same, with what clients outside of this process have said.
///
/// # Errors
///
/// As for [`play`](play()).
pub async fn play_and_hear(
    case: &Case,
    variation: usize,
    contender: &dyn Contender,
    seed: u64,
) -> Result<(Trace, Vec<Said>), PlayError> {
    play::play(case, variation, contender, seed).await
}
