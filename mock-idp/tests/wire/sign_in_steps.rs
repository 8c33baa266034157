//! What may happen to sign-ins, in any order: the steps of their model.

use proptest::prelude::*;

pub(crate) const CODE_LIFE: u64 = 600;
pub(crate) const IDLE: u64 = 90 * 24 * 3600;
pub(crate) const SPA_LIFE: u64 = 24 * 3600;

/// What may happen. Numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    SignIn(Kind),
    Redeem(usize),
    /// With another verifier.
    Steal(usize),
    Refresh(usize),
    /// Calls Graph with an access token.
    Call(usize),
    RevokeToken(usize),
    RevokeUser,
    ChangePassword,
    RotateKeys,
    Disable(bool),
    /// A policy forbids everything, or does no longer.
    Block(bool),
    /// The application asks for an assignment that the user does not have, or does no longer.
    Unassign(bool),
    Wait(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Web,
    Spa,
    Public,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![Just(Kind::Web), Just(Kind::Spa), Just(Kind::Public)];
    let wait = prop_oneof![
        1u64..300,
        Just(CODE_LIFE - 1),
        Just(CODE_LIFE),
        3_500u64..5_500,
        Just(SPA_LIFE),
        Just(IDLE - 1),
        Just(IDLE)
    ];
    prop_oneof![
        4 => kind.prop_map(Step::SignIn),
        5 => any::<usize>().prop_map(Step::Redeem),
        1 => any::<usize>().prop_map(Step::Steal),
        6 => any::<usize>().prop_map(Step::Refresh),
        4 => any::<usize>().prop_map(Step::Call),
        1 => any::<usize>().prop_map(Step::RevokeToken),
        1 => Just(Step::RevokeUser),
        1 => Just(Step::ChangePassword),
        1 => Just(Step::RotateKeys),
        1 => any::<bool>().prop_map(Step::Disable),
        1 => any::<bool>().prop_map(Step::Block),
        1 => any::<bool>().prop_map(Step::Unassign),
        3 => wait.prop_map(Step::Wait),
    ]
}
