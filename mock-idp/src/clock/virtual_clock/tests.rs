//! Clocks that are moved by hand or run.

use super::*;

fn clock() -> VirtualClock {
    VirtualClock::starting_at("2030-01-01T00:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn sleepers_wake_when_the_clock_passes_them() {
    let clock = clock();
    let sleep = tokio::spawn(clock.sleep(Duration::from_secs(30)));
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(29));
    tokio::task::yield_now().await;
    assert!(!sleep.is_finished());
    clock.advance(Duration::from_secs(1));
    sleep.await.unwrap();
    assert_eq!(clock.next_deadline(), None);
}

#[test]
fn a_deadline_is_known_before_the_first_poll_and_forgotten_on_drop() {
    let clock = clock();
    let sleep = clock.sleep(Duration::from_secs(30));
    assert_eq!(
        clock.next_deadline(),
        Some("2030-01-01T00:00:30Z".parse().unwrap())
    );
    drop(sleep);
    assert_eq!(clock.next_deadline(), None);
}

#[test]
fn time_ends_without_panic() {
    let clock = clock();
    clock.advance(Duration::MAX);
    assert_eq!(clock.now(), Timestamp::MAX);
    drop(clock.sleep(Duration::MAX));
}

fn rate(number: f64) -> Rate {
    Rate::new(number).unwrap()
}

/// Waits for something that takes milliseconds, and gives up after many seconds of the machine's time.
async fn soon<T>(wait: impl Future<Output = T>) -> T {
    crate::clock::within(Duration::from_secs(60), wait)
        .await
        .expect("it should have come long ago")
}

#[test]
fn a_running_clock_shows_the_machines_time_at_its_rate() {
    let clock = clock();
    let start = clock.now();
    assert_eq!(clock.rate(), None);
    let before = monotonic();
    clock.run(rate(1000.0));
    let running = monotonic();
    while monotonic() < running + Duration::from_millis(2) {}
    let asked = monotonic();
    let shown = Duration::try_from(clock.now().duration_since(start)).unwrap();
    let after = monotonic();
    assert!(shown >= (asked - running) * 999, "{shown:?}");
    assert!(shown <= (after - before) * 1001, "{shown:?}");
    assert_eq!(clock.rate(), Some(rate(1000.0)));
}

#[test]
fn a_running_clock_never_goes_back_and_stops_where_it_is_frozen() {
    let clock = clock();
    clock.run(rate(0.001));
    let mut last = clock.now();
    for faster in 0..200 {
        clock.run(rate(f64::from(faster) + 0.5));
        let now = clock.now();
        assert!(now >= last, "{now} {last}");
        last = now;
    }
    clock.freeze();
    let frozen = clock.now();
    assert!(frozen >= last);
    while monotonic().elapsed().is_zero() {}
    assert_eq!((clock.now(), clock.rate()), (frozen, None));
}

#[test]
fn a_running_clock_is_moved_and_runs_on() {
    let clock = clock();
    clock.run(rate(1e-6));
    let day = Duration::from_secs(86_400);
    clock.advance(day);
    let tomorrow: Timestamp = "2030-01-02T00:00:00Z".parse().unwrap();
    assert!(clock.now() >= tomorrow);
    let past: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    clock.set(past);
    assert!(clock.now() >= past && clock.now() < past + day);
    assert_eq!(clock.rate(), Some(rate(1e-6)));
    clock.run(rate(1e6));
    clock.set(Timestamp::MAX);
    assert_eq!(clock.now(), Timestamp::MAX, "time ends without panic");
}

#[tokio::test]
async fn sleepers_of_a_running_clock_wake_by_themselves_and_not_too_early() {
    let clock = clock();
    clock.run(rate(1000.0));
    let start = clock.now();
    soon(clock.sleep(Duration::from_secs(5))).await;
    assert!(clock.now().duration_since(start).as_secs() >= 5);
    assert_eq!(clock.next_deadline(), None);
    soon(clock.sleep(Duration::ZERO)).await;
}

#[tokio::test]
async fn sleepers_reckon_anew_when_the_rate_changes() {
    let clock = clock();
    let hour = Duration::from_secs(3600);
    let standing = tokio::spawn(clock.sleep(hour));
    tokio::task::yield_now().await;
    clock.run(rate(1e-6));
    let crawling = tokio::spawn(clock.sleep(hour));
    tokio::task::yield_now().await;
    assert!(!standing.is_finished() && !crawling.is_finished());
    clock.run(rate(1e6));
    soon(standing).await.unwrap();
    soon(crawling).await.unwrap();
}

#[tokio::test]
async fn sleepers_of_a_clock_that_was_frozen_wake_when_it_is_moved() {
    let clock = clock();
    clock.run(rate(1000.0));
    let mut sleep = clock.sleep(Duration::from_secs(2));
    clock.freeze();
    assert!(clock.next_deadline().is_some());
    // The two seconds would be over in two milliseconds.
    let patience = Duration::from_millis(20);
    assert_eq!(crate::clock::within(patience, &mut sleep).await, None);
    clock.advance(Duration::from_secs(2));
    soon(sleep).await;
}

#[tokio::test]
async fn whoever_is_due_wakes_though_the_clock_is_then_set_back() {
    let clock = clock();
    clock.run(rate(1e6));
    let sleep = clock.sleep(Duration::from_secs(1));
    let long = clock.sleep(Duration::from_secs(3_000_000));
    let start = clock.now();
    while clock.now().duration_since(start).as_secs() < 1 {}
    // It has not been polled, and is none of the deadlines to come.
    assert!(clock.next_deadline().unwrap() > clock.now());
    clock.freeze();
    clock.set("2029-01-01T00:00:00Z".parse().unwrap());
    soon(sleep).await;
    assert!(clock.next_deadline().is_some());
    drop(long);
    assert_eq!(clock.next_deadline(), None);
}

#[test]
fn a_clock_says_how_it_runs() {
    let clock = clock();
    assert_eq!(format!("{clock:?}"), "VirtualClock(2030-01-01T00:00:00Z)");
    clock.run(Rate::REAL);
    assert!(format!("{clock:?}").ends_with(" × 1)"));
    let system = VirtualClock::following_system();
    let ahead = system.now().duration_since(SystemClock.now());
    assert!(ahead.as_secs().abs() < 60, "{ahead}");
    assert_eq!(system.rate(), Some(Rate::REAL));
}
