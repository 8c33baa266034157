//! Drivers to test with, and what they are to play.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use tokenproof::case::Case;
use tokenproof::contender::Limits;
use tokenproof::driver::{Driver, DriverFault, Groups, Target};
use tokenproof::library::Library;
use tokenproof::registry::Registry;

/// The driver around our own clients.
pub(crate) const OWN: &str = env!("CARGO_BIN_EXE_reference-driver");

/// All cases of the library.
pub(crate) fn library() -> Vec<Case> {
    let registry = Registry::embedded().expect("the registry is sound");
    Library::embedded()
        .plan(&registry)
        .expect("the library is sound")
}

/// The driver around one of our clients, as a process for each client of a case.
pub(crate) fn by_pipe(client: &str) -> Driver {
    let command = [OWN, "--client", client].map(str::to_owned);
    meet(Target::Command(command.into()), Limits::OUTSIDE).expect("a driver")
}

/// The same as a service, for as long as it is kept.
pub(crate) struct Served {
    process: Child,
    pub(crate) driver: Driver,
}

impl Served {
    pub(crate) fn start(client: &str) -> Self {
        let mut process = Command::new(OWN)
            .args(["--http", "--client", client])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = process.stdout.take().expect("its output");
        let mut address = String::new();
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("its address");
        let target = Target::read(address.trim()).expect("an address");
        let driver = meet(target, Limits::OUTSIDE).expect("a driver");
        Self { process, driver }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself, which its test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Meets a driver, with its clock tried.
pub(crate) fn meet(target: Target, limits: Limits) -> Result<Driver, DriverFault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let driver = Driver::meet(target, Groups::default(), limits).await?;
        driver.tried().await
    })
}
