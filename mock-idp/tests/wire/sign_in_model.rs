//! Sign-ins against a model of them, over HTTP: in whatever order codes and refresh tokens are redeemed, revoked and rotated, keys
//! rotate, policies and assignments come and go and the clock moves, nothing that may be used once is used twice, nothing outlives
//! the sign-in that it came from, an access token neither, and every refusal is one that Entra could have said.

use mock_idp::directory::{AccessControl, ConditionalAccess, RotationMode};
use mock_idp::journal::Origin;
use mock_idp::{MockIdp, Secret};
use proptest::prelude::*;
use reqwest::Url;

use crate::answer::Answer;
use crate::browser::{
    Ask, Browser, LOOPBACK, SPA, VERIFIER, WEB, change_portal, redeem, redeem_at, refresh,
};
use crate::stage::{Stage, rotation};

const CODE_LIFE: u64 = 600;
const IDLE: u64 = 90 * 24 * 3600;
const SPA_LIFE: u64 = 24 * 3600;
const ORIGIN: &str = "https://portal.contoso.example";

/// What may happen. Numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
enum Step {
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
enum Kind {
    Web,
    Spa,
    Public,
}

fn step() -> impl Strategy<Value = Step> {
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

/// One sign-in: its code and what came of it.
struct SignedIn {
    kind: Kind,
    revoked: bool,
    redeemed: bool,
    code: String,
    code_at: u64,
    /// When its first refresh token was issued.
    family_at: u64,
}

/// An access token.
struct Access {
    value: String,
    sign_in: usize,
    ends_at: u64,
    revoked: bool,
}

struct Token {
    value: String,
    sign_in: usize,
    used_at: u64,
    rotated: bool,
}

struct Model<'s> {
    stage: &'s Stage,
    /// Where Graph tells who one is.
    me: String,
    /// Whether refresh tokens are good once.
    rotates: bool,
    now: u64,
    enabled: bool,
    blocked: bool,
    unassigned: bool,
    passwords: u32,
    sign_ins: Vec<SignedIn>,
    tokens: Vec<Token>,
    access: Vec<Access>,
}

impl Model<'_> {
    async fn take(&mut self, step: Step) {
        let stage = self.stage;
        let login = "ada@contoso.example";
        match step {
            Step::SignIn(kind) => self.sign_in(kind).await,
            Step::Redeem(choice) | Step::Steal(choice) => {
                if let Some(place) = among(choice, self.sign_ins.len()) {
                    let verifier = match step {
                        Step::Steal(_) => "a".repeat(43),
                        _ => VERIFIER.to_owned(),
                    };
                    self.redeem(place, &verifier).await;
                }
            }
            Step::Refresh(choice) => {
                if let Some(place) = among(choice, self.tokens.len()) {
                    self.refresh(place).await;
                }
            }
            Step::Call(choice) => {
                if let Some(place) = among(choice, self.access.len()) {
                    self.call(place).await;
                }
            }
            Step::RevokeToken(choice) => {
                if let Some(place) = among(choice, self.tokens.len()) {
                    let label = stage.idp.label_of(&self.tokens[place].value);
                    assert!(stage.idp.revoke(label.unwrap()));
                    let sign_in = self.tokens[place].sign_in;
                    self.sign_ins[sign_in].revoked = true;
                    self.end_access(sign_in);
                }
            }
            Step::RevokeUser => {
                assert!(stage.idp.revoke_sign_ins(login).is_some());
                for sign_in in &mut self.sign_ins {
                    sign_in.revoked = true;
                }
            }
            Step::ChangePassword => {
                self.passwords += 1;
                let password = Secret::new(format!("password number {}", self.passwords));
                assert!(stage.idp.change_password(login, password));
                for sign_in in &mut self.sign_ins {
                    // Codes are over, and what is not kept by a confidential client.
                    sign_in.revoked |= !sign_in.redeemed || sign_in.kind != Kind::Web;
                }
            }
            Step::RotateKeys => stage.idp.rotate_keys(),
            Step::Disable(is_disabled) => {
                self.enabled = !is_disabled;
                stage.idp.change_directory(|directory| {
                    directory.entra.tenants[0].users[0].enabled = !is_disabled;
                });
            }
            Step::Block(blocked) => {
                self.blocked = blocked;
                stage.idp.change_directory(|directory| {
                    let tenant = &mut directory.entra.tenants[0];
                    tenant.conditional_access.clear();
                    if blocked {
                        tenant.conditional_access.push(block());
                    }
                });
            }
            Step::Unassign(unassigned) => {
                self.unassigned = unassigned;
                change_portal(stage, |portal| portal.assignment_required = unassigned);
            }
            Step::Wait(seconds) => {
                self.now += seconds;
                stage.advance(seconds);
            }
        }
    }

