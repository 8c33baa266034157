//! What is said of a client that has come to rest.

use tokenproof::driver::protocol::Message;

use super::{Out, Seat};

impl Seat {
    /// Before answers: who no longer sleeps, and what works on although nobody waits for it.
    pub(super) fn say_what_goes_on(&mut self, name: &str) {
        let is_asleep = !self.transport.is_busy() && self.clock.next().is_some();
        for (id, call) in &mut self.calls {
            if !is_asleep && call.asleep.take().is_some() {
                call.out.say(&Message::Resumed(*id));
            }
        }
        if self.transport.is_busy() && self.calls.is_empty() {
            self.say_of_the_rest(name, true);
        }
    }

    /// After answers: who sleeps, and until when.
    pub(super) fn say_what_sleeps(&mut self, name: &str) {
        let is_busy = self.transport.is_busy();
        if let (false, Some(until)) = (is_busy, self.clock.next()) {
            for (id, call) in &mut self.calls {
                if call.asleep.replace(until) != Some(until) {
                    call.out.say(&Message::Waiting { id: *id, until });
                }
            }
        }
        if !(is_busy && self.calls.is_empty()) {
            self.say_of_the_rest(name, false);
        }
        if self.calls.is_empty() && self.said == (false, None) {
            self.out = Out(None);
        }
    }

    fn say_of_the_rest(&mut self, name: &str, works: bool) {
        let until = self.clock.next();
        if std::mem::replace(&mut self.said, (works, until)) != (works, until) {
            self.out.say(&Message::Background {
                client: name.to_owned(),
                works,
                until,
            });
        }
    }
}
