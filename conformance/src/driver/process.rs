//! A driver as a process of its own, spoken to over its standard input and output.
//!
//! Its pipes are served by threads, so that a process can outlive the runtime of one case and serve the next.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::{mpsc, watch};

use super::clock::{self, Faketime};
use super::fault::DriverFault;
use super::group;
use super::protocol::MAX_LINE;
use crate::kin::Kin;
use crate::passive::not_started;
use crate::watchdog::within;

/// How much a driver may write.
pub(super) const MOST: usize = 64 << 20;
/// How many lines are kept that nobody has read yet.
const LINES: usize = 1_024;
/// How much of what it writes to standard error is kept: the end of it.
const KEPT: usize = 64 << 10;
/// How long, once it has ended, its standard error may take to be read to the end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Every process group that was started and may still be running. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Groups(Arc<Mutex<Vec<Weak<Group>>>>);

impl Groups {
    /// Kills all of them, with whatever they have started. For the end of this program, when nobody is left to do it in order.
    pub fn kill_all(&self) {
        for group in locked(&self.0).drain(..) {
            if let Some(group) = group.upgrade() {
                group.kill();
            }
        }
    }

    fn add(&self, group: &Arc<Group>) {
        let mut groups = locked(&self.0);
        groups.retain(|group| group.strong_count() > 0);
        groups.push(Arc::downgrade(group));
    }
}

/// The process group of a driver, with whoever has left it.
#[derive(Debug)]
struct Group {
    leader: Pid,
    kin: Kin,
    /// Whether the leader has been reaped: from then on its number may be somebody else's.
    is_over: Mutex<bool>,
}

impl Group {
    /// Kills everything in it.
    fn kill(&self) {
        if !*locked(&self.is_over) {
            self.kill_now();
        }
    }

    fn kill_now(&self) {
        // An error means that nobody is left in the group, which is what we want.
        let _ = kill_process_group(self.leader, Signal::KILL);
        self.kin.kill();
    }

    /// Waits for the end of the leader, and kills what it leaves behind: it would hold the pipes, and nobody would own it.
    fn outlive(&self, mut leader: Child) -> Ended {
        let only_look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(Errno::INTR) = waitid(WaitId::Pid(self.leader), only_look) {}
        let descendants = group::outlives(self.leader, &self.kin);
        let mut is_over = locked(&self.is_over);
        self.kill_now();
        *is_over = true;
        Ended {
            status: leader.wait().ok(),
            descendants,
        }
    }
}

/// What is known of a process that has ended.
#[derive(Clone, Copy, Debug)]
struct Ended {
    status: Option<ExitStatus>,
    /// Whether others went on that it had started.
    descendants: bool,
}

/// What comes out of a process.
#[derive(Debug)]
pub(super) enum Inbound {
    /// A line, without its line feed.
    Line(Vec<u8>),
    /// It has broken a limit.
    Broken(DriverFault),
    /// The answer of a service to this request has ended.
    Answered(u64),
    /// Its output has ended.
    End,
}

/// What is left of a process whose input has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remains {
    /// Whether it ended in time.
    pub(super) in_time: bool,
    /// Whether something that it has started still runs.
    pub(super) descendants: bool,
}

/// A process with everything it starts. Killed when it is dropped.
#[derive(Debug)]
pub(super) struct Process {
    group: Arc<Group>,
    numbers: AtomicU64,
    /// None once its input has ended.
    input: Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    ended: watch::Receiver<Option<Ended>>,
    /// How long it may take to end.
    grace: Duration,
    said: Arc<Mutex<Vec<u8>>>,
    /// Closed once its standard error has ended.
    hushed: watch::Receiver<()>,
}

impl Process {
    /// Starts a command in a process group of its own.
    ///
    /// # Errors
    ///
    /// [`DriverFault::NotStarted`].
    pub(super) fn start(
        command: &[String],
        variables: &[(String, String)],
        groups: &Groups,
        grace: Duration,
    ) -> Result<(Self, mpsc::Receiver<Inbound>), DriverFault> {
        use std::os::unix::process::CommandExt as _;
        let refused =
            |program: &str, error: &io::Error| DriverFault::NotStarted(not_started(program, error));
        let Some((program, arguments)) = command.split_first() else {
            return Err(DriverFault::NotStarted("the command is empty".to_owned()));
        };
        let mut starting = Command::new(program);
        starting
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        for name in mock_idp::environment::UNSET.into_iter().chain(clock::UNSET) {
            starting.env_remove(name);
        }
        starting.envs(variables.iter().cloned());
        let kin = Kin::new();
        let (name, value) = kin.variable();
        starting.env(name, value);
        let mut child = starting.spawn().map_err(|error| refused(program, &error))?;
        let group = Arc::new(Group {
            leader: Pid::from_child(&child),
            kin,
            is_over: Mutex::new(false),
        });
        groups.add(&group);
        let served = serve(&mut child);
        let (told, ended) = watch::channel(None);
        let outliving = group.clone();
        let waits = thread::Builder::new().spawn(move || {
            // Whatever has become of it, it is no more.
            told.send_replace(Some(outliving.outlive(child)));
        });
        let (input, lines, said, hushed) = match served.and_then(|served| waits.map(|_| served)) {
            Ok(served) => served,
            Err(error) => {
                group.kill();
                return Err(refused(program, &error));
            }
        };
        let process = Self {
            group,
            numbers: AtomicU64::new(1),
            input: Mutex::new(Some(input)),
            ended,
            grace,
            said,
            hushed,
        };
        Ok((process, lines))
    }