    async fn sign_in(&mut self, kind: Kind) {
        let ask = match kind {
            Kind::Web => Ask::new(self.stage).to(WEB),
            Kind::Spa => Ask::new(self.stage).to(SPA),
            Kind::Public => Ask::new(self.stage).to(LOOPBACK),
        };
        let page = Browser::new(self.stage).ask(&ask).await;
        // Who may not sign in is shown a page.
        let may_enter = self.enabled && self.kept_out().is_none();
        assert_eq!(page.status == 302, may_enter, "{}", page.body);
        if !may_enter {
            return;
        }
        let sent = Url::parse(page.header("location").unwrap()).unwrap();
        let (_, code) = sent.query_pairs().find(|(name, _)| name == "code").unwrap();
        self.sign_ins.push(SignedIn {
            kind,
            revoked: false,
            redeemed: false,
            code: code.into_owned(),
            code_at: self.now,
            family_at: 0,
        });
    }

    /// The number of what keeps a user out whose credential is right.
    fn kept_out(&self) -> Option<u32> {
        match (self.unassigned, self.blocked) {
            (true, _) => Some(50_105),
            (_, true) => Some(53_003),
            _ => None,
        }
    }

    fn end_access(&mut self, sign_in: usize) {
        for token in self.access.iter_mut().filter(|it| it.sign_in == sign_in) {
            token.revoked = true;
        }
    }

    /// An access token is good until its end, or until its sign-in was taken back.
    async fn call(&self, place: usize) {
        let token = &self.access[place];
        let answer = self.stage.get_with(&self.me, &token.value).await;
        let is_good = !token.revoked && self.now < token.ends_at;
        assert_eq!(answer.status == 200, is_good, "{}", answer.body);
        assert!([200, 401].contains(&answer.status), "{}", answer.body);
    }

    async fn redeem(&mut self, place: usize, verifier: &str) {
        let (now, enabled, kept_out) = (self.now, self.enabled, self.kept_out());
        let sign_in = &mut self.sign_ins[place];
        let code = &sign_in.code;
        let ask = match sign_in.kind {
            Kind::Web => redeem(self.stage, code),
            Kind::Spa => redeem_at(self.stage, code, SPA).header("origin", ORIGIN),
            Kind::Public => redeem_at(self.stage, code, LOOPBACK),
        };
        let answer = ask.with("code_verifier", verifier).send().await;
        let number = if sign_in.redeemed {
            54_005
        } else if sign_in.revoked {
            50_173
        } else if sign_in.code_at + CODE_LIFE <= now {
            70_008
        } else if verifier != VERIFIER {
            501_481
        } else if !enabled {
            50_057
        } else if let Some(number) = kept_out {
            number
        } else {
            sign_in.redeemed = true;
            sign_in.family_at = now;
            let value = granted(&answer);
            self.access.push(access(&answer, place, now));
            self.tokens.push(Token {
                value,
                sign_in: place,
                used_at: now,
                rotated: false,
            });
            return;
        };
        refused(&answer, number);
    }

