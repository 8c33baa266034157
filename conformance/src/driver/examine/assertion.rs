//! What is asserted of a driver, each with a name, a sentence and what to do about it.

use std::fmt;

/// One thing that a driver has to do right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Assertion {
    /// It starts and says hello.
    Hello,
    /// What it says of itself makes sense.
    Declared,
    /// Unknown members.
    UnknownMembers,
    /// Unknown operations.
    UnknownOperations,
    /// A client that was never opened.
    Unopened,
    /// Tokens come from the provider.
    Token,
    /// Each grant.
    Grants,
    /// Each way to authenticate.
    Auth,
    /// Many requests under way.
    Concurrency,
    /// Answers while another request is under way.
    Listening,
    /// A refused token request.
    Refusal,
    /// Classes of failures.
    Classes,
    /// `call_api`.
    CallApi,
    /// `force_refresh`.
    ForceRefresh,
    /// `invalidate`.
    Invalidate,
    /// `swap_credential`.
    SwapCredential,
    /// `cancel`.
    Cancel,
    /// The clock that is moved.
    Clock,
    /// Sleeps.
    Timers,
    /// Closing and opening again.
    Reopen,
    /// The store.
    Stores,
    /// Each request has one answer.
    Once,
    /// Nothing but messages.
    Messages,
    /// The end of the input.
    EndOfInput,
    /// Nothing is left running.
    NothingLeft,
}

impl Assertion {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 25] = [
        Self::Hello,
        Self::Declared,
        Self::UnknownMembers,
        Self::UnknownOperations,
        Self::Unopened,
        Self::Token,
        Self::Grants,
        Self::Auth,
        Self::Concurrency,
        Self::Listening,
        Self::Refusal,
        Self::Classes,
        Self::CallApi,
        Self::ForceRefresh,
        Self::Invalidate,
        Self::SwapCredential,
        Self::Cancel,
        Self::Clock,
        Self::Timers,
        Self::Reopen,
        Self::Stores,
        Self::Once,
        Self::Messages,
        Self::EndOfInput,
        Self::NothingLeft,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.texts().0
    }

    /// What is asserted.
    #[must_use]
    pub fn says(self) -> &'static str {
        self.texts().1
    }

    /// What to do where it fails.
    #[must_use]
    pub fn hint(self) -> &'static str {
        self.texts().2
    }

    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Hello => (
                "hello",
                "starts in time and says hello in version 1",
                "answer `hello` with `version` 1 and a `name`, and write a line feed and flush after every message",
            ),
            Self::Declared => (
                "declared",
                "declares what there is",
                "compare `can` with the table in docs/driver-protocol.md",
            ),
            Self::UnknownMembers => (
                "unknown-members",
                "ignores members it does not know",
                "read the members you need and leave the others alone: later versions have more",
            ),
            Self::UnknownOperations => (
                "unknown-operations",
                "answers operations it does not know with `unsupported`",
                "answer `{\"id\":…,\"unsupported\":\"why\"}` to every `op` you have no branch for",
            ),
            Self::Unopened => (
                "unopened",
                "answers for a client that is not open with `err`",
                "look the client up by its name, and answer `err` if there is none",
            ),
            Self::Token => (
                "token",
                "hands out a token that the provider has issued",
                "answer `get_token` with what the caller of your client got, as it is",
            ),
            Self::Grants => (
                "grants",
                "can use every grant it declares",
                "take the grant from `open`, or take it out of `can.grants`",
            ),
            Self::Auth => (
                "auth",
                "can authenticate in every way it declares",
                "take `auth.method` from `open`, or take it out of `can.auth`",
            ),
            Self::Concurrency => (
                "concurrency",
                "takes as many requests at once as it declares",
                "start each request without waiting for the one before, or declare less in `can.concurrency`",
            ),
            Self::Listening => (
                "listening",
                "answers while another request is under way",
                "read the next line while a request is under way: each needs a thread or task of its own",
            ),
            Self::Refusal => (
                "refusal",
                "passes on that the provider has refused",
                "answer `err` where the caller of your client gets an error, and no token",
            ),
            Self::Classes => (
                "classes",
                "has a class for a refused secret",
                "put `class` into `err`, or what your client's errors mean into `profile.classes`",
            ),
            Self::CallApi => (
                "call_api",
                "calls the resource with the client's token",
                "send the method and body to `url` through your client, and answer with the status",
            ),
            Self::ForceRefresh => (
                "force_refresh",
                "asks for another token though it has one",
                "answer after your client has fetched another token, or take it out of `can.ops`",
            ),
            Self::Invalidate => (
                "invalidate",
                "asks for another token after forgetting the one it has",
                "remove the access token from your client's cache, or take it out of `can.ops`",
            ),
            Self::SwapCredential => (
                "swap_credential",
                "uses another credential when told to",
                "use the new secret from the next token request on, or take it out of `can.ops`",
            ),
            Self::Cancel => (
                "cancel",
                "calls a request back, which is answered all the same",
                "answer `cancel` at once and the request it names when that has ended, or take it out of `can.ops`",
            ),
            Self::Clock => (
                "clock",
                "has a clock that is what it declares",
                "have your client read the time that `set_clock` tells, or the machine's if `can.clock` is `scaled`; or declare another",
            ),
            Self::Timers => (
                "timers",
                "says when it waits, and wakes when its clock is moved",
                "send `waiting` with `until` before a sleep, end the sleep at `set_clock`, or take `timers` out of `can`",
            ),
            Self::Reopen => (
                "reopen",
                "can be closed and opened again",
                "forget the client at `close`; without `can.reuse` the next one gets a process of its own",
            ),
            Self::Stores => (
                "stores",
                "finds its tokens again in the store",
                "keep tokens in the file that `open` names as `store`, or take `stores` out of `can`",
            ),
            Self::Once => (
                "once",
                "answers every request once",
                "write one answer for each request, with its `id`",
            ),
            Self::Messages => (
                "messages",
                "writes nothing but messages to standard output",
                "send log lines to standard error",
            ),
            Self::EndOfInput => (
                "end-of-input",
                "exits within 3 s when its input has ended",
                "leave the loop at the end of standard input and exit, whatever is still under way",
            ),
            Self::NothingLeft => (
                "nothing-left",
                "leaves nothing running",
                "end the processes you have started before you exit",
            ),
        }
    }
}

impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
