//! `serve`.

use std::io;
use std::path::PathBuf;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

use super::announcement::{Lines, introduce};
use super::failure::Failure;
use super::flags::Flags;
use super::promised_file::{KeptFile, PromisedFile};
use super::session::Session;
use super::signals::{Asked, Signals};
use super::{say, warn};

/// Serve until SIGINT or SIGTERM.
///
/// Listens on 127.0.0.1 unless told otherwise. Prints the URLs and the credentials of an example client; they open nothing but
/// this mock. SIGHUP reads `--config` again: what was granted stays granted, and keys, limits and faults change where the
/// file does. At the end, the ready file is removed and requests under way have five seconds; a second signal ends it at once.
#[derive(Clone, Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    lines: Lines,
    /// Write everything to this file as JSON once connections are accepted, and remove it at the end; only this user can read it
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
    /// Write the certificate of the CA that clients have to trust to this file
    #[arg(long, value_name = "PATH", conflicts_with = "http")]
    ca_file: Option<PathBuf>,
}

impl Serve {
    /// Serves until the process is told to end.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it could not start or a file could not be written.
    pub fn run(&self) -> Result<(), Failure> {
        #[cfg(unix)]
        super::open_files::allow_many();
        // aws-lc gathers entropy at the first random byte, for some 40 ms unless it was built without (see
        // `.cargo/config.toml`, which an installed binary has not seen). A failure shows when it is really needed.
        std::thread::spawn(|| {
            let _ = SystemRandom::new().fill(&mut [0]);
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::system("starting the runtime", error))?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Result<(), Failure> {
        if let Some(path) = self
            .ready_file
            .as_ref()
            .filter(|_| self.ready_file == self.ca_file)
        {
            let source = io::Error::other("`--ready-file` and `--ca-file` both name it");
            let path = path.clone();
            return Err(Failure::Unwritten { path, source });
        }
        let ready_file = self.ready_file.as_deref();
        let ready_file = ready_file.map(PromisedFile::private_at).transpose()?;
        let ca_file = self.ca_file.as_deref().map(PromisedFile::at).transpose()?;
        let mut signals =
            Signals::listen().map_err(|error| Failure::system("listening for signals", error))?;
        let session = Session::start_with_ca_file(&self.flags, self.ca_file.as_deref()).await?;
        let ready_file = self.announce(&session, ready_file, ca_file)?;
        while signals.next().await == Asked::Reload {
            reload(&session);
        }
        // First: nobody should find it who could not connect any more.
        if let Some(file) = ready_file {
            file.remove();
        }
        tokio::select! {
            () = session.end() => {}
            () = again(&mut signals) => {}
        }
        Ok(())
    }

    /// Says where everything is; the files appear last and whole. The ready file is to be removed at the end, the CA's stays: it is
    /// good for the next run where the CA is kept.
    fn announce(
        &self,
        session: &Session,
        ready_file: Option<PromisedFile>,
        ca_file: Option<PromisedFile>,
    ) -> Result<Option<KeptFile>, Failure> {
        let ready = session.ready();
        say(&introduce(&ready));
        if let Some(whose) = self.lines.whose() {
            say(&self.lines.show(&session.environment_of(whose)));
            say("\n");
        }
        for note in session.notes() {
            warn(&format!("note: {note}"));
        }
        if let (Some(file), Some(pem)) = (ca_file, session.ca_pem()) {
            file.write(pem)?;
        }
        let mut kept = None;
        if let Some(file) = ready_file {
            let text = ready
                .to_json()
                .map_err(|error| Failure::system("writing JSON", error))?;
            kept = Some(file.write(&text)?);
        }
        say("ready; end with Ctrl-C\n");
        Ok(kept)
    }
}

fn reload(session: &Session) {
    if !session.has_config() {
        warn("there is no `--config` to read again");
        return;
    }
    match session.reload() {
        Ok(()) => say("read the directory again, with its keys, limits and faults\n"),
        Err(failure) => warn(&format!("error: {failure}\nthe directory stays as it was")),
    }
}

/// Completes when the end is asked for once more.
async fn again(signals: &mut Signals) {
    while signals.next().await == Asked::Reload {}
}
