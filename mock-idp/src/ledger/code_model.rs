//! Authorization codes and the pages before them against a model: on a clock that goes both ways each page is decided on once, and
//! each code gives its tokens once, in its time, to its client.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    AuthorizationRequest, CodeRefusal, CodeShown, Ledger, Manner, NewCode, NotOpen, Progress,
    ResponseMode, Wanted,
};
use crate::directory::Platform;

const PAGE: i64 = 3_600;
const CODE: i64 = 600;

#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Approve(usize),
    Refuse(usize),
    /// With the right client, or another.
    Redeem(usize, bool),
    RevokeUser,
    Move(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Open),
        4 => any::<usize>().prop_map(Step::Approve),
        1 => any::<usize>().prop_map(Step::Refuse),
        6 => (any::<usize>(), prop::bool::weighted(0.8)).prop_map(|(n, own)| Step::Redeem(n, own)),
        1 => Just(Step::RevokeUser),
        3 => prop_oneof![-20_i64..20, Just(CODE), Just(-CODE), Just(PAGE)].prop_map(Step::Move),
    ]
}

#[derive(Default)]
struct Model {
    now: i64,
    /// When each page was opened, and whether it is decided on.
    pages: Vec<(i64, bool)>,
    /// When each code was given out, and what it would say now.
    codes: Vec<(i64, Option<&'static str>)>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + seconds).expect("a time")
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        client: "app".to_owned(),
        issuer: "t".to_owned(),
        scope: vec!["openid".to_owned()],
        redirect_uri: "https://app.example/".to_owned(),
        platform: Platform::Web,
        mode: ResponseMode::Query,
        state: None,
        nonce: None,
        challenge: None,
        hint: None,
        asks_consent: false,
        tells_account: false,
        device: None,
        any_issuer: false,
        wants: Wanted::CODE,
    }
}

fn ada() -> Progress {
    Progress {
        user: "ada".to_owned(),
        manner: Manner::PASSWORD,
        session: None,
    }
}

fn name(refusal: &CodeRefusal) -> &'static str {
    match refusal {
        CodeRefusal::OtherClient => "other",
        CodeRefusal::Redeemed => "redeemed",
        CodeRefusal::Revoked { .. } => "revoked",
        CodeRefusal::Expired => "expired",
        _ => "another reason",
    }
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.cast_unsigned())
}

fn take(step: Step, ledger: &Ledger, model: &mut Model) -> Result<(), TestCaseError> {
    let now = at(model.now);
    let among = |choice: usize, count: usize| (count > 0).then(|| choice % count);
    match step {
        Step::Open => {
            let flow = format!("page {}", model.pages.len());
            ledger.begin_authorization(request(), &flow, seconds(PAGE), now);
            model.pages.push((model.now, false));
        }
        Step::Approve(choice) | Step::Refuse(choice) => {
            let Some(place) = among(choice, model.pages.len()) else {
                return Ok(());
            };
            let open = ledger.authorization(&format!("page {place}"), now);
            let (opened, decided) = &mut model.pages[place];
            let expected = match (*decided, *opened + PAGE <= model.now) {
                (true, _) => Err(NotOpen::Decided),
                (_, true) => Err(NotOpen::Expired),
                _ => Ok(()),
            };
            prop_assert_eq!(open.as_ref().map(|_| ()).map_err(|e| *e), expected);
            let Ok(open) = open else {
                return Ok(());
            };
            *decided = true;
            if let Step::Refuse(_) = step {
                prop_assert!(ledger.refuse_authorization(open.serial, now).is_ok());
                return Ok(());
            }
            let value = format!("code {}", model.codes.len());
            let code = NewCode {
                value: &value,
                lifetime: seconds(CODE),
                now,
            };
            let approved = ledger.approve_authorization(open.serial, ada(), &[], code);
            prop_assert!(approved.is_ok());
            let again = ledger.approve_authorization(open.serial, ada(), &[], code);
            prop_assert_eq!(again.map(|_| ()), Err(NotOpen::Decided));
            model.codes.push((model.now, None));
        }
        Step::Redeem(choice, own) => {
            let Some(place) = among(choice, model.codes.len()) else {
                return Ok(());
            };
            let shown = CodeShown {
                value: &format!("code {place}"),
                client: if own { "app" } else { "thief" },
                issuer: "t",
                redirect_uri: "https://app.example/",
                verifier: None,
            };
            let (issued, standing) = &mut model.codes[place];
            let expected = match *standing {
                _ if !own => Err("other"),
                Some(standing) => Err(standing),
                None if *issued + CODE <= model.now => Err("expired"),
                None => Ok(()),
            };
            let redeemed = ledger.redeem_code(shown, now).map(|_| ());
            prop_assert_eq!(redeemed.map_err(|refusal| name(&refusal)), expected);
            if expected.is_ok() {
                *standing = Some("redeemed");
            }
        }
        Step::RevokeUser => {
            ledger.revoke_sign_ins_of("t", "ada", now);
            for (_, standing) in &mut model.codes {
                standing.get_or_insert("revoked");
            }
        }
        Step::Move(seconds) => model.now += seconds,
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_page_is_decided_on_once_and_a_code_redeemed_once(
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let ledger = Ledger::default();
        let mut model = Model::default();
        for step in steps {
            take(step, &ledger, &mut model)?;
        }
    }
}
