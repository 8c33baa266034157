//! The control API as its users meet it: the document, the page about it, the examples in Python and JavaScript.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod examples;
mod http;
mod journey;
mod page;
mod planted;
mod served;
