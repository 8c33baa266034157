//! Expectations: what a world is to have seen by the end of a test.
//!
//! An [`Expectation`] says of the requests in the [journal](crate::journal::Journal) how many there are
//! ([`count`](Expectation::count)), that there are none ([`never`](Expectation::never)), in which order they come
//! ([`order`](Expectation::order)) or how far apart they are ([`gap`](Expectation::gap)). Which requests are meant is said by
//! [`Requests`]. In JSON and YAML it has the words that `checks:` of a scenario file has.
//!
//! ```
//! use mock_idp::expect::{Expectation, Presents, Requests};
//! use mock_idp::journal::Endpoint;
//!
//! let one_fetch = Expectation::count(Endpoint::Token).exactly(1);
//! let no_stale = Expectation::never(Requests::to(Endpoint::Resource).presenting(Presents::Expired));
//! let refreshes = Expectation::order([Requests::to(Endpoint::Resource).status(401), Requests::to(Endpoint::Token)]);
//! let backs_off = Expectation::gap(Endpoint::Token).growing();
//! ```
//!
//! [`MockIdp::expect`](crate::MockIdp::expect) has a world verify them when it is dropped, which panics with every one that is
//! not met; [`MockIdp::verify`](crate::MockIdp::verify) verifies one at once. Where the journal no longer has what would
//! decide, or a length of time has not passed yet, an expectation is unmet and says why: it never passes unseen.

mod count;
mod expectation;
mod gap;
mod judge;
pub(crate) mod line;
mod matching;
mod near;
mod presents;
mod record;
mod requests;
mod selecting;
mod standing;
mod status;
mod target;
mod told;
mod unmet;
mod words;

pub use count::{Count, Per};
pub use expectation::{BadExpectation, Expectation};
pub use gap::Gap;
pub use judge::verify;
pub use presents::{AuthUse, Presents};
pub use record::Record;
pub use requests::Requests;
pub(crate) use standing::Standing;
pub use status::{StatusPattern, Statuses};
pub use target::{Numbered, Target};
pub use unmet::{Unmet, UnmetExpectations, Verdict};
