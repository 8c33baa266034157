//! Worlds that are put back: the same requests get the same answers.

use std::sync::Arc;
use std::time::Duration;

use mock_idp::clock::{Clock as _, Rate, VirtualClock};
use mock_idp::fault::Fault;
use mock_idp::journal::Endpoint;
use mock_idp::mint::{Flaw, TokenRecipe};
use mock_idp::{MockIdp, Provider};
use proptest::prelude::*;

use crate::browser::{Ask, Browser, redeem, sent_to};
use crate::stage::{START, Stage, TokenAsk};

/// Something that changes a world.
#[derive(Clone, Copy, Debug)]
enum Change {
    AppOnly,
    Password,
    Refresh,
    CallApi,
    Wait(u16),
    Fault(u8),
    ClearFaults,
    RotateKeys,
    PublishKey,
    WithdrawOthers,
    AddSecret,
    RetireSecrets,
    RevokeAccess,
    RevokeGrants,
    Mint,
    Forge,
    MintRefresh,
    LoseUsers,
    /// A page is opened, a user signs in there, a code is redeemed (Entra).
    OpenPage,
    SignIn,
    RedeemCode,
    RevokeUser,
    GuessPassword,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => Just(Change::AppOnly),
        3 => Just(Change::Password),
        3 => Just(Change::Refresh),
        3 => Just(Change::CallApi),
        2 => (1u16..4000).prop_map(Change::Wait),
        2 => (1u8..5).prop_map(Change::Fault),
        1 => Just(Change::ClearFaults),
        1 => Just(Change::RotateKeys),
        1 => Just(Change::PublishKey),
        1 => Just(Change::WithdrawOthers),
        1 => Just(Change::AddSecret),
        1 => Just(Change::RetireSecrets),
        1 => Just(Change::RevokeAccess),
        1 => Just(Change::RevokeGrants),
        1 => Just(Change::Mint),
        1 => Just(Change::Forge),
        1 => Just(Change::MintRefresh),
        1 => Just(Change::LoseUsers),
        2 => Just(Change::OpenPage),
        2 => Just(Change::SignIn),
        2 => Just(Change::RedeemCode),
        1 => Just(Change::RevokeUser),
        1 => Just(Change::GuessPassword),
    ]
}

/// What a client has got so far.
#[derive(Clone, Default)]
struct Purse {
    access: Vec<String>,
    refresh: Vec<String>,
    codes: Vec<String>,
}

impl Change {
    async fn happen(self, stage: &Stage, purse: &mut Purse) {
        let idp = &stage.idp;
        match self {
            Self::AppOnly => purse.ask(stage.app_only()).await,
            Self::Password => purse.ask(stage.password()).await,
            Self::Refresh => {
                let token = purse.refresh.last().cloned().unwrap_or_default();
                purse.ask(stage.refresh(&token)).await;
            }
            Self::CallApi => {
                let token = purse.access.last().cloned().unwrap_or_default();
                stage.call_api(&token).await;
            }
            Self::Wait(seconds) => stage.advance(seconds.into()),
            Self::Fault(every) => {
                let fault = Fault::at(Endpoint::Token).one_in(every.into()).times(2);
                idp.faults().add(fault.reply(503));
            }
            Self::ClearFaults => idp.faults().clear(),
            Self::RotateKeys => idp.rotate_keys(),
            // There are not so many.
            Self::PublishKey => drop(idp.publish_key(None)),
            Self::WithdrawOthers => idp.withdraw_keys(),
            Self::AddSecret => drop(idp.add_secret(&idp.client_id())),
            Self::RetireSecrets => idp.retire_secrets(&idp.client_id()),
            Self::RevokeAccess => idp.revoke_access_tokens(),
            Self::RevokeGrants => idp.revoke_grants(),
            Self::Mint => {
                let minted = idp.mint(&TokenRecipe::default()).unwrap();
                purse.access.push(minted.value.reveal().to_owned());
            }
            Self::Forge => {
                let minted = idp.mint(&TokenRecipe {
                    forge: Some(Flaw::WrongKey),
                    ..TokenRecipe::default()
                });
                purse.access.push(minted.unwrap().value.reveal().to_owned());
            }
            Self::MintRefresh => {
                let minted = idp.mint_refresh_token();
                purse.refresh.push(minted.value.reveal().to_owned());
            }
            Self::OpenPage | Self::SignIn if idp.provider() == Provider::Okta => {}
            Self::OpenPage => {
                Browser::new(stage).ask(&new_scope(stage)).await;
            }
            Self::SignIn => {
                Browser::new(stage).ask(&new_scope(stage)).await;
                let login = idp.credentials().username;
                let page = idp.pending_authorizations().pop();
                let page = page.map(|page| idp.approve_authorization(page.id, &login));
                if let Some(Ok(back)) = page {
                    purse.codes.push(sent_to(&back.url).code());
                }
            }
            Self::RedeemCode => {
                let code = purse.codes.last().cloned().unwrap_or_default();
                purse.ask(redeem(stage, &code)).await;
            }
            Self::RevokeUser => drop(idp.revoke_sign_ins(&idp.credentials().username)),
            Self::GuessPassword => {
                purse
                    .ask(stage.password().with("password", "a guess"))
                    .await;
            }
            Self::LoseUsers => idp.change_directory(|directory| {
                directory.entra.tenants[0].users.truncate(1);
                directory.okta.users.truncate(1);
            }),
        }
    }
}

