use super::*;
use crate::case::Case;
use crate::library::Library;
use crate::registry::Registry;

const TEXT: &str = "
schema: 1
scenario: area/name
about: A token grows old.
providers: [okta]
needs: [clock, grant.client_credentials]
idp: { token: { expires_in: 3600s } }
steps: [{ get_token: { as: a } }, { advance: { by: 3700s } }, { get_token: { as: b } }]
checks:
  - { id: twice, req: expiry.no-stale-token-on-wire, count: { to: token, is: 2 } }
";

fn pacing() -> Pacing {
    let mut library = Library::new();
    library.add_text("area/name.yaml", TEXT);
    let registry = Registry::embedded().expect("a registry");
    let cases: Vec<Case> = library.plan(&registry).expect("a sound scenario");
    let pace = Pace::of(&cases[0], Duration::ZERO).expect("a pace");
    assert_eq!(pace.factor(), 720);
    Pacing::new(pace, at(0))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_893_456_000 + seconds).expect("an instant")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_second_of_the_machine_is_many_of_the_timeline() {
    let pacing = pacing();
    let wall = pacing.wall(at(0));
    assert_eq!(pacing.wall(at(7200)).duration_since(wall).as_secs(), 10);
    assert_eq!(pacing.instant(pacing.wall(at(3600))), at(3600));
    let end = Timestamp::MAX;
    assert!(
        pacing.wall(end) > wall && pacing.instant(end) == end,
        "no overflow"
    );
}

#[test]
fn what_was_not_let_pass_is_delay() {
    let pacing = pacing();
    pacing.set_out(at(100), seconds(3600));
    assert_eq!(pacing.planned(at(0), at(50)), seconds(0));
    assert_eq!(pacing.planned(at(0), at(1100)), seconds(1000), "it lasts");
    pacing.arrive(at(3800));
    assert_eq!(pacing.planned(at(0), at(3800)), seconds(3600));
    assert_eq!(pacing.delay(at(0), at(3800)), seconds(200));
    assert_eq!(pacing.delay(at(1100), at(3800)), seconds(100));
    // It was behind, and has caught up by now.
    pacing.set_out(at(3900), seconds(600));
    pacing.arrive(at(4000));
    assert_eq!(pacing.delay(at(0), at(4000)), seconds(0));
    assert_eq!(pacing.planned(at(3900), at(4000)), seconds(600));
}