    /// The number of the next request.
    pub(super) fn numbers(&self) -> &AtomicU64 {
        &self.numbers
    }

    /// Writes a line; it is lost if the process reads no more.
    pub(super) fn send(&self, mut line: Vec<u8>) {
        line.push(b'\n');
        if let Some(input) = &*locked(&self.input) {
            // Its end is noticed where its output is read.
            let _ = input.send(line);
        }
    }

    /// Ends its input and waits for its end; kills it, with what it has started, if that takes too long or something is left.
    pub(super) async fn finish(&self) {
        locked(&self.input).take();
        let mut ended = self.ended.clone();
        within(self.grace, ended.wait_for(Option::is_some)).await;
        self.kill();
    }

    /// Ends its input.
    pub(super) fn end_input(&self) {
        locked(&self.input).take();
    }

    /// Waits for its end, as long as it may take, and says what is left of it; then kills that.
    pub(super) async fn remains(&self) -> Remains {
        let mut ended = self.ended.clone();
        let ended = within(self.grace, ended.wait_for(Option::is_some)).await;
        let ended = ended.and_then(|ended| *ended.ok()?);
        let remains = Remains {
            in_time: ended.is_some(),
            descendants: ended.is_some_and(|ended| ended.descendants),
        };
        self.kill();
        remains
    }

    /// Kills it with everything it has started.
    pub(super) fn kill(&self) {
        self.group.kill();
    }

    /// With which exit code or signal it has ended, in words. What it wrote to standard error has then been heard to the end, unless
    /// somebody out of reach holds the pipe.
    pub(super) async fn end(&self) -> String {
        use std::os::unix::process::ExitStatusExt as _;
        let mut ended = self.ended.clone();
        let status = match within(self.grace, ended.wait_for(Option::is_some)).await {
            Some(Ok(ended)) => ended.as_ref().and_then(|ended| ended.status),
            _ => None,
        };
        let mut hushed = self.hushed.clone();
        within(LAST_WORDS, async {
            while hushed.changed().await.is_ok() {}
        })
        .await;
        match status.map(|status| (status.code(), status.signal())) {
            Some((Some(code), _)) => format!("with exit code {code}"),
            Some((None, Some(signal))) => format!("by signal {signal}"),
            _ => "its output".to_owned(),
        }
    }

    /// The last of what it has written to standard error.
    pub(super) fn said(&self) -> String {
        String::from_utf8_lossy(&locked(&self.said)).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
        let leader = self.group.leader.as_raw_nonzero().get();
        Faketime::clean_up_after(leader.unsigned_abs());
    }
}

type Served = (
    mpsc::UnboundedSender<Vec<u8>>,
    mpsc::Receiver<Inbound>,
    Arc<Mutex<Vec<u8>>>,
    watch::Receiver<()>,
);

/// Starts the threads that serve the pipes.
fn serve(child: &mut Child) -> io::Result<Served> {
    let (input, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
    let (lines, inbound) = mpsc::channel(LINES);
    let said = Arc::new(Mutex::new(Vec::new()));
    let (hears, hushed) = watch::channel(());
    if let Some(mut stdin) = child.stdin.take() {
        thread::Builder::new().spawn(move || {
            while let Some(line) = queue.blocking_recv() {
                if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
                    return;
                }
            }
        })?;
    }
    if let Some(stdout) = child.stdout.take() {
        thread::Builder::new().spawn(move || read(stdout, &lines))?;
    }
    if let Some(mut stderr) = child.stderr.take() {
        let kept = said.clone();
        thread::Builder::new().spawn(move || {
            let _hears = hears;
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut piece) {
                let mut kept = locked(&kept);
                kept.extend_from_slice(&piece[..length]);
                let surplus = kept.len().saturating_sub(KEPT);
                kept.drain(..surplus);
            }
        })?;
    }
    Ok((input, inbound, said, hushed))
}

/// Cuts what comes into lines, until the end, a broken limit, or nobody listens.
fn read(mut stdout: impl Read, lines: &mpsc::Sender<Inbound>) {
    let mut line = Vec::new();
    let mut total = 0;
    let mut piece = [0; 16 << 10];
    while let Ok(length @ 1..) = stdout.read(&mut piece) {
        total += length;
        if total > MOST {
            let flood = DriverFault::Flood { limit: MOST };
            let _ = lines.blocking_send(Inbound::Broken(flood));
            return;
        }
        let mut parts = piece[..length].split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            line.extend_from_slice(part);
            if line.len() > MAX_LINE {
                let fault = DriverFault::NotAMessage(super::protocol::NotAMessage::TooLong);
                let _ = lines.blocking_send(Inbound::Broken(fault));
                return;
            }
            if parts.peek().is_some() {
                let whole = std::mem::take(&mut line);
                if lines.blocking_send(Inbound::Line(whole)).is_err() {
                    return;
                }
            }
        }
    }
    // What is left without a line feed is no line, and nobody waits for it but the reader of the end.
    let _ = lines.blocking_send(Inbound::End);
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks panics.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
