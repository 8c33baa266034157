//! What is expected of the clients: told of everything that happens, it knows what may happen next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;

use super::client::{Client, Flight, Quiet};
use super::event::{Failed, Issued, Shown, Wish};
use super::plan::Breakage;
use super::promise::{Breach, FLIGHT, GRANTS, Happening, TRIES};
use crate::clock::{later, left};
use crate::testkit::HandClock;

#[derive(Clone, Debug)]
pub(super) struct Expected(Arc<Mutex<Mind>>);

#[derive(Debug)]
struct Mind {
    clock: HandClock,
    leased: bool,
    clients: Vec<Client>,
    /// The tokens that arrived, and when.
    issued: BTreeMap<usize, (Issued, Timestamp)>,
    /// The last token that arrived at any of the clients, and so in their store.
    newest: Option<Issued>,
    /// Refresh tokens whose successors have arrived.
    replaced: Vec<usize>,
    /// The newest refresh token that has arrived and that nobody was told is spent.
    newest_refresh: Option<usize>,
    /// Whether the store has lost something, so that it need not say what others have replaced.
    forgetful: bool,
    breakage: Breakage,
    /// How long the machine has slept in all.
    asleep: Duration,
    breaches: Vec<Breach>,
    happened: BTreeSet<Happening>,
}

impl Expected {
    pub(super) fn new(clock: HandClock, clients: usize, leased: bool) -> Self {
        Self(Arc::new(Mutex::new(Mind {
            clock,
            leased,
            clients: (0..clients).map(|_| Client::default()).collect(),
            issued: BTreeMap::new(),
            newest: None,
            replaced: Vec::new(),
            newest_refresh: None,
            forgetful: false,
            breakage: Breakage::Nothing,
            asleep: Duration::ZERO,
            breaches: Vec::new(),
            happened: BTreeSet::new(),
        })))
    }

