use super::*;

const GRACE: Duration = Duration::from_secs(2);
const SOON: Duration = Duration::from_secs(5);

fn shell(script: &str) -> (Process, mpsc::Receiver<Inbound>, Groups) {
    let groups = Groups::default();
    let command = ["sh", "-c", script].map(str::to_owned);
    let (process, inbound) = Process::start(&command, &[], &groups, GRACE).expect("a shell");
    (process, inbound, groups)
}

async fn line(inbound: &mut mpsc::Receiver<Inbound>) -> String {
    match within(SOON, inbound.recv()).await.flatten() {
        Some(Inbound::Line(line)) => String::from_utf8_lossy(&line).into_owned(),
        other => format!("{other:?}"),
    }
}

async fn is_gone(process: &Process) -> bool {
    let mut ended = process.ended.clone();
    within(SOON, ended.wait_for(Option::is_some))
        .await
        .is_some()
}

#[tokio::test]
async fn lines_go_in_and_come_out_whole() {
    let (process, mut inbound, _) = shell("while read line; do echo \"got $line\"; done");
    process.send(b"one".to_vec());
    process.send(b"two".to_vec());
    assert_eq!(line(&mut inbound).await, "got one");
    assert_eq!(line(&mut inbound).await, "got two");
    process.finish().await;
    assert_eq!(line(&mut inbound).await, "Some(End)");
    assert_eq!(process.end().await, "with exit code 0");
}

#[tokio::test]
async fn what_is_left_without_a_line_feed_is_no_line() {
    let (_process, mut inbound, _) = shell("printf 'a\\nb'");
    assert_eq!(line(&mut inbound).await, "a");
    assert_eq!(line(&mut inbound).await, "Some(End)");
}

#[tokio::test]
async fn a_line_without_end_is_cut_off() {
    let (_process, mut inbound, _) = shell("head -c 2000000 /dev/zero");
    assert_eq!(
        line(&mut inbound).await,
        "Some(Broken(NotAMessage(TooLong)))"
    );
}

#[tokio::test]
async fn the_way_it_ended_is_told_in_words() {
    let (process, _inbound, _) = shell("exit 7");
    assert_eq!(process.end().await, "with exit code 7");
    let (process, _inbound, _) = shell("kill -9 $$");
    assert_eq!(process.end().await, "by signal 9");
    let (process, _inbound, _) = shell("exec sleep 600");
    process.kill();
    assert_eq!(process.end().await, "by signal 9");
}

#[tokio::test]
async fn the_end_of_standard_error_is_kept() {
    let (process, mut inbound, _) =
        shell("head -c 200000 /dev/zero | tr '\\0' x >&2; echo last words >&2");
    assert_eq!(line(&mut inbound).await, "Some(End)");
    assert_eq!(process.end().await, "with exit code 0");
    let said = process.said();
    assert!(said.ends_with("last words\n") && said.len() <= KEPT);
}

/// Who asks how it ended asks for its last words next; they must not depend on which thread was faster.
#[tokio::test]
async fn the_last_words_are_there_when_the_end_is_known() {
    for _ in 0..20 {
        let (process, _inbound, _) = shell("echo no key >&2; exit 3");
        assert_eq!(process.end().await, "with exit code 3");
        assert_eq!(process.said(), "no key\n");
    }
}

#[tokio::test]
async fn last_words_that_others_hold_back_are_not_waited_for() {
    let (process, _inbound, _) =
        shell("echo bye >&2; setsid env -u TOKENPROOF_KIN sleep 4 & exit 3");
    assert!(within(SOON, process.end()).await.is_some());
    assert_eq!(process.said(), "bye\n");
}

#[tokio::test]
async fn who_has_left_the_group_is_ended_with_it() {
    for kills in [false, true] {
        let (process, mut inbound, _) = shell("setsid sleep 300 & echo away; read line");
        assert_eq!(line(&mut inbound).await, "away");
        assert!(process.group.kin.lives());
        if kills {
            process.kill();
        } else {
            let remains = {
                process.end_input();
                process.remains().await
            };
            assert!(remains.in_time && remains.descendants);
        }
        assert!(is_gone(&process).await);
        assert!(!process.group.kin.lives(), "killed: {kills}");
    }
}

#[tokio::test]
async fn a_child_that_holds_the_pipes_ends_with_its_parent() {
    let (process, mut inbound, _) = shell("sleep 600 & exit 3");
    assert_eq!(line(&mut inbound).await, "Some(End)");
    assert_eq!(process.end().await, "with exit code 3");
}

#[tokio::test]
async fn it_ends_with_whoever_holds_it_and_with_all_groups() {
    let (process, mut inbound, _) = shell("sleep 600");
    drop(process);
    assert_eq!(line(&mut inbound).await, "Some(End)");
    let (process, mut inbound, groups) = shell("sleep 600");
    groups.kill_all();
    assert_eq!(line(&mut inbound).await, "Some(End)");
    assert_eq!(process.end().await, "by signal 9");
}

#[tokio::test]
async fn who_ignores_the_end_of_input_is_killed_after_a_grace() {
    let (process, mut inbound, _) = shell("sleep 600");
    process.finish().await;
    assert_eq!(line(&mut inbound).await, "Some(End)");
    assert_eq!(process.end().await, "by signal 9");
}

#[tokio::test]
async fn who_reads_nothing_blocks_nobody() {
    let (process, _inbound, _) = shell("exec sleep 600");
    for _ in 0..100 {
        process.send(vec![b'x'; 100_000]);
    }
    process.kill();
    assert!(is_gone(&process).await);
}

#[test]
fn what_cannot_be_started_is_told() {
    let start = |command: &[&str]| {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        Process::start(&command, &[], &Groups::default(), GRACE).expect_err("no such program")
    };
    insta::assert_snapshot!(start(&["no-such-program"]), @"the driver could not be started: `no-such-program` was not found; check the name, or give its full path");
    insta::assert_snapshot!(start(&[]), @"the driver could not be started: the command is empty");
}
