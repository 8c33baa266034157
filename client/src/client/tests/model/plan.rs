//! What a run is made of: a setting, what the server will answer, and steps.

use std::time::Duration;

use proptest::prelude::*;

use super::answer::{Answer, answer};

/// One run, as generated.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) setting: Setting,
    /// Used up in the order in which token requests come. After the last one every request brings a token for an hour.
    pub(super) answers: Vec<Answer>,
    pub(super) steps: Vec<Step>,
}

/// Who is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) source: Source,
    /// How many clients have one store.
    pub(super) clients: usize,
    /// Whether the store gives leases.
    pub(super) leased: bool,
    pub(super) rotation: Rotation,
    /// Whether a replaced refresh token may be sent again while nobody has got its successor.
    pub(super) leeway: bool,
}

/// What clients start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Client,
    Password,
    RefreshToken,
}

/// When a refresh brings another refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rotation {
    Always,
    AsAnswered,
    Never,
}

/// What happens. Numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// So many callers ask one client for a token.
    Ask(usize, usize),
    /// The runtime drops the token request of a client.
    Abort(usize),
    /// Time passes.
    Advance(Duration),
    Break(Breakage),
    /// Somebody calls a resource.
    Call(usize),
    /// A caller goes away.
    Cancel(usize),
    Invalidate(usize),
    /// The machine sleeps for so long.
    Jump(Duration),
    Refresh(usize),
    /// The store is again as it was at some time before.
    Restore(usize),
    /// The resource takes no token any more that was issued until now.
    Revoke,
    /// The clock shows so much less from now on.
    SetBack(Duration),
}

/// What a store cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breakage {
    Everything,
    Nothing,
    Saving,
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    (
        setting(),
        prop::collection::vec(answer(), 0..16),
        prop::collection::vec(step(), 1..32),
    )
        .prop_map(|(setting, answers, mut steps)| {
            if setting.clients > 1 {
                // What was not saved by one cannot be known to the others, and neither can the true age of what is in the store.
                steps.retain(|step| !matches!(step, Step::Break(_) | Step::SetBack(_)));
            }
            if steps.iter().any(|step| matches!(step, Step::SetBack(_))) {
                // A clock that was wrong once cannot tell how old a record is that was never in hand.
                steps.retain(|step| !matches!(step, Step::Restore(_)));
            }
            Plan {
                setting,
                answers,
                steps,
            }
        })
}

fn setting() -> impl Strategy<Value = Setting> {
    let source = prop_oneof![
        Just(Source::Client),
        Just(Source::Password),
        Just(Source::RefreshToken)
    ];
    let rotation = prop_oneof![
        Just(Rotation::Always),
        Just(Rotation::AsAnswered),
        Just(Rotation::Never)
    ];
    (source, 1..4_usize, any::<bool>(), rotation, any::<bool>()).prop_map(
        |(source, clients, leased, rotation, leeway)| {
            let mut setting = Setting {
                source,
                clients,
                leased,
                rotation,
                leeway,
            };
            if clients > 1 && !leased {
                setting.take_turns_out();
            }
            setting
        },
    )
}

impl Setting {
    /// Without leases two requests may be under way with one refresh token. Then the store ends with the newest one only if the
    /// server gives one of the two the successor and the other nothing.
    fn take_turns_out(&mut self) {
        self.leeway = false;
        if self.source == Source::Password {
            self.source = Source::RefreshToken;
        }
        if self.rotation == Rotation::AsAnswered {
            self.rotation = Rotation::Always;
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let client = any::<usize>;
    prop_oneof![
        8 => (client(), 1..4_usize).prop_map(|(client, callers)| Step::Ask(client, callers)),
        1 => client().prop_map(Step::Abort),
        8 => length().prop_map(Step::Advance),
        1 => prop_oneof![
            Just(Breakage::Everything),
            Just(Breakage::Nothing),
            Just(Breakage::Nothing),
            Just(Breakage::Saving)
        ].prop_map(Step::Break),
        3 => client().prop_map(Step::Call),
        1 => client().prop_map(Step::Cancel),
        1 => client().prop_map(Step::Invalidate),
        2 => length().prop_map(Step::Jump),
        3 => client().prop_map(Step::Refresh),
        1 => any::<usize>().prop_map(Step::Restore),
        1 => Just(Step::Revoke),
        1 => length().prop_map(Step::SetBack),
    ]
}

/// Around the edges that the policy knows, and between them.
fn length() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..2_000_u64).prop_map(Duration::from_millis),
        (1..70_u64).prop_map(Duration::from_secs),
        prop_oneof![
            Just(3_290_u64),
            Just(3_300),
            Just(3_590),
            Just(3_599),
            Just(3_600)
        ]
        .prop_map(Duration::from_secs),
        (60..90_000_u64).prop_map(Duration::from_secs),
    ]
}
