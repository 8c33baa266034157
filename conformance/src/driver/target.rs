//! How a driver is reached.

use super::fault::DriverFault;
use super::service::Address;

/// How a driver is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A command, started once for each client.
    Command(Vec<String>),
    /// Whoever reads this program's standard output and writes to its standard input.
    Terminal,
    /// A service that is there already.
    Service(Address),
}

impl Target {
    /// Reads what `--driver` says: an address that begins with `http:`, or a command as a shell would split it.
    ///
    /// # Errors
    ///
    /// [`DriverFault::Address`], or [`DriverFault::NotStarted`] for an empty command or one with an open quote.
    pub fn read(text: &str) -> Result<Self, DriverFault> {
        if text.starts_with("http:") || text.starts_with("https:") {
            return Address::read(text).map(Self::Service);
        }
        match shlex::split(text) {
            Some(command) if !command.is_empty() => Ok(Self::Command(command)),
            Some(_) => Err(DriverFault::NotStarted("the command is empty".to_owned())),
            None => Err(DriverFault::NotStarted(
                "the command has a quote that does not end".to_owned(),
            )),
        }
    }
}
