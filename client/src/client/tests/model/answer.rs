//! What the server answers, and what the documented policy makes of it.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

/// One answer to a token request.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) reply: Reply,
    /// How long it takes.
    pub(super) after: Duration,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Reply {
    /// Nothing ever comes.
    Hang(Acted),
    /// The connection breaks, or there was none.
    Lost(Acted),
    Refused(Refusal),
    Token {
        life: Life,
        refresh_in: Option<u64>,
        rotated: bool,
    },
}

/// Whether the server did what it was asked although the answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acted {
    No,
    Yes,
}

/// How a lifetime is stated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Life {
    Absent,
    Absurd,
    Fraction(u64),
    Negative,
    Seconds(u64),
    Text(u64),
    Zero,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    BadScope,
    Broken,
    Busy(Hint),
    NoCode,
    NotBearer,
    NotJson,
    Overloaded(Hint),
    Redirect,
    SpentGrant,
    StepUp,
    Unavailable,
    WrongSecret,
}

/// How long the server says to wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hint {
    Absurd,
    Date(u64),
    Garbage,
    None,
    Seconds(u64),
}

impl Answer {
    /// A token for an hour, at once.
    pub(super) fn ordinary() -> Self {
        Self {
            reply: Reply::Token {
                life: Life::Seconds(3600),
                refresh_in: None,
                rotated: true,
            },
            after: Duration::ZERO,
        }
    }
}