    async fn refresh(&mut self, place: usize) {
        let (now, kept_out) = (self.now, self.kept_out());
        let token = &mut self.tokens[place];
        let sign_in = &mut self.sign_ins[token.sign_in];
        let ask = refresh(self.stage, &token.value);
        let ask = match sign_in.kind {
            Kind::Web => ask,
            Kind::Spa => ask.without("client_secret").header("origin", ORIGIN),
            Kind::Public => ask.without("client_secret"),
        };
        let answer = ask.send().await;
        let is_spa = sign_in.kind == Kind::Spa;
        let number = if !self.enabled {
            50_057
        } else if sign_in.revoked {
            50_173
        } else if is_spa && sign_in.family_at + SPA_LIFE <= now {
            700_084
        } else if !is_spa && token.used_at + IDLE <= now {
            700_082
        } else if self.rotates && token.rotated {
            // Whoever is kept out is told so, and the token stays as it was.
            if kept_out.is_none() {
                // Whoever shows it again costs the others theirs.
                sign_in.revoked = true;
                let sign_in = token.sign_in;
                self.end_access(sign_in);
            }
            kept_out.unwrap_or(70_000)
        } else if let Some(number) = kept_out {
            number
        } else {
            token.used_at = now;
            token.rotated = true;
            let next = Token {
                value: granted(&answer),
                sign_in: token.sign_in,
                used_at: now,
                rotated: false,
            };
            assert!(self.tokens.iter().all(|known| known.value != next.value));
            self.access.push(access(&answer, next.sign_in, now));
            self.tokens.push(next);
            return;
        };
        refused(&answer, number);
    }
}

fn among(choice: usize, count: usize) -> Option<usize> {
    (count > 0).then(|| choice % count)
}

fn access(answer: &Answer, sign_in: usize, now: u64) -> Access {
    // A token lives for a second longer than is told.
    let told = answer.json()["expires_in"].as_u64().unwrap();
    Access {
        value: answer.text("access_token"),
        sign_in,
        ends_at: now + told + 1,
        revoked: false,
    }
}

fn block() -> ConditionalAccess {
    ConditionalAccess {
        id: "5d3c9a2e-0d4b-4b43-9a1f-6f4f5f0d7c11".to_owned(),
        control: AccessControl::Block,
        users: Vec::new(),
        workloads: Vec::new(),
        resources: Vec::new(),
    }
}

fn granted(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.text("refresh_token")
}

/// The refusal with this number, with all that belongs to it.
fn refused(answer: &Answer, number: u32) {
    let body = answer.json();
    assert_eq!(body["error_codes"][0], number, "{}", answer.body);
    assert!([400, 401].contains(&answer.status));
    let described = answer.text("error_description");
    assert!(
        described.starts_with(&format!("AADSTS{number}: ")),
        "{described}"
    );
    assert_eq!(
        answer.header("x-ms-request-id").unwrap(),
        answer.text("trace_id")
    );
    for member in ["error", "timestamp", "correlation_id", "error_uri"] {
        assert!(!answer.text(member).is_empty());
    }
}

async fn play(rotates: bool, steps: Vec<Step>) {
    let mut builder = MockIdp::entra();
    if rotates {
        builder = builder.rotation(rotation(RotationMode::Rotate, 0));
    }
    let stage = Stage::of(builder).await;
    stage.idp.sign_in_automatically(Some("ada@contoso.example"));
    let mut model = Model {
        stage: &stage,
        rotates,
        now: 0,
        me: format!("{}/v1.0/me", stage.idp.origin(Origin::Graph)),
        enabled: true,
        blocked: false,
        unassigned: false,
        passwords: 0,
        sign_ins: Vec::new(),
        tokens: Vec::new(),
        access: Vec::new(),
    };
    for step in steps {
        model.take(step).await;
    }
    // Nothing was a fault of ours.
    let entries = stage.idp.journal().entries();
    assert!(
        entries
            .iter()
            .all(|entry| entry.status().is_some_and(|status| status < 500))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn nothing_is_honoured_twice_and_nothing_outlives_its_sign_in(
        rotates: bool,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(rotates, steps));
    }
}