    fn mind(&self) -> MutexGuard<'_, Mind> {
        self.0.lock().expect("no test panics with it in hand")
    }

    /// The refresh token that clients start from, or what became of the newest one.
    pub(super) fn given(&self, refresh: usize) {
        let mut mind = self.mind();
        mind.newest_refresh = Some(refresh);
        for one in &mut mind.clients {
            one.sees(refresh);
        }
    }

    pub(super) fn took_off(&self, client: usize) {
        let mut mind = self.mind();
        let mind = &mut *mind;
        let one = &mut mind.clients[client];
        if one.flight.is_some() {
            mind.breaches.push(Breach::TwoFlights { client });
        }
        one.flights += 1;
        one.flight = Some(Flight {
            insisted: !one.insisting.is_empty(),
            ..Flight::default()
        });
    }

    pub(super) fn landed(&self, client: usize) {
        self.mind().clients[client].flight = None;
    }

    pub(super) fn in_flight(&self, client: usize) -> bool {
        self.mind().clients[client].flight.is_some()
    }

    /// The runtime has dropped what was running: the client knows nothing of an answer.
    pub(super) fn aborted(&self, client: usize) {
        let mut mind = self.mind();
        mind.note(Happening::Aborted);
        let one = &mut mind.clients[client];
        (one.quiet, one.troubled) = (None, true);
    }

    /// The store failed, or gave no lease.
    pub(super) fn store_failed(&self, client: usize) {
        let mut mind = self.mind();
        mind.note(Happening::StoreFailed);
        mind.clients[client].troubled = true;
    }

    pub(super) fn store_is(&self, breakage: Breakage) {
        self.mind().breakage = breakage;
    }

    /// The client reads a refresh token in the store.
    pub(super) fn read(&self, client: usize, refresh: usize) {
        self.mind().clients[client].sees(refresh);
    }

    /// The store is as it was at some time before, or empty.
    pub(super) fn went_back(&self) {
        let mut mind = self.mind();
        mind.note(Happening::WentBack);
        mind.forgetful = true;
        // Its access token may be gone, or be an older one.
        mind.newest = None;
        if mind.clients.len() > 1 {
            // A client takes what it has not seen before for a new sign-in.
            mind.newest_refresh = None;
        }
    }

    /// The store has nothing left, which ends the session for whoever looks.
    pub(super) fn emptied(&self) {
        let mut mind = self.mind();
        mind.newest_refresh = None;
        mind.have_nothing();
    }

    pub(super) fn invalidated(&self, client: usize) {
        self.mind().clients[client].invalidated = true;
    }

    pub(super) fn slept(&self, by: Duration) {
        self.mind().asleep += by;
    }

    /// A token request arrives.
    pub(super) fn sent(&self, client: usize, shown: Shown) {
        let mut mind = self.mind();
        let now = mind.clock.true_now();
        let others = mind.clients.iter().filter(|one| one.under_way.is_some());
        let crowded = match mind.leased {
            true => others.count() > 0,
            false => mind.clients[client].under_way.is_some(),
        };
        if crowded {
            mind.breaches.push(Breach::TwoRequests { client });
        }
        if mind.is_over(client, shown) {
            mind.breaches.push(Breach::EndedGrant { client, shown });
        }
        let due = mind.due_from();
        let one = &mut mind.clients[client];
        let flight = one.flight.as_mut();
        let Some(flight) = flight else {
            mind.breaches.push(Breach::NoFlight { client });
            return;
        };
        *flight.tries.entry(shown).or_default() += 1;
        let too_many = flight.tries[&shown] > TRIES || flight.tries.len() > GRANTS;
        let within = one.quiet.is_some_and(|quiet| quiet.flight == one.flights);
        let early = one.quiet.is_some_and(|quiet| {
            let another = quiet.ended && quiet.shown != shown;
            now < quiet.until && !another
        });
        let asked = flight.insisted || one.invalidated;
        one.under_way = Some(shown);
        let happening = match (within, now < due) {
            (true, _) => Happening::Retried,
            (false, true) => Happening::Insisted,
            (false, false) => Happening::Due,
        };
        mind.note(happening);
        if too_many {
            mind.breaches.push(Breach::TooMany { client, shown });
        }
        if early {
            mind.breaches.push(Breach::TooSoon { client, at: now });
        }
        // A retry has the reason of the first try.
        if !within && !asked && now < due {
            mind.breaches.push(Breach::NoReason {
                client,
                at: now,
                due,
            });
        }
    }

    /// A token arrives at the client.
    pub(super) fn brought(&self, client: usize, issued: Issued) {
        let mut mind = self.mind();
        let now = mind.clock.true_now();
        let saved = mind.breakage == Breakage::Nothing;
        let one = &mut mind.clients[client];
        let shown = one.under_way.take();
        one.quiet = None;
        one.invalidated = false;
        // Where it could not be saved, the caller is told so, and the token waits.
        one.troubled = !saved;
        if let Some(refresh) = issued.refresh {
            one.sees(refresh);
        }
        mind.issued.insert(issued.access, (issued, now));
        mind.newest = Some(issued);
        if let Some(Shown::Refresh(old)) = shown
            && issued.refresh.is_some()
        {
            mind.note(Happening::Rotated);
            mind.replaced.push(old);
            mind.clients[client].replaced.push(old);
        }
        if issued.refresh.is_some() {
            mind.newest_refresh = issued.refresh;
        }
    }

    /// A try ends without a token.
    pub(super) fn failed(&self, client: usize, failed: Failed) {
        let mut mind = self.mind();
        let now = mind.clock.true_now();
        let one = &mut mind.clients[client];
        let Some(shown) = one.under_way.take() else {
            return;
        };
        let ended = failed.ends_grant && shown != Shown::Client;
        let mut pause = failed.pause;
        if let Some(flight) = one.flight.as_mut()
            && failed.lost
            && matches!(shown, Shown::Refresh(_))
        {
            let lost = flight.lost.entry(shown).or_default();
            *lost += 1;
            if *lost > 1 {
                // It may have been spent: what follows may look like theft.
                pause = Duration::from_secs(30);
            }
        }
        let told = failed.pause > Duration::from_secs(10);
        one.troubled = true;
        one.quiet = Some(Quiet {
            flight: one.flights,
            until: later(now, pause),
            shown,
            ended,
        });
        if ended {
            one.ended.push(shown);
        }
        if told {
            mind.note(Happening::ToldToWait);
        }
        if ended {
            mind.note(Happening::GrantEnded);
        }
        if ended && mind.newest_refresh.map(Shown::Refresh) == Some(shown) {
            mind.newest_refresh = None;
        }
        let stored = matches!(shown, Shown::Refresh(token) if !mind.replaced.contains(&token));
        if failed.spent {
            mind.have_nothing();
        }
        if failed.spent && stored {
            mind.newest = None;
        }
    }

    /// The client has dropped the request.
    pub(super) fn dropped(&self, client: usize) {
        self.mind().clients[client].under_way = None;
    }

    /// A caller wants another token, whatever the kept one is like.
    pub(super) fn insists(&self, client: usize, caller: usize) {
        self.mind().clients[client].insisting.insert(caller);
    }

    /// A client hands out a token, or sends it to a resource.
    pub(super) fn handed_out(&self, client: usize, token: &str) {
        let mut mind = self.mind();
        let now = mind.clock.true_now();
        let number = token.strip_prefix("AT").and_then(|text| text.parse().ok());
        let issued = number.and_then(|number: usize| mind.issued.get(&number).copied());
        let Some((issued, arrived)) = issued else {
            mind.breaches.push(Breach::Unknown { client });
            return;
        };
        let remaining = left(now, issued.end());
        if remaining.is_zero() {
            mind.breaches.push(Breach::Expired { client, at: now });
        }
        // One that took nearly its whole life to arrive is handed out all the same.
        let edge = remaining <= Duration::from_secs(10).min(issued.life / 20) && arrived < now;
        if mind.clients[client].troubled && now >= issued.due_from() {
            mind.note(Happening::ServedOn);
        }
        if edge && !mind.clients[client].troubled {
            mind.breaches.push(Breach::Edge { client, at: now });
        }
    }

    pub(super) fn awake(&self) -> Duration {
        let mind = self.mind();
        let start = HandClock::new().true_now();
        left(start, mind.clock.true_now()).saturating_sub(mind.asleep)
    }

    /// A caller is through, or has gone away, after so long.
    pub(super) fn served(&self, client: usize, caller: usize, wish: Wish, took: Duration) {
        self.mind().clients[client].insisting.remove(&caller);
        let flights = match wish {
            Wish::Token => 1,
            Wish::Refresh => 2,
            Wish::Call => 3,
        };
        if took > FLIGHT * flights {
            self.mind().breaches.push(Breach::Slow { client, took });
        }
    }

    /// The refresh token that must be in the store or in hand.
    pub(super) fn newest_refresh(&self) -> Option<usize> {
        self.mind().newest_refresh
    }

    pub(super) fn note(&self, happening: Happening) {
        self.mind().note(happening);
    }

    pub(super) fn happened(&self) -> BTreeSet<Happening> {
        self.mind().happened.clone()
    }

    pub(super) fn breach(&self, breach: Breach) {
        self.mind().breaches.push(breach);
    }

    pub(super) fn breaches(&self) -> Vec<Breach> {
        self.mind().breaches.clone()
    }
}

impl Mind {
    fn note(&mut self, happening: Happening) {
        self.happened.insert(happening);
    }

    /// There may be nothing left to renew with, for any of the clients.
    fn have_nothing(&mut self) {
        for one in &mut self.clients {
            one.troubled = true;
        }
    }

    /// Whether the client knows, or its store does, that this must not be shown any more.
    fn is_over(&self, client: usize, shown: Shown) -> bool {
        let one = &self.clients[client];
        let Shown::Refresh(old) = shown else {
            return one.ended.contains(&shown);
        };
        let by_others = self.replaced.contains(&old) && !self.forgetful;
        by_others || one.replaced.contains(&old) || one.ended.contains(&shown)
    }

    /// From when on a token request needs no further reason.
    fn due_from(&self) -> Timestamp {
        let newest = self.newest.as_ref();
        newest.map_or(Timestamp::MIN, Issued::due_from)
    }
}
