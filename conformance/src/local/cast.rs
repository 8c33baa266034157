//! The clients of a case: who they are, how they are opened, ended and given other credentials.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use mock_idp::{Identity, MintedRefreshToken, MockIdp};
use token_client::{Clock, MemoryStore, TokenStore};

use super::api_tokens::ApiTokens;
use super::crew::{Crew, Life};
use super::equipment::{self, Equipment};
use super::opening::{handed, setup};
use super::timeline::Timeline;
use super::transport::LoopbackTransport;
use crate::contender::{
    Contender, Credential, LocalClient, Said, Setup, Unleased, WRONG_SECRET, Whom, give_secrets,
};
use crate::scenario::{
    ApiTokenChoice, Body, CertificateChoice, ClientAuthMethod, Ending, OneOrMany, SecretChoice,
    Swap,
};
use crate::trace::{CastMember, CutShort};

/// All clients of a case.
pub(super) struct Cast {
    players: Vec<Player>,
    minted: HashMap<String, MintedRefreshToken>,
    equipment: Equipment,
    /// Of a client that is no more.
    trouble: Option<CutShort>,
    /// What such a client has said.
    said: Vec<Said>,
}

/// One client.
pub(super) struct Player {
    name: String,
    group: String,
    whom: Whom,
    keeps_its_store: bool,
    setup: Setup,
    life: Life,
    client: Arc<dyn LocalClient>,
}

/// What clients are opened with beside their own settings.
pub(super) struct Wings<'a> {
    pub(super) idp: &'a MockIdp,
    pub(super) timeline: &'a Timeline,
    pub(super) transport: &'a LoopbackTransport,
    pub(super) crew: &'a Crew,
    pub(super) contender: &'a dyn Contender,
    /// Where files for clients outside of this process are.
    pub(super) folder: Option<&'a Path>,
}

impl Cast {
    /// Opens every client of a case.
    ///
    /// # Errors
    ///
    /// Why one of them cannot be opened, in words.
    pub(super) fn open(body: &Body, wings: &Wings<'_>, seed: u64) -> Result<Self, String> {
        let members = body.members();
        give_secrets(wings.idp, members.iter().map(|member| member.spec))?;
        equipment::bind_tokens(wings.idp, &members)?;
        let mut stores: HashMap<&str, Arc<dyn TokenStore>> = HashMap::new();
        let mut cast = Self {
            equipment: Equipment::default(),
            players: Vec::with_capacity(members.len()),
            minted: HashMap::new(),
            trouble: None,
            said: Vec::new(),
        };
        for (place, member) in members.iter().enumerate() {
            let store = match &member.spec.store {
                Some(name) => stores.entry(name).or_insert_with(fresh_store).clone(),
                None => fresh_store(),
            };
            let refresh_token = match &member.spec.refresh_token {
                Some(name) => {
                    let (whom, scopes) = (Whom::of(member.spec), &member.spec.scopes);
                    Some(cast.mint(name, whom, scopes, wings.idp)?)
                }
                None => None,
            };
            let life = Life::default();
            let whom = Whom::of(member.spec);
            let kit = cast.equipment.kit(place, member.spec, wings.idp)?;
            let setup = setup(
                member,
                store,
                (refresh_token, kit),
                wings,
                &life,
                (place, seed_of(seed, place)),
            )?;
            cast.players.push(Player {
                name: member.name.clone(),
                group: member.group.to_owned(),
                whom,
                keeps_its_store: member.spec.store.is_some(),
                client: wings.contender.open(setup.clone())?,
                setup,
                life,
            });
        }
        Ok(cast)
    }