impl Purse {
    async fn ask(&mut self, ask: TokenAsk<'_>) {
        let answer = ask.send().await;
        let Ok(body) = serde_json::from_str::<serde_json::Value>(&answer.body) else {
            return;
        };
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        self.access.extend(text("access_token"));
        self.refresh.extend(text("refresh_token"));
    }
}

/// The portal asks for something that nobody has consented to.
fn new_scope(stage: &Stage) -> Ask {
    let scope = "openid offline_access api://contoso-orders/Orders.Write";
    Ask::new(stage).with("scope", scope)
}

/// All that can be seen of a world from outside, by asking it a fixed row of questions.
async fn observed(stage: &Stage, purse: &Purse) -> Vec<String> {
    let idp = &stage.idp;
    let mut seen = Vec::new();
    for ask in [
        stage.app_only(),
        stage.password(),
        stage.app_only().with("client_secret", "not the secret"),
    ] {
        seen.push(format!("{:?}", ask.send().await));
    }
    for token in purse.refresh.iter().rev().take(3) {
        seen.push(format!("{:?}", stage.refresh(token).send().await));
    }
    for code in purse.codes.iter().rev().take(3) {
        seen.push(format!("{:?}", redeem(stage, code).send().await));
    }
    if idp.provider() == Provider::Entra {
        seen.push(format!("{:?}", idp.pending_authorizations()));
        // What users have allowed shows in what they are asked.
        for page in idp.pending_authorizations().iter().take(2) {
            let login = idp.credentials().username;
            seen.push(format!(
                "{:?}",
                idp.approve_authorization(page.id, &login).map(|it| it.url)
            ));
        }
    }
    for token in purse.access.iter().rev().take(3) {
        seen.push(format!("{:?}", stage.call_api(token).await));
    }
    seen.push(format!("{:?}", stage.get(&idp.jwks_url(), &[]).await));
    seen.push(format!(
        "{:?}",
        idp.mint(&TokenRecipe::default()).unwrap().value.reveal()
    ));
    seen.push(format!("{:?}", idp.add_secret(&idp.client_id()).reveal()));
    seen.push(format!(
        "{:?} {:?} {:?}",
        idp.keys(),
        idp.tokens(),
        idp.clock()
    ));
    for mut entry in idp.journal().entries() {
        // Connections outlast what is put back.
        (entry.connection, entry.peer) = (0, None);
        seen.push(format!("{entry:?}"));
    }
    seen.push(format!(
        "{} {}",
        idp.journal().written(),
        idp.journal().dropped()
    ));
    seen
}

/// Shows only what differs: the rest is long.
fn same(before: &[String], after: &[String]) {
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        assert_eq!(before, after);
    }
}

