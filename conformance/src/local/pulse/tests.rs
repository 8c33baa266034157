use super::*;

const LIMITS: Limits = Limits {
    unexplained: Duration::from_secs(3),
    ..Limits::OUTSIDE
};

/// A pulse with somebody who watches it, in a runtime whose time is moved by hand.
fn watched(activity: &Activity) -> Pulse {
    let pulse = Pulse::new(activity, LIMITS);
    tokio::spawn(activity.clone().usher());
    tokio::spawn(pulse.clone().watch());
    pulse
}

fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

/// Whether it becomes quiet within this time, and not at once.
async fn settles(activity: &Activity, within_real: Duration) -> bool {
    assert!(!activity.is_quiet(), "not at once");
    within(within_real, activity.quiet()).await.is_some()
}

const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn what_is_asked_is_busy_until_it_is_answered() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    assert!(activity.is_quiet());
    let (one, other) = (pulse.begin(Kind::Work), pulse.begin(Kind::Work));
    assert!(!activity.is_quiet());
    pulse.end(one);
    assert!(!activity.is_quiet(), "the other is under way");
    pulse.end(other);
    assert!(activity.is_quiet(), "in the same instant");
}

/// A renewal in the background that is refused and tried again at once: nobody waits for it.
#[tokio::test]
async fn an_answer_that_nobody_waits_for_has_an_echo() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let call = pulse.begin(Kind::Work);
    pulse.answered();
    pulse.end(call);
    assert!(activity.is_quiet(), "it was the call's");
    let call = pulse.begin(Kind::Work);
    pulse.answered();
    pulse.answered();
    pulse.end(call);
    assert!(settles(&activity, SOON).await);
    pulse.answered();
    assert!(settles(&activity, SOON).await);
    assert!(!pulse.goes_on().await, "there is nothing to wait for");
}

#[tokio::test]
async fn who_sleeps_is_not_busy_and_wakes_at_its_time() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let at = |second| Timestamp::from_second(second).expect("an instant");
    let ticket = pulse.begin(Kind::Work);
    pulse.sleeps(ticket, Some(at(30)));
    assert!(activity.is_quiet());
    pulse.wake(at(29));
    assert!(activity.is_quiet(), "too early");
    pulse.wake(at(30));
    assert!(!activity.is_quiet());
    pulse.sleeps(ticket, Some(at(60)));
    pulse.sleeps(ticket, None);
    assert!(!activity.is_quiet(), "it goes on before its time");
}

#[tokio::test]
async fn a_held_request_explains_why_work_waits_but_not_why_a_notice_does() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let work = pulse.begin(Kind::Work);
    pulse.parked(peer());
    assert!(
        settles(&activity, SOON).await,
        "the work waits for the play"
    );
    pulse.resumed(peer());
    assert!(!activity.is_quiet(), "it goes on");
    pulse.parked(peer());
    let notice = pulse.begin(Kind::Notice);
    assert!(
        !settles(&activity, SOON).await,
        "it is to be taken note of first"
    );
    pulse.end(notice);
    assert!(settles(&activity, SOON).await);
    pulse.end(work);
}

#[tokio::test]
async fn unexplained_silence_settles_later() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let _work = pulse.begin(Kind::Work);
    assert!(!settles(&activity, SOON).await);
    assert!(settles(&activity, LIMITS.unexplained).await);
    pulse.stir();
    assert!(
        !activity.is_quiet(),
        "any sign of life begins the wait anew"
    );
}

#[tokio::test]
async fn it_goes_on_with_a_sign_of_life_and_not_without_anything_under_way() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    assert!(!pulse.goes_on().await, "nothing is under way");
    let ticket = pulse.begin(Kind::Work);
    let stirring = pulse.clone();
    let (goes_on, ()) = tokio::join!(pulse.goes_on(), async {
        tokio::task::yield_now().await;
        stirring.requested();
    });
    assert!(goes_on);
    pulse.parked(peer());
    assert!(!pulse.goes_on().await, "it waits for the play");
    pulse.end(ticket);
}

#[tokio::test]
async fn silence_counts_from_the_last_sign_of_life_and_not_while_it_is_explained() {
    let activity = Activity::default();
    let pulse = Pulse::new(&activity, LIMITS);
    let limit = Duration::from_millis(200);
    let work = pulse.begin(Kind::Work);
    within(Duration::from_millis(50), std::future::pending::<()>()).await;
    assert!(pulse.left_of(limit, Kind::Work) < limit);
    pulse.sleeps(work, Some(Timestamp::MAX));
    within(Duration::from_millis(50), std::future::pending::<()>()).await;
    assert_eq!(pulse.left_of(limit, Kind::Work), limit);
    assert!(
        pulse.left_of(limit, Kind::Notice) < limit,
        "a sleeping call is no reason not to take note"
    );
    pulse.parked(peer());
    within(limit, std::future::pending::<()>()).await;
    assert_eq!(pulse.left_of(limit, Kind::Notice), limit);
    pulse.resumed(peer());
    pulse.sleeps(work, None);
    within(limit, std::future::pending::<()>()).await;
    assert_eq!(pulse.left_of(limit, Kind::Work), Duration::ZERO);
}

#[tokio::test]
async fn whoever_sends_without_end_is_not_waited_for() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let _work = pulse.begin(Kind::Work);
    for _ in 0..REQUESTS {
        pulse.requested();
    }
    assert!(!pulse.is_exhausted() && !activity.is_quiet());
    pulse.requested();
    assert!(pulse.is_exhausted() && activity.is_quiet());
    pulse.exhausted().await;
}

#[tokio::test]
async fn the_sleep_of_one_client_does_not_explain_the_silence_of_another() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let (one, other) = (pulse.clone().at(1), pulse.clone().at(2));
    let asleep = one.begin(Kind::Work);
    one.sleeps(asleep, Some(Timestamp::MAX));
    let waits_for_it = one.begin(Kind::Work);
    assert!(settles(&activity, SOON).await);
    let at_work = other.begin(Kind::Work);
    assert!(!settles(&activity, SOON).await);
    other.end(at_work);
    one.end(waits_for_it);
}

#[tokio::test]
async fn a_sleep_in_the_background_explains_who_waits_for_it_and_is_not_waited_for() {
    let activity = Activity::default();
    let pulse = watched(&activity);
    let asleep = pulse.begin(Kind::Sleep);
    pulse.sleeps(asleep, Some(Timestamp::MAX));
    assert!(activity.is_quiet(), "nobody asked for it");
    let waits_for_it = pulse.begin(Kind::Work);
    assert!(settles(&activity, SOON).await);
    pulse.end(waits_for_it);
}
