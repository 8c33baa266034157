use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::contender::Limits;
use crate::driver::protocol::{Hello, Profile};
use crate::driver::{Groups, Shared, Target, ca_file};
use crate::library::Library;
use crate::registry::Registry;

/// Everything that scenarios ask for.
fn able() -> Capabilities {
    let ops = [
        "call_api",
        "force_refresh",
        "invalidate",
        "set_clock",
        "cancel",
        "swap_credential",
    ];
    Capabilities {
        grants: vec![
            Grant::ClientCredentials,
            Grant::Password,
            Grant::RefreshToken,
            Grant::ApiToken,
        ],
        auth: vec!["post".to_owned(), "basic".to_owned()],
        ops: ops.map(str::to_owned).into(),
        clock: ClockMode::Driven,
        timers: true,
        concurrency: 1_000,
        classes: true,
        stores: true,
        ..Capabilities::default()
    }
}

fn driver(can: Capabilities, target: Target) -> Driver {
    Driver(Arc::new(Shared {
        ca_file: Arc::new(ca_file().expect("a file")),
        target,
        limits: Limits::OUTSIDE,
        clock: can.clock,
        hello: Hello {
            version: 1,
            name: "test".to_owned(),
            release: String::new(),
            can,
            profile: Profile::default(),
        },
        profile: Profile::default(),
        tried: None,
        margin: None,
        faketime: None,
        groups: Groups::default(),
        numbers: Default::default(),
        waiting: Default::default(),
    }))
}

fn library() -> Vec<Case> {
    let registry = Registry::embedded().expect("a registry");
    Library::embedded().plan(&registry).expect("cases")
}

/// The cases that a driver can be asked to play.
fn drivable() -> Vec<Case> {
    let mut cases = library();
    cases.retain(|case| !case.head.needs.iter().any(|need| is_beyond(*need)));
    cases
}

#[test]
fn what_the_protocol_has_no_words_for_is_told() {
    let driver = driver(able(), command());
    let mut told = BTreeSet::new();
    for case in library() {
        if case.head.needs.iter().any(|need| is_beyond(*need)) {
            told.insert(of(&driver, &case).expect("a reason"));
        }
    }
    let told: Vec<String> = told.into_iter().collect();
    insta::assert_snapshot!(told.join("\n"), @"
    needs `auth.certificate`: version 1 of the driver protocol has no words for it
    needs `auth.federated`: version 1 of the driver protocol has no words for it
    needs `auth.private_key`: version 1 of the driver protocol has no words for it
    needs `capabilities`: version 1 of the driver protocol has no words for it
    needs `dpop`: version 1 of the driver protocol has no words for it
    needs `grant.authorization_code`: version 1 of the driver protocol has no words for it
    needs `grant.device_code`: version 1 of the driver protocol has no words for it
    needs `grant.managed_identity`: version 1 of the driver protocol has no words for it
    needs `grant.on_behalf_of`: version 1 of the driver protocol has no words for it
    needs `grant.token_exchange`: version 1 of the driver protocol has no words for it
    needs `v1`: version 1 of the driver protocol has no words for it
    ");
}

fn command() -> Target {
    Target::Command(vec!["driver".to_owned()])
}

#[test]
fn a_client_that_can_do_everything_lacks_nothing() {
    let driver = driver(able(), command());
    assert_eq!(all(&driver), []);
    for case in drivable() {
        assert_eq!(of(&driver, &case), None, "{}", case.name);
    }
}

#[test]
fn what_is_missing_is_said_once_for_each_thing_that_can_be_missing() {
    let without_op = |op: &str| {
        let mut can = able();
        can.ops.retain(|offered| offered != op);
        can
    };
    let service = Target::read("http://127.0.0.1:1/").expect("an address");
    let drivers = [
        ("a service", driver(able(), service)),
        (
            "one vendor",
            driver(
                Capabilities {
                    providers: vec![Provider::Okta],
                    ..able()
                },
                command(),
            ),
        ),
        (
            "one grant",
            driver(
                Capabilities {
                    grants: vec![Grant::ClientCredentials],
                    ..able()
                },
                command(),
            ),
        ),
        (
            "no basic",
            driver(
                Capabilities {
                    auth: vec!["post".to_owned()],
                    ..able()
                },
                command(),
            ),
        ),
        (
            "no clock",
            driver(
                Capabilities {
                    clock: ClockMode::None,
                    ..able()
                },
                command(),
            ),
        ),
        (
            "faketime",
            driver(
                Capabilities {
                    clock: ClockMode::Faketime,
                    ..able()
                },
                command(),
            ),
        ),
        (
            "real time",
            driver(
                Capabilities {
                    clock: ClockMode::Scaled,
                    ..able()
                },
                command(),
            ),
        ),
        (
            "one at a time",
            driver(
                Capabilities {
                    concurrency: 1,
                    ..able()
                },
                command(),
            ),
        ),
        (
            "no classes, no stores",
            driver(
                Capabilities {
                    classes: false,
                    stores: false,
                    ..able()
                },
                command(),
            ),
        ),
        ("no call_api", driver(without_op("call_api"), command())),
        ("no cancel", driver(without_op("cancel"), command())),
        ("no swap", driver(without_op("swap_credential"), command())),
    ];
    let cases = drivable();
    let mut table = String::new();
    for (what, driver) in &drivers {
        let mut reasons: Vec<String> = cases.iter().filter_map(|case| of(driver, case)).collect();
        reasons.sort();
        reasons.dedup();
        writeln!(table, "{what}\n    {}", reasons.join("\n    ")).expect("text");
    }
    insta::assert_snapshot!(table, @"
    a service
        the client's process is not ours to kill
    one vendor
        the client does not know entra
    one grant
        needs `grant.api_token`: the client does not take API tokens
        needs `grant.password`: the client does not have this grant
        needs `grant.refresh_token`: the client does not have this grant
    no basic
        the client does not authenticate by `basic`
    no clock
        needs `clock`: the client's clock cannot be moved
    faketime
        needs `timers`: the client's sleeps cannot be moved
    real time
        needs `clock`: the client lives in real time, and a wait that the provider tells would last as long as it says
        needs `clock`: the client lives in real time, and its clock cannot be set apart from the server's
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 1 h 56 min 7 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 122 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 135 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 137 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 138 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 185 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 2 h 58 min 9 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 23 min 6 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and its shortest times cannot be told apart unless it takes 248 s of real time, and no more than 100 s are taken
        needs `clock`: the client lives in real time, and the lifetime that the client is told is scripted
        needs `clock`: the client lives in real time, and the windows of rate limits would last as long as they say
        needs `timers`: the client's sleeps cannot be moved
    one at a time
        needs `concurrency`: the client takes one call at a time, not 4
        needs `concurrency`: the client takes one call at a time, not 50
        needs `concurrency`: the client takes one call at a time, not 6
        needs `concurrency`: the client takes one call at a time, not 8
    no classes, no stores
        needs `classes`: the client reports no classes
        needs `stores`: the client does not keep its tokens where it is told
    no call_api
        needs `resource`: the driver does not offer `call_api`
    no cancel
        needs `cancel`: the driver does not offer `cancel`
    no swap
        needs `swap`: the driver does not offer `swap_credential`
    ");
}