    /// The clients with these names, or in groups of these names, by their places; all of them if no names are given.
    pub(super) fn chosen(&self, names: Option<&OneOrMany>) -> Vec<usize> {
        let Some(OneOrMany(names)) = names else {
            return (0..self.players.len()).collect();
        };
        let mut places = Vec::new();
        for name in names {
            for (place, player) in self.players.iter().enumerate() {
                if (player.name == *name || player.group == *name) && !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// The client at this place.
    pub(super) fn at(&self, place: usize) -> &Player {
        &self.players[place]
    }

    /// The name of a client for those who call it; none where there is only one.
    pub(super) fn caller_name(&self, place: usize) -> Option<String> {
        (self.players.len() > 1).then(|| self.players[place].name.clone())
    }

    /// These clients, for a sentence.
    pub(super) fn names(&self, places: &[usize]) -> String {
        if self.players.len() > 1 && places.len() == self.players.len() {
            return "all clients".to_owned();
        }
        let names: Vec<&str> = places
            .iter()
            .map(|place| self.players[*place].name.as_str())
            .collect();
        names.join(", ")
    }

    /// The API tokens of clients.
    pub(super) fn api_tokens(&mut self) -> &mut ApiTokens {
        &mut self.equipment.api_tokens
    }

    /// What clients have beside their setups.
    pub(super) fn equipment(&self) -> &Equipment {
        &self.equipment
    }

    /// The logins of those whom clients act for, each once.
    pub(super) fn logins(&self) -> Vec<String> {
        let mut logins: Vec<String> = Vec::new();
        for player in &self.players {
            let login = &player.setup.username;
            if player.whom.is_for_user() && !logins.contains(login) {
                logins.push(login.clone());
            }
        }
        logins
    }

    /// The ids of applications that clients sign in to like this, each once.
    pub(super) fn applications(&self, by: impl Fn(ClientAuthMethod) -> bool) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for player in &self.players {
            if !player.whom.auth().is_some_and(&by) {
                continue;
            }
            if !ids.contains(&player.setup.client_id) {
                ids.push(player.setup.client_id.clone());
            }
        }
        ids
    }

    /// A refresh token that the scenario gave a name.
    pub(super) fn named(&self, name: &str) -> Option<&MintedRefreshToken> {
        self.minted.get(name)
    }

    /// Whom a token of this application and issuer was issued to, with what the application authenticates with by now.
    pub(super) fn identity(&self, idp: &MockIdp, client: &str, issuer: &str) -> Option<Identity> {
        let mut all = self
            .players
            .iter()
            .filter_map(|player| player.whom.identity(idp).ok());
        all.find(|identity| identity.client_id == client && identity.issuer == issuer)
    }

    /// Opens a client anew that has ended. A store without a name was lost with it.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened, in words.
    pub(super) fn reopen(&mut self, place: usize, wings: &Wings<'_>) -> Result<(), String> {
        let player = &mut self.players[place];
        player.life = Life::default();
        player.setup.spawn = wings.crew.spawner(&player.life);
        player.setup.seed = seed_of(player.setup.seed, REBORN);
        if !player.keeps_its_store {
            player.setup.store = fresh_store();
        }
        self.trouble = self.trouble.take().or_else(|| player.client.trouble());
        let scrub = |text: &str| wings.idp.scrubbed(text);
        self.said.extend(player.client.said(&scrub));
        player.client = wings.contender.open(player.setup.clone())?;
        Ok(())
    }

    /// The credentials of a swap for one client. A client that is opened anew has them too.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub(super) fn credentials(
        &mut self,
        place: usize,
        swap: &Swap,
        idp: &MockIdp,
    ) -> Result<Vec<Credential>, String> {
        let whom = self.players[place].whom;
        let mut credentials = Vec::new();
        if let Some(CertificateChoice::Newest) = swap.certificate {
            let client = &self.players[place].setup.client_id;
            let newest = equipment::newest_certificate(idp, client);
            credentials.push(Credential::Certificate(newest));
        }
        if let Some(ApiTokenChoice::Newest) = swap.api_token {
            let newest = self.equipment.api_tokens.newest(place);
            let newest = newest.ok_or("the client has no API token")?;
            credentials.push(Credential::ApiToken(newest));
        }
        if let Some(choice) = swap.secret {
            credentials.push(Credential::Secret(match choice {
                SecretChoice::Newest => handed(&whom.identity(idp)?.client_secret),
                SecretChoice::Wrong => token_client::Secret::new(WRONG_SECRET),
            }));
        }
        if let Some(name) = &swap.refresh_token {
            let scopes = self.players[place].setup.scopes.clone();
            let minted = self.mint(name, whom, &scopes, idp)?;
            credentials.push(Credential::RefreshToken(minted));
        }
        for credential in &credentials {
            self.players[place].setup.take(credential.clone());
        }
        Ok(credentials)
    }

    /// Completes when all can be asked.
    pub(super) async fn ready(&self) {
        for player in &self.players {
            player.client.ready().await;
        }
    }

    /// Ends all in good order.
    pub(super) async fn end(&self) {
        futures_util::future::join_all(
            self.players
                .iter()
                .map(|player| player.client.end(Ending::Graceful)),
        )
        .await;
    }

    /// What they have said, those that are no more first.
    pub(super) fn said(&self, idp: &MockIdp) -> Vec<Said> {
        let scrub = |text: &str| idp.scrubbed(text);
        let now = self.players.iter().filter_map(|p| p.client.said(&scrub));
        self.said.iter().cloned().chain(now).collect()
    }

    /// The first trouble that one of them is in.
    pub(super) fn trouble(&self) -> Option<CutShort> {
        let mut now = self.players.iter().map(|player| player.client.trouble());
        self.trouble
            .clone()
            .or_else(|| now.find_map(|trouble| trouble))
    }

    /// Who they are, for the trace.
    pub(super) fn facts(&self, idp: &MockIdp) -> Vec<CastMember> {
        let facts = |player: &Player| {
            let identity = player.whom.identity(idp).ok()?;
            Some(CastMember {
                name: player.name.clone(),
                group: player.group.clone(),
                client: identity.client_id,
                user: player.whom.is_for_user().then_some(identity.user_id),
                issuer: identity.issuer,
            })
        };
        self.players.iter().filter_map(facts).collect()
    }

    /// The refresh token of this name; minted when it is first asked for.
    fn mint(
        &mut self,
        name: &str,
        whom: Whom,
        scopes: &[String],
        idp: &MockIdp,
    ) -> Result<token_client::Secret, String> {
        if let Some(minted) = self.minted.get(name) {
            return Ok(handed(&minted.value));
        }
        let minted = idp.mint_refresh_token_for(&whom.signed_in(scopes, idp)?);
        let value = handed(&minted.value);
        self.minted.insert(name.to_owned(), minted);
        Ok(value)
    }
}

impl Player {
    /// The client itself.
    pub(super) fn client(&self) -> &dyn LocalClient {
        &*self.client
    }

    /// The life it is in.
    pub(super) fn life(&self) -> &Life {
        &self.life
    }

    /// Its clock.
    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.setup.clock
    }
}

/// The file with the CA, for clients outside of this process.
pub(super) const CA_FILE: &str = "ca.pem";

/// Any number that is no place of a client.
const REBORN: usize = 1 << 20;

/// The seed of what is random in a client: another for each. The first has the seed of the case.
fn seed_of(seed: u64, place: usize) -> u64 {
    seed.wrapping_add((place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn fresh_store() -> Arc<dyn TokenStore> {
    Arc::new(Unleased(Arc::new(MemoryStore::new())))
}
