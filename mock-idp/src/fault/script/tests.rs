//! Which rule a request meets, by count, time, filter and chance.

use proptest::prelude::*;

use super::*;
use crate::clock::VirtualClock;
use crate::fault::{Per, RequestFilter};
use crate::journal::Endpoint;

fn script() -> (FaultScript, VirtualClock) {
    let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap());
    (FaultScript::on(Arc::new(clock.clone()), 1), clock)
}

/// The number of the rule that a request to an endpoint meets; 0 for none.
fn met(script: &FaultScript, endpoint: Endpoint) -> u32 {
    let applied = script.meet(&Asked::at(endpoint));
    let number = applied.and_then(|applied| applied.label.strip_prefix("fault#")?.parse().ok());
    number.unwrap_or(0)
}

#[test]
fn a_sequence_ends_in_its_last_reply_and_nth_counts_requests() {
    let (script, _) = script();
    script.add(Fault::at(Endpoint::Token).nth(2).reply(429));
    script.add(Fault::at(Endpoint::Token).times(3).reply(401).reply(200));
    let mut seen = Vec::new();
    for _ in 0..5 {
        let applied = script.meet(&Asked::at(Endpoint::Token));
        seen.push(applied.map(|applied| (applied.label, applied.status)));
    }
    assert_eq!(met(&script, Endpoint::Jwks), 0);
    insta::assert_compact_debug_snapshot!(seen, @r#"[Some(("fault#2", Some(401))), Some(("fault#1", Some(429))), Some(("fault#2", Some(200))), Some(("fault#2", Some(200))), None]"#);
}

#[test]
fn a_rule_that_another_pre_empts_still_counts() {
    let (script, _) = script();
    script.add(Fault::at(Endpoint::Token).nth(1));
    script.add(Fault::at(Endpoint::Token).nth(2));
    assert_eq!(met(&script, Endpoint::Token), 1);
    assert_eq!(met(&script, Endpoint::Token), 2);
    // Added later, it counts from there.
    script.add(Fault::at(Endpoint::Token).nth(1));
    assert_eq!(met(&script, Endpoint::Token), 3);
    script.clear();
    assert_eq!(met(&script, Endpoint::Token), 0);
}

#[test]
fn from_and_until_are_reckoned_from_the_adding_of_the_rule() {
    let (script, clock) = script();
    let seconds = Duration::from_secs;
    clock.advance(seconds(100));
    script.add(
        Fault::at(Endpoint::Token)
            .from(seconds(10))
            .until(seconds(20)),
    );
    let mut seen = Vec::new();
    for second in [0, 9, 1, 9, 1, 100] {
        clock.advance(seconds(second));
        seen.push(met(&script, Endpoint::Token));
    }
    assert_eq!(seen, [0, 0, 1, 1, 0, 0]);
    // The server's clock may be set back.
    clock.set("2030-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(met(&script, Endpoint::Token), 0);
}

#[test]
fn a_rule_counts_only_what_its_filter_admits() {
    let (script, _) = script();
    let ours = |client: &str| Asked {
        client: Some(client.to_owned()),
        ..Asked::at(Endpoint::Token)
    };
    let only = RequestFilter {
        clients: Some(vec!["a".to_owned()]),
        ..RequestFilter::default()
    };
    script.add(Fault::at(Endpoint::Token).only(only).nth(2));
    script.add(Fault::at(Endpoint::Token).only(RequestFilter {
        attempt: Some(2),
        ..RequestFilter::default()
    }));
    let seen: Vec<String> = ["a", "b", "a", "b", "a", "a"]
        .map(|client| {
            let applied = script.meet(&ours(client));
            applied.map_or_else(String::new, |applied| applied.label.to_string())
        })
        .to_vec();
    assert_eq!(seen, ["", "", "fault#1", "fault#2", "", ""]);
}

#[test]
fn rules_come_and_go_by_name_and_are_never_named_twice() {
    let (script, clock) = script();
    let token = || Fault::at(Endpoint::Token);
    let first = script.add(token().ttl(Duration::from_secs(60)));
    let second = script.add(token());
    assert_eq!(met(&script, Endpoint::Token), 1);
    clock.advance(Duration::from_secs(59));
    let listed = script.list();
    let shown: Vec<String> = listed
        .iter()
        .map(|rule| format!("{} {} {}", rule.id, rule.met, rule.applied))
        .collect();
    assert_eq!(shown, ["fault#1 1 1", "fault#2 1 0"]);
    assert_eq!(listed[0].expires_at, "2030-01-01T00:01:00Z".parse().ok());
    assert_eq!(listed[1].expires_at, None);
    clock.advance(Duration::from_secs(1));
    assert_eq!(script.list().len(), 1, "its time is over");
    assert!(!script.remove(first) && script.remove(second) && !script.remove(second));
    assert_eq!(met(&script, Endpoint::Token), 0);
    script.clear();
    assert_eq!(script.add(token()).to_string(), "fault#3");
    assert_eq!("fault#3".parse(), Ok(script.list()[0].id));
}

#[test]
fn there_is_an_end_to_rules() {
    let (script, clock) = script();
    let token = || Fault::at(Endpoint::Token);
    script.add(token().ttl(Duration::from_secs(1)));
    for _ in 1..MOST {
        script.try_add(token()).unwrap();
    }
    insta::assert_snapshot!(script.try_add(token()).unwrap_err(), @"the script has 1000 rules, the most there may be; remove some first");
    clock.advance(Duration::from_secs(1));
    assert_eq!(script.try_add(token()).unwrap().to_string(), "fault#1001");
    // Embedders are not refused: the oldest one makes room.
    script.add(token());
    let rules = script.list();
    assert_eq!(
        (rules.len(), rules[0].id.to_string()),
        (MOST, "fault#3".to_owned())
    );
}

#[test]
fn counts_may_be_those_of_each_connection() {
    let (script, _) = script();
    script.add(
        Fault::at(Endpoint::Token)
            .per(Per::Connection)
            .times(2)
            .reply(500)
            .reply(502),
    );
    let statuses: Vec<_> = [1, 1, 2, 1, 2, 2]
        .map(|connection| {
            let asked = Asked {
                connection,
                ..Asked::at(Endpoint::Token)
            };
            script
                .meet(&asked)
                .and_then(|applied| applied.status)
                .unwrap_or(200)
        })
        .to_vec();
    assert_eq!(statuses, [500, 502, 500, 200, 502, 200]);
}

#[test]
fn anything_is_every_request_but_no_connection() {
    let (script, _) = script();
    script.add(Fault::anywhere());
    for endpoint in Endpoint::ALL {
        let expected = u32::from(endpoint != Endpoint::Connection);
        assert_eq!(met(&script, endpoint), expected, "{endpoint:?}");
    }
}

/// The choices of a rule among so many requests.
fn choices(script: &FaultScript, label: &str, requests: usize) -> Vec<bool> {
    let met = || script.meet(&Asked::at(Endpoint::Token));
    (0..requests)
        .map(|_| met().is_some_and(|applied| &*applied.label == label))
        .collect()
}

#[test]
fn chance_is_of_the_seed_and_of_nothing_else() {
    let seeded = |seed| {
        let clock = VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap());
        FaultScript::on(Arc::new(clock), seed)
    };
    let half = || Fault::at(Endpoint::Token).probability(0.5).reply(503);
    let alone = seeded(1);
    alone.add(half());
    let chosen = choices(&alone, "fault#1", 1_000);
    let often = chosen.iter().filter(|chosen| **chosen).count();
    assert!((450..550).contains(&often), "{often}");
    // Others before it change its number and nothing else.
    let among = seeded(1);
    among.add(Fault::at(Endpoint::Jwks).probability(0.5));
    among.add(half());
    assert_eq!(choices(&among, "fault#2", 1_000), chosen);
    let other = seeded(2);
    other.add(half());
    assert_ne!(choices(&other, "fault#1", 1_000), chosen);
    // Its like throws dice of its own.
    let twins = seeded(1);
    twins.add(half());
    twins.add(half());
    let mut both = [0, 0, 0];
    for _ in 0..1_000 {
        both[usize::try_from(met(&twins, Endpoint::Token)).unwrap()] += 1;
    }
    assert!(
        (200..300).contains(&both[0]) && (200..300).contains(&both[2]),
        "{both:?}"
    );
    for (probability, expected) in [(0.0, 0), (1.0, 100)] {
        let certain = seeded(1);
        certain.add(Fault::at(Endpoint::Token).probability(probability));
        let chosen = choices(&certain, "fault#1", 100);
        assert_eq!(chosen.iter().filter(|chosen| **chosen).count(), expected);
    }
}

proptest! {
    /// However often rules are removed and the script is put back to how it was earlier or later.
    #[test]
    fn no_id_is_given_twice(steps in proptest::collection::vec((0u8..4, any::<prop::sample::Index>()), 0..60)) {
        let (script, _) = script();
        let mut saved = vec![script.saved()];
        let mut given = std::collections::HashSet::new();
        for (step, choice) in steps {
            match step {
                0 => prop_assert!(given.insert(script.add(Fault::at(Endpoint::Token)))),
                1 => saved.push(script.saved()),
                2 => script.restore(choice.get(&saved)),
                _ => script.clear(),
            }
        }
    }

    /// What a rule with these settings does to the requests of a row, said in another way.
    #[test]
    fn counting_is_as_said(
        nth in proptest::option::of(0u32..6),
        one_in in proptest::option::of(0u32..5),
        times in proptest::option::of(0u32..4),
        requests in proptest::collection::vec(any::<bool>(), 0..40),
    ) {
        let (script, _) = script();
        let mut rule = Fault::at(Endpoint::Token);
        if let Some(nth) = nth {
            rule = rule.nth(nth);
        }
        if let Some(one_in) = one_in {
            rule = rule.one_in(one_in);
        }
        if let Some(times) = times {
            rule = rule.times(times);
        }
        script.add(rule);
        script.add(Fault::at(Endpoint::Token));
        let places: Vec<usize> = (0..requests.len()).filter(|place| requests[*place]).collect();
        let chosen: Vec<usize> = places
            .iter()
            .enumerate()
            .map(|(index, place)| (index as u32 + 1, *place))
            .filter(|(number, _)| nth.is_none_or(|nth| *number == nth))
            .filter(|(number, _)| one_in.is_none_or(|every| every > 0 && number % every == 0))
            .map(|(_, place)| place)
            .take(times.map_or(usize::MAX, |times| times as usize))
            .collect();
        for (place, is_token) in requests.iter().enumerate() {
            let endpoint = if *is_token { Endpoint::Token } else { Endpoint::Resource };
            let expected = match (is_token, chosen.contains(&place)) {
                (false, _) => 0,
                (true, true) => 1,
                (true, false) => 2,
            };
            prop_assert_eq!(met(&script, endpoint), expected);
        }
    }
}
