//! What is expected of a world's clients.

use super::MockIdp;
use crate::expect::{self, Expectation, Record, Unmet, UnmetExpectations};

impl MockIdp {
    /// Expects something of the requests that this world sees from its start to its end.
    ///
    /// It is verified when the world is dropped, which panics with every expectation that is not met; while another panic is
    /// under way they go to standard error instead. [`stop`](Self::stop) gives them as an error. Let the test itself own the
    /// world: a panic in a task of its own fails no test. A [`reset`](Self::reset) keeps what is expected.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mock_idp::MockIdp;
    /// use mock_idp::expect::Expectation;
    /// use mock_idp::journal::Endpoint;
    ///
    /// let idp = MockIdp::okta().start().await.expect("a free port on loopback");
    /// idp.expect(Expectation::count(Endpoint::Token).at_most(1).named("the token is cached"));
    /// // … run the client under test …
    /// # }
    /// ```
    pub fn expect(&self, expectation: impl Into<Expectation>) {
        self.expectations.add(expectation.into());
    }

    /// Verifies an expectation against what was seen up to now.
    ///
    /// # Errors
    ///
    /// [`Unmet`] if it is broken or not decided, with what was seen.
    pub fn verify(&self, expectation: impl Into<Expectation>) -> Result<(), Unmet> {
        expect::verify(&expectation.into(), &self.record())
    }

    /// Verifies every expectation of this world against what was seen up to now. They stay, and are verified again at the end.
    ///
    /// # Errors
    ///
    /// Every one that is not met.
    pub fn verify_all(&self) -> Result<(), UnmetExpectations> {
        self.expectations.verify()
    }

    /// The expectations of this world, in the order in which they came.
    #[must_use]
    pub fn expectations(&self) -> Vec<Expectation> {
        self.expectations.list()
    }

    /// What this world has seen since its start, or since its journal was cleared: what expectations are held against.
    #[must_use]
    pub fn record(&self) -> Record {
        self.expectations.record()
    }

    /// Takes every entry out of the journal. Numbers go on, and expectations see what comes from now on. Of requests under way
    /// nothing more is noted.
    pub fn clear_journal(&self) {
        self.rooms.journal.clear(self.rooms.clock.timeline());
    }
}
