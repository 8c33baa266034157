//! [`Host`]: many worlds in one process, each with a name.

mod name;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::builder::{Builder, StartError};
use crate::mock::MockIdp;

pub use self::name::{NotAName, WorldName};

/// How many worlds a host holds unless it is told otherwise.
const WORLDS: usize = 10_000;

/// Worlds by name. They share nothing: each has its own origins, directory, faults and journal, and its own clock unless two
/// were given the same one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mock_idp::MockIdp;
/// use mock_idp::host::Host;
///
/// let host = Host::new();
/// let name = host.create(None, MockIdp::okta().plain_http()).await?;
/// let idp = host.get(&name).expect("it was made just now");
/// println!("{name}: {}", idp.token_url());
/// assert!(host.drop_world(&name).await);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Host {
    most: usize,
    /// Where the worlds that it starts listen, and the host in their URLs, if it has been told.
    reach: Option<(IpAddr, Option<String>)>,
    worlds: RwLock<Worlds>,
}

#[derive(Debug, Default)]
struct Worlds {
    by_name: BTreeMap<WorldName, Arc<MockIdp>>,
    /// How many names were made up.
    made_up: u64,
}

/// Why a host has not taken a world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// There are as many as it holds.
    #[error("there are {most} worlds already, the most that this host holds; drop one first")]
    Full {
        /// The bound.
        most: usize,
    },
    /// Another world has the name.
    #[error("there is a world `{0}` already; drop it first or take another name")]
    NameTaken(WorldName),
    /// The world could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Host {
    /// A host without worlds, which holds up to 10,000.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(WORLDS)
    }

    /// A host that holds so many worlds at most. Each takes two sockets or more, of which the system may give fewer.
    #[must_use]
    pub fn with_capacity(worlds: usize) -> Self {
        Self {
            most: worlds,
            reach: None,
            worlds: RwLock::default(),
        }
    }

    /// Has the worlds that it starts listen on this address, with another host in their URLs if there is one: as
    /// [`Builder::bind`] and [`Builder::advertise`].
    #[must_use]
    pub fn reached_at(mut self, address: IpAddr, advertised: Option<String>) -> Self {
        self.reach = Some((address, advertised));
        self
    }

    /// Starts a world and takes it in. Without a name it is called `world-1`, `world-2`, …
    ///
    /// # Errors
    ///
    /// [`HostError`] if it cannot be started, the name is taken, or there is no room.
    pub async fn create(
        &self,
        name: Option<WorldName>,
        builder: Builder,
    ) -> Result<WorldName, HostError> {
        // Before ports are opened in vain. What comes between is noticed below.
        self.read().admits(name.as_ref(), self.most)?;
        let idp = self.placed(builder).start().await?;
        self.adopt(name, idp)
    }

    /// Takes a running world in. Without a name it is called `world-1`, `world-2`, …
    ///
    /// # Errors
    ///
    /// [`HostError::NameTaken`] or [`HostError::Full`]; the world ends then.
    pub fn adopt(&self, name: Option<WorldName>, idp: MockIdp) -> Result<WorldName, HostError> {
        let mut worlds = self.write();
        worlds.admits(name.as_ref(), self.most)?;
        let name = match name {
            Some(name) => name,
            None => worlds.make_up(),
        };
        worlds.by_name.insert(name.clone(), Arc::new(idp));
        Ok(name)
    }

    /// The world of this name.
    #[must_use]
    pub fn get(&self, name: &WorldName) -> Option<Arc<MockIdp>> {
        self.read().by_name.get(name).cloned()
    }

    /// All worlds, by name.
    #[must_use]
    pub fn list(&self) -> Vec<(WorldName, Arc<MockIdp>)> {
        let worlds = self.read();
        let pairs = worlds.by_name.iter();
        pairs
            .map(|(name, idp)| (name.clone(), idp.clone()))
            .collect()
    }

    /// Whether another world can be had under this name now, without starting it.
    ///
    /// # Errors
    ///
    /// [`HostError::NameTaken`] or [`HostError::Full`].
    pub fn admits(&self, name: Option<&WorldName>) -> Result<(), HostError> {
        self.read().admits(name, self.most)
    }

    /// Ends the world of this name and waits until its ports are free. False if there is none.
    pub async fn drop_world(&self, name: &WorldName) -> bool {
        let dropped = self.write().by_name.remove(name);
        match dropped {
            None => false,
            Some(idp) => {
                // Whoever asked for it just before holds on to it; its ports are closed all the same.
                idp.close().await;
                true
            }
        }
    }

    /// Ends all worlds and waits until their ports are free.
    pub async fn drop_all(&self) {
        let dropped = std::mem::take(&mut self.write().by_name);
        for idp in dropped.into_values() {
            idp.close().await;
        }
    }

    /// A world to be, placed where this host has its worlds.
    pub(crate) fn placed(&self, builder: Builder) -> Builder {
        match &self.reach {
            None => builder,
            Some((address, None)) => builder.bind(*address),
            Some((address, Some(host))) => builder.bind(*address).advertise(host),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Worlds> {
        // Nothing under this lock panics.
        self.worlds.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Worlds> {
        self.worlds.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Worlds {
    fn admits(&self, name: Option<&WorldName>, most: usize) -> Result<(), HostError> {
        if let Some(name) = name.filter(|name| self.by_name.contains_key(name)) {
            return Err(HostError::NameTaken(name.clone()));
        }
        if self.by_name.len() >= most {
            return Err(HostError::Full { most });
        }
        Ok(())
    }

    /// A name that no world has, and that none without a name has had.
    fn make_up(&mut self) -> WorldName {
        loop {
            self.made_up += 1;
            let name = WorldName::numbered(self.made_up);
            if !self.by_name.contains_key(&name) {
                return name;
            }
        }
    }
}
