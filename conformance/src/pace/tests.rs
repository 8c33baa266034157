use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::case::Case;
use crate::library::Library;
use crate::registry::Registry;
use crate::scenario::Need;

fn in_need_of_a_clock() -> Vec<Case> {
    let registry = Registry::embedded().expect("a registry");
    let mut cases = Library::embedded().plan(&registry).expect("cases");
    cases.retain(|case| case.head.needs.contains(&Need::Clock));
    cases.retain(|case| !case.head.needs.contains(&Need::Timers));
    cases
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn how_the_library_is_played() {
    let mut table: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for case in in_need_of_a_clock() {
        let how = match Pace::of(&case, Duration::ZERO) {
            Ok(pace) => {
                let life = pace.told_life().map_or(0, |life| life.as_secs());
                let takes = pace.takes().as_secs();
                format!(
                    "{} times as fast, tokens of {life} s, {takes} s",
                    pace.factor
                )
            }
            Err(why) => why,
        };
        let scenario = format!("{} {how}", case.head.scenario);
        table.entry(scenario).or_insert((0, String::new())).0 += 1;
    }
    let mut lines = String::new();
    for (line, (count, _)) in table {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{count:>2} {line}");
    }
    insta::assert_snapshot!(lines, @"
     3 api-token/owner-changes 720 times as fast, tokens of 5 s, 2 s
     1 api-token/replaced 720 times as fast, tokens of 5 s, 2 s
     1 api-token/runs-out its shortest times cannot be told apart unless it takes 1 h 56 min 7 s of real time, and no more than 100 s are taken
     1 api-token/runs-out its shortest times cannot be told apart unless it takes 2 h 58 min 9 s of real time, and no more than 100 s are taken
     1 api-token/share-of-limits the windows of rate limits would last as long as they say
     2 cache/killed-in-the-middle 720 times as fast, tokens of 5 s, 7 s
     4 cache/restart 720 times as fast, tokens of 5 s, 7 s
     6 cache/separate-identities 720 times as fast, tokens of 5 s, 7 s
     2 concurrency/cancelled-caller 1 times as fast, tokens of 0 s, 0 s
     2 concurrency/cancelled-caller 2 times as fast, tokens of 1800 s, 5 s
     2 concurrency/forced-together 720 times as fast, tokens of 5 s, 7 s
     2 concurrency/two-clients-one-store 720 times as fast, tokens of 5 s, 14 s
     2 credentials/certificate-rollover 720 times as fast, tokens of 5 s, 22 s
     1 credentials/platform-token 720 times as fast, tokens of 5 s, 19 s
     2 credentials/secret-expires 120 times as fast, tokens of 30 s, 78 s
     1 dpop/bound-tokens 17280 times as fast, tokens of 5 s, 44 s
     2 errors/invalid-grant-stops 720 times as fast, tokens of 5 s, 3 s
     2 errors/second-factor-due 720 times as fast, tokens of 5 s, 10 s
     2 expiry/any-lifetime 1080 times as fast, tokens of 5 s, 13 s
     2 expiry/any-lifetime 180 times as fast, tokens of 5 s, 15 s
     2 expiry/any-lifetime 20160 times as fast, tokens of 5 s, 10 s
     2 expiry/any-lifetime 60 times as fast, tokens of 5 s, 15 s
     2 expiry/early-refresh 720 times as fast, tokens of 5 s, 5 s
     2 expiry/frozen-server its clock cannot be set apart from the server's
     2 expiry/just-over-the-margin its shortest times cannot be told apart unless it takes 23 min 6 s of real time, and no more than 100 s are taken
     2 expiry/refresh-failing-while-valid 120 times as fast, tokens of 30 s, 30 s
     1 expiry/refresh-failing-while-valid 360 times as fast, tokens of 10 s, 8 s
     1 expiry/renewal-in-an-outage its shortest times cannot be told apart unless it takes 138 s of real time, and no more than 100 s are taken
     4 expiry/wrong-clock its clock cannot be set apart from the server's
     1 machine/ordinary-day 720 times as fast, tokens of 5 s, 15 s
     2 passive/dead-refresh-token 720 times as fast, tokens of 5 s, 3 s
     1 passive/okta-rate-limit a wait that the provider tells would last as long as it says
     2 passive/ordinary-day 720 times as fast, tokens of 5 s, 10 s
     2 rate-limit/burst the windows of rate limits would last as long as they say
     2 rate-limit/long-wait a wait that the provider tells would last as long as it says
     8 rate-limit/no-hint a wait that the provider tells would last as long as it says
    11 rate-limit/odd-values a wait that the provider tells would last as long as it says
     1 rate-limit/okta-window the windows of rate limits would last as long as they say
     1 rate-limit/request-loop the windows of rate limits would last as long as they say
     3 rate-limit/reset-forms a wait that the provider tells would last as long as it says
     1 rate-limit/several-limits the windows of rate limits would last as long as they say
     5 rate-limit/wait-as-told a wait that the provider tells would last as long as it says
     2 rate-limit/wait-as-told its clock cannot be set apart from the server's
     6 refresh/keeps-token-when-none-returned 720 times as fast, tokens of 5 s, 14 s
     2 refresh/lost-answer 720 times as fast, tokens of 5 s, 7 s
     2 refresh/lost-answer its shortest times cannot be told apart unless it takes 248 s of real time, and no more than 100 s are taken
     2 refresh/password-is-dropped 720 times as fast, tokens of 5 s, 14 s
     4 refresh/revoked-grant 720 times as fast, tokens of 5 s, 7 s
     3 refresh/rotation 720 times as fast, tokens of 5 s, 14 s
     4 refresh/secret-replaced 720 times as fast, tokens of 5 s, 14 s
     4 request/hygiene 720 times as fast, tokens of 5 s, 7 s
     4 request/post-bodies 720 times as fast, tokens of 5 s, 2 s
     4 request/refresh-request 720 times as fast, tokens of 5 s, 14 s
    12 response/lifetime-not-told the lifetime that the client is told is scripted
     8 response/tolerant-reading 720 times as fast, tokens of 5 s, 15 s
     2 response/tolerant-reading the lifetime that the client is told is scripted
     2 response/v1-texts 1080 times as fast, tokens of 5 s, 10 s
     1 rotation/leeway its shortest times cannot be told apart unless it takes 135 s of real time, and no more than 100 s are taken
     1 rotation/leeway its shortest times cannot be told apart unless it takes 137 s of real time, and no more than 100 s are taken
     1 rotation/reuse-detected 720 times as fast, tokens of 5 s, 14 s
     1 sign-in/exchanged 720 times as fast, tokens of 5 s, 15 s
     1 sign-in/on-behalf-of 720 times as fast, tokens of 5 s, 14 s
     2 unauthorized/access-revoked 720 times as fast, tokens of 5 s, 66 s
     4 unauthorized/keys-rolled 720 times as fast, tokens of 5 s, 7 s
     2 unauthorized/keys-withdrawn 1 times as fast, tokens of 0 s, 0 s
    ");
}

fn pace(margin: u64, life: Lifetime, factor: u32) -> Pace {
    Pace {
        factor,
        unit: Some(3600),
        margin: seconds(margin),
        life,
        passes: seconds(7200),
        pauses: 1,
    }
}

#[test]
fn a_lifetime_on_the_wire_is_the_margin_and_a_fraction() {
    use crate::scenario::Length;

    let hour = Lifetime::Fixed(Length(seconds(3600)));
    let told = |margin, factor| {
        pace(margin, hour, factor)
            .told_life()
            .map(|it| it.as_secs())
    };
    assert_eq!(told(0, 720), Some(5), "all of it can be used");
    assert_eq!(told(1, 720), Some(5));
    assert_eq!(told(300, 720), Some(304), "the last tenth is not");
    assert_eq!(told(300, 1), Some(3600), "as it is");
    let over = Lifetime::OverMargin(Length(seconds(10)));
    assert_eq!(pace(300, over, 2).said_life(), seconds(305));
    let later = pace(300, over, 2).told_life();
    assert!(later > Some(seconds(305)) && later < Some(seconds(306)));
    assert_eq!(pace(300, over, 2).life(), seconds(610));
    let timeless = Pace {
        unit: None,
        ..pace(300, hour, 1)
    };
    assert_eq!(timeless.told_life(), None);
    assert_eq!(timeless.slower(), None);
}

#[test]
fn a_slower_pace_has_whole_seconds_too() {
    use crate::scenario::Length;

    let hour = Lifetime::Fixed(Length(seconds(3600)));
    let paces = std::iter::successors(Some(pace(0, hour, 720)), |pace| pace.slower());
    let factors: Vec<u32> = paces.map(Pace::factor).collect();
    assert_eq!(factors, [720, 360, 180, 90, 45]);
    assert!(factors.iter().all(|factor| 3600 % factor == 0));
    let all = pace(0, hour, 720).takes_in_all();
    assert_eq!(all, seconds(10 + 20 + 40) + PAUSE * 3);
}

#[test]
fn a_time_that_cannot_be_told_from_a_lifetime_is_known() {
    let registry = Registry::embedded().expect("a registry");
    let cases = Library::embedded().plan(&registry).expect("cases");
    let early = |case: &&Case| case.name.0 == "expiry/early-refresh[okta]";
    let case = cases.iter().find(early).expect("the case");
    let pace = Pace::of(case, Duration::ZERO).expect("a pace");
    assert_eq!(pace.blurred(&case.checks), ["before-the-end"]);
    let real = Pace { factor: 1, ..pace };
    assert_eq!(real.blurred(&case.checks), Vec::<String>::new());
}