async fn everything_is_put_back(provider: Provider, before: Vec<Change>, after: Vec<Change>) {
    let stage = Stage::of(MockIdp::of(provider).seed(7).journal_capacity(12)).await;
    let mut purse = Purse::default();
    let fresh = observed(&stage, &purse).await;
    stage.idp.restore(&stage.idp.at_start().with_clock());
    for change in before {
        change.happen(&stage, &mut purse).await;
    }
    let snapshot = stage.idp.snapshot().with_clock();
    let first = observed(&stage, &purse).await;
    let mut later = purse.clone();
    for _ in 0..2 {
        for change in &after {
            change.happen(&stage, &mut later).await;
        }
        stage.idp.restore(&snapshot);
        same(&first, &observed(&stage, &purse).await);
    }
    stage.idp.reset();
    stage.clock.set(START.parse().unwrap());
    same(&fresh, &observed(&stage, &Purse::default()).await);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Whatever happened before and after: what was saved is what there is again, to the byte.
    #[test]
    fn a_restored_world_answers_as_it_did(
        is_entra: bool,
        before in prop::collection::vec(change(), 0..14),
        after in prop::collection::vec(change(), 1..14),
    ) {
        let provider = if is_entra { Provider::Entra } else { Provider::Okta };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(everything_is_put_back(provider, before, after));
    }
}

#[tokio::test]
async fn the_clock_is_put_back_only_if_asked_for() {
    let stage = Stage::okta().await;
    let (plain, with_clock) = (stage.idp.snapshot(), stage.idp.snapshot().with_clock());
    let start = stage.clock.now();
    stage.advance(100);
    stage.clock.run(Rate::REAL);
    stage.idp.restore(&plain);
    assert!(stage.clock.now() > start);
    stage.idp.reset();
    assert!(stage.clock.now() > start && stage.clock.rate().is_some());
    stage.idp.restore(&with_clock);
    assert_eq!((stage.clock.now(), stage.clock.rate()), (start, None));
    stage.clock.run(Rate::new(0.5).unwrap());
    let running = stage.idp.snapshot().with_clock();
    stage.clock.freeze();
    stage.idp.restore(&running);
    assert_eq!(stage.clock.rate(), Rate::new(0.5).ok());
}

#[tokio::test]
async fn a_world_knows_whether_its_clock_has_hands() {
    let stage = Stage::okta().await;
    stage
        .idp
        .virtual_clock()
        .unwrap()
        .advance(Duration::from_secs(5));
    assert_eq!(stage.clock.now().to_string(), "2030-01-01T00:00:05Z");
    let on_the_machines = MockIdp::okta().plain_http().start().await.unwrap();
    assert!(on_the_machines.virtual_clock().is_none());
    // There is nothing to put back.
    on_the_machines.restore(&on_the_machines.snapshot().with_clock());
    let running = Arc::new(VirtualClock::following_system());
    let idp = MockIdp::okta().clock(running).plain_http().start().await;
    assert_eq!(
        idp.unwrap().virtual_clock().unwrap().rate(),
        Some(Rate::REAL)
    );
}

#[tokio::test]
async fn a_secret_that_is_forgotten_is_still_looked_for() {
    let stage = Stage::okta().await;
    let secret = stage.idp.add_secret(&stage.idp.client_id());
    stage.idp.reset();
    let refused = stage.app_only().with("client_secret", secret.reveal());
    assert_eq!(refused.send().await.status, 401);
    stage
        .get(&stage.idp.api_url(), &[("x-debug", secret.reveal())])
        .await;
    assert_eq!(stage.last_entry().secrets.len(), 1);
}

#[tokio::test]
async fn a_snapshot_shows_nothing_and_goes_anywhere() {
    fn goes_anywhere<T: Send + Sync + Clone + 'static>(_: &T) {}
    let stage = Stage::entra().await;
    stage.password().send().await;
    let snapshot = stage.idp.snapshot().with_clock();
    goes_anywhere(&snapshot);
    insta::assert_snapshot!(format!("{snapshot:?}"), @"Snapshot { at: Some(2030-01-01T00:00:00Z), moves_clock: true, .. }");
    // It is bound to nothing: the world it was taken of may be gone.
    stage.idp.stop().await.unwrap();
    drop(snapshot);
}