impl Life {
    /// The `expires_in` member.
    pub(super) fn member(self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Absurd => r#","expires_in":99999999999"#.to_owned(),
            Self::Fraction(seconds) => format!(r#","expires_in":{seconds}.7"#),
            Self::Negative => r#","expires_in":-5"#.to_owned(),
            Self::Seconds(seconds) => format!(r#","expires_in":{seconds}"#),
            Self::Text(seconds) => format!(r#","expires_in":"{seconds}""#),
            Self::Zero => r#","expires_in":0"#.to_owned(),
        }
    }

    /// What the guide says under "Lifetimes".
    pub(super) fn reckoned(self) -> Duration {
        match self {
            Self::Absent | Self::Negative | Self::Zero => Duration::from_secs(300),
            Self::Absurd => Duration::from_secs(30 * 24 * 3600),
            Self::Fraction(seconds) | Self::Seconds(seconds) | Self::Text(seconds) => {
                Duration::from_secs(seconds)
            }
        }
    }
}

impl Refusal {
    /// Status, headers and body.
    pub(super) fn written(self, now: Timestamp) -> (u16, Option<String>, &'static str) {
        let (status, hint, body) = match self {
            Self::BadScope => (400, Hint::None, r#"{"error":"invalid_scope"}"#),
            Self::Broken => (500, Hint::None, "oops"),
            Self::Busy(hint) => (429, hint, ""),
            Self::NoCode => (400, Hint::None, "{}"),
            Self::NotBearer => (
                200,
                Hint::None,
                r#"{"access_token":"x","token_type":"mac"}"#,
            ),
            Self::NotJson => (200, Hint::None, "<html>sign in to the network</html>"),
            Self::Overloaded(hint) => (503, hint, ""),
            Self::Redirect => (302, Hint::None, ""),
            Self::SpentGrant => (400, Hint::None, r#"{"error":"invalid_grant"}"#),
            Self::StepUp => (
                400,
                Hint::None,
                r#"{"error":"invalid_grant","suberror":"basic_action"}"#,
            ),
            Self::Unavailable => (400, Hint::None, r#"{"error":"temporarily_unavailable"}"#),
            Self::WrongSecret => (401, Hint::None, r#"{"error":"invalid_client"}"#),
        };
        (status, hint.written(now), body)
    }

    /// How long the client sends nothing afterwards, at least.
    pub(super) fn pause(self) -> Duration {
        match self {
            Self::Busy(hint) | Self::Overloaded(hint) => hint.told().max(Duration::from_secs(1)),
            Self::Broken | Self::Unavailable => Duration::from_secs(1),
            Self::BadScope
            | Self::NoCode
            | Self::NotBearer
            | Self::NotJson
            | Self::Redirect
            | Self::SpentGrant
            | Self::StepUp
            | Self::WrongSecret => Duration::from_secs(10),
        }
    }

    /// Whether the client must not send the same refresh token or password again.
    pub(super) fn ends_grant(self) -> bool {
        matches!(self, Self::SpentGrant | Self::StepUp)
    }
}

impl Hint {
    fn written(self, now: Timestamp) -> Option<String> {
        match self {
            Self::Absurd => Some("99999999999".to_owned()),
            Self::Date(seconds) => {
                let date = now.saturating_add(Duration::from_secs(seconds)).ok()?;
                Some(httpdate::fmt_http_date(date.into()))
            }
            Self::Garbage => Some("soon".to_owned()),
            Self::None => None,
            Self::Seconds(seconds) => Some(seconds.to_string()),
        }
    }

    /// The wait that has to be kept, at least. A date is cut to whole seconds.
    fn told(self) -> Duration {
        match self {
            Self::Absurd => Duration::from_secs(3600),
            Self::Date(seconds) => Duration::from_secs(seconds.saturating_sub(1)),
            Self::Garbage | Self::None => Duration::ZERO,
            Self::Seconds(seconds) => Duration::from_secs(seconds),
        }
    }
}

pub(super) fn answer() -> impl Strategy<Value = Answer> {
    let after = prop_oneof![
        6 => Just(Duration::ZERO),
        2 => (0..3_000_u64).prop_map(Duration::from_millis),
        1 => (0..45_u64).prop_map(Duration::from_secs),
    ];
    (reply(), after).prop_map(|(reply, after)| Answer { reply, after })
}

fn reply() -> impl Strategy<Value = Reply> {
    let token = (
        life(),
        prop::option::weighted(0.2, 0..4000_u64),
        any::<bool>(),
    )
        .prop_map(|(life, refresh_in, rotated)| Reply::Token {
            life,
            refresh_in,
            rotated,
        });
    prop_oneof![
        6 => token,
        1 => acted().prop_map(Reply::Hang),
        2 => acted().prop_map(Reply::Lost),
        5 => refusal().prop_map(Reply::Refused),
    ]
}

fn acted() -> impl Strategy<Value = Acted> {
    prop_oneof![Just(Acted::No), Just(Acted::Yes)]
}

fn life() -> impl Strategy<Value = Life> {
    prop_oneof![
        1 => Just(Life::Absent),
        1 => Just(Life::Absurd),
        1 => (1..4000_u64).prop_map(Life::Fraction),
        1 => Just(Life::Negative),
        6 => (1..4000_u64).prop_map(Life::Seconds),
        2 => (1..60_u64).prop_map(Life::Seconds),
        1 => (1..4000_u64).prop_map(Life::Text),
        1 => Just(Life::Zero),
    ]
}

fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        1 => Just(Refusal::BadScope),
        1 => Just(Refusal::Broken),
        3 => hint().prop_map(Refusal::Busy),
        1 => Just(Refusal::NoCode),
        1 => Just(Refusal::NotBearer),
        1 => Just(Refusal::NotJson),
        2 => hint().prop_map(Refusal::Overloaded),
        1 => Just(Refusal::Redirect),
        2 => Just(Refusal::SpentGrant),
        2 => Just(Refusal::StepUp),
        1 => Just(Refusal::Unavailable),
        1 => Just(Refusal::WrongSecret),
    ]
}

fn hint() -> impl Strategy<Value = Hint> {
    prop_oneof![
        Just(Hint::Absurd),
        (0..100_u64).prop_map(Hint::Date),
        Just(Hint::Garbage),
        Just(Hint::None),
        (0..100_u64).prop_map(Hint::Seconds),
    ]
}
