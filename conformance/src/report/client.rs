//! Who was under test: what it says of itself, and what came of trying that.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use super::plain::plain;
use crate::adapter::Adapter;
use crate::contender::Contender;
use crate::driver::Driver;
use crate::driver::protocol::{ClockMode, Throttle};
use crate::driver::{Lack, Margin, Tried};

/// What stands before what a client cannot do.
pub(super) const LACKS: &str = "lacks";

/// A client that was tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Client {
    /// Its name: as it calls itself behind a driver, of a client in this program, or of the program that `exec` ran.
    pub name: String,
    /// Its release, as it says; left out where it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// How it was reached.
    pub road: Way,
    /// The adapter it was reached by; left out without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// How its clock is moved; left out where no driver says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockFacts>,
    /// How long before its expiry it no longer uses a token; left out where no driver says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginFacts>,
    /// What it does when it is told to wait; left out where nothing is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ThrottleFacts>,
    /// How many calls it takes at once, as its driver declares; left out without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u32>,
    /// What scenarios may need and it cannot do; left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
}

/// How a client is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Through a driver that comes with this program.
    Adapter,
    /// It is a command that was run as it is.
    Command,
    /// Through a driver.
    Driver,
    /// It is part of this program.
    Embedded,
    /// Through a driver that is a service.
    Service,
}

/// How a client's clock is moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockFacts {
    /// What its driver declares.
    pub declared: ClockMode,
    /// What came of trying that; left out where it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Tried>,
}

/// How long before its expiry a client no longer uses a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarginFacts {
    /// What its driver or its profile declares, in seconds; left out where nothing is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_s: Option<u32>,
    /// What was seen; left out where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Margin>,
    /// What scenarios were played with, in seconds.
    pub used_s: u32,
}

/// What a client does when it is told to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThrottleFacts {
    /// What its driver or its profile declares. It is never tried.
    pub declared: Throttle,
}

impl Client {
    /// A client of this program.
    #[must_use]
    pub fn embedded(contender: &dyn Contender) -> Self {
        Self::named(contender.name(), env!("CARGO_PKG_VERSION"), Way::Embedded)
    }

    /// A command. It is called by its first word without a path, since what stands behind that may be secret.
    #[must_use]
    pub fn command(words: &[String]) -> Self {
        let program = words.first().map_or("", String::as_str);
        let name = Path::new(program).file_name();
        let name = name.map_or(program.into(), |name| name.to_string_lossy());
        Self::named(&name, "", Way::Command)
    }

    /// The client of a driver, and the adapter that this is, if it is one.
    #[must_use]
    pub fn driven(driver: &Driver, adapter: Option<Adapter>) -> Self {
        let (hello, profile) = (driver.hello(), driver.profile());
        let way = match adapter {
            Some(_) => Way::Adapter,
            None if driver.is_service() => Way::Service,
            None => Way::Driver,
        };
        Self {
            adapter: adapter.map(|adapter| adapter.name.to_owned()),
            clock: Some(ClockFacts {
                declared: hello.can.clock,
                tried: driver.clock_tried().cloned(),
            }),
            margin: Some(MarginFacts {
                declared_s: profile.margin_s,
                seen: driver.margin_seen(),
                used_s: driver.margin().as_secs().try_into().unwrap_or(u32::MAX),
            }),
            throttle: profile.throttle.map(|declared| ThrottleFacts { declared }),
            at_once: Some(hello.can.concurrency),
            lacks: driver.lacking(),
            ..Self::named(&hello.name, &hello.release, way)
        }
    }

    fn named(name: &str, release: &str, road: Way) -> Self {
        Self {
            name: name.to_owned(),
            release: (!release.is_empty()).then(|| release.to_owned()),
            road,
            adapter: None,
            clock: None,
            margin: None,
            throttle: None,
            at_once: None,
            lacks: Vec::new(),
        }
    }

    /// The same with texts that are safe to print: it may have been read from a file.
    fn printable(self) -> Self {
        let clock = self.clock.map(|clock| ClockFacts {
            tried: clock.tried.map(|tried| match tried {
                Tried::Unknown(why) => Tried::Unknown(plain(&why)),
                tried => tried,
            }),
            ..clock
        });
        let lacks = self.lacks.into_iter().map(|lack| Lack {
            what: plain(&lack.what),
            why: plain(&lack.why),
        });
        Self {
            name: plain(&self.name),
            release: self.release.as_deref().map(plain),
            adapter: self.adapter.as_deref().map(plain),
            clock,
            lacks: lacks.collect(),
            ..self
        }
    }

    /// Its name and its release.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.release {
            Some(release) => format!("{} {release}", self.name),
            None => self.name.clone(),
        }
    }

    /// What is known of it beside its name and its road: label and text.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        facts.extend(self.clock.as_ref().map(|it| ("clock", it.in_words())));
        facts.extend(self.margin.as_ref().map(|it| ("margin", it.in_words())));
        let throttle = self.throttle.as_ref().map(ThrottleFacts::in_words);
        // Every driver has been asked for the rest, and so for this.
        let silent = self
            .margin
            .as_ref()
            .map(|_| "not declared, and never tried".to_owned());
        facts.extend(throttle.or(silent).map(|text| ("throttled", text)));
        facts.extend(self.at_once.map(|n| ("at once", several_calls(n))));
        if !self.lacks.is_empty() {
            let what: Vec<&str> = self.lacks.iter().map(|lack| lack.what.as_str()).collect();
            facts.push((LACKS, what.join(", ")));
        }
        facts
    }

    /// Whether there is more to say of it than what stands on the command line.
    pub(super) fn is_news(&self) -> bool {
        !matches!(self.road, Way::Command | Way::Embedded)
    }

    /// All of it in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let facts = self.facts().into_iter();
        let facts = facts.map(|(label, text)| format!("{label}: {text}"));
        let parts: Vec<String> = std::iter::once(self.headline()).chain(facts).collect();
        parts.join("; ")
    }

    /// Who was tested, and how it was reached.
    pub(super) fn headline(&self) -> String {
        format!("tested {}, {}", self.title(), self.reached())
    }

    /// What was declared and is not so, or could not be tried, in sentences.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if let Some(ClockFacts { declared, tried }) = &self.clock {
            let declared = declared.name();
            doubts.extend(match tried {
                Some(Tried::Stands) if self.is_timed() => Some(format!(
                    "warning: the driver declares a clock that is `{declared}`, but the client still used a token in real time when that should have been too old; what needs a clock is not applicable"
                )),
                Some(Tried::Differs) => Some(format!(
                    "warning: the driver declares a clock that is `{declared}`, but the client's tokens get old faster than in real time; what needs a clock is not applicable"
                )),
                Some(Tried::Stands) => Some(format!(
                    "warning: the driver declares a clock that is `{declared}`, but the client still used its token an hour after that had expired; what needs a clock is not applicable"
                )),
                Some(Tried::Unknown(why)) => Some(format!(
                    "note: whether the client's clock is `{declared}` could not be tried: {why}"
                )),
                Some(Tried::Moves) | None => None,
            });
        }
        if let Some(MarginFacts {
            declared_s: Some(declared),
            seen: Some(seen),
            ..
        }) = &self.margin
            && !seen.admits(*declared)
        {
            doubts.push(format!(
                "warning: the client's margin is declared as {declared} s, but it is {seen}, which is what counts"
            ));
        }
        doubts
    }

    fn is_timed(&self) -> bool {
        let clock = self.clock.as_ref();
        clock.is_some_and(|clock| clock.declared == ClockMode::Scaled)
    }

    /// How it was reached, in words.
    pub(super) fn reached(&self) -> String {
        match (self.road, &self.adapter) {
            (Way::Adapter, Some(name)) => format!("through the adapter {name}"),
            (Way::Adapter, None) => "through an adapter".to_owned(),
            (Way::Command, _) => "a command, run as it is".to_owned(),
            (Way::Driver, _) => "through a driver".to_owned(),
            (Way::Embedded, _) => "in this program".to_owned(),
            (Way::Service, _) => "through a driver that is a service".to_owned(),
        }
    }
}

impl ClockFacts {
    fn in_words(&self) -> String {
        let declared = self.declared.name();
        match (&self.tried, self.declared) {
            (Some(Tried::Moves), _) => format!("{declared} (as declared, and it moves)"),
            (Some(Tried::Stands), _) => format!("stands still, though declared as {declared}"),
            (Some(Tried::Differs), _) => {
                format!("is not the machine's, though declared as {declared}")
            }
            (Some(Tried::Unknown(why)), _) => {
                format!("{declared} (as declared; could not be tried: {why})")
            }
            (None, ClockMode::None) => "cannot be moved".to_owned(),
            (None, _) => format!("{declared} (as declared, not tried)"),
        }
    }
}

impl MarginFacts {
    fn in_words(&self) -> String {
        match (self.seen, self.declared_s) {
            (Some(seen), Some(declared)) if seen.admits(declared) => {
                format!("{declared} s (as declared and seen)")
            }
            (Some(seen), Some(declared)) => format!("{seen}, though declared as {declared} s"),
            (Some(seen), None) => format!("{seen} (as seen, not declared)"),
            (None, Some(declared)) => format!("{declared} s (as declared, not seen)"),
            (None, None) => format!("{} s (assumed, neither declared nor seen)", self.used_s),
        }
    }
}

impl ThrottleFacts {
    fn in_words(&self) -> String {
        let declared = match self.declared {
            Throttle::FailsFast => "fails fast",
            Throttle::Waits => "waits",
        };
        format!("{declared} (as declared, never tried)")
    }
}

fn several_calls(n: u32) -> String {
    match n {
        1 => "1 call".to_owned(),
        n => format!("{n} calls"),
    }
}

impl Report {
    /// Says who was under test. Who is known already is not named twice.
    pub fn be_of(&mut self, client: Client) {
        let client = client.printable();
        if !self.clients.contains(&client) {
            self.clients.push(client);
            self.clients
                .sort_by(|a, b| (&a.name, &a.release).cmp(&(&b.name, &b.release)));
        }
    }

    /// That not all of it is of one client, in a sentence; nothing where it is.
    pub(super) fn mixture(&self) -> Option<String> {
        let [first, second, rest @ ..] = self.clients.as_slice() else {
            return None;
        };
        let are_namesakes = self.clients.iter().all(|one| one.title() == first.title());
        let n = self.clients.len();
        Some(if are_namesakes {
            format!(
                "not all cases are of the same client: {n} runs of {} were told or found different facts",
                first.title()
            )
        } else {
            let more = match rest.len() {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!(
                "not all cases are of the same client: some are of {}, some of {}{more}",
                first.title(),
                second.title()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Gate;
    use crate::report::sample::{client, report};
    use crate::report::{Style, Verbosity, html, json, junit, markdown, terminal};

    fn with(change: impl FnOnce(&mut Client)) -> Client {
        let mut client = client();
        change(&mut client);
        client
    }

    fn clock(declared: ClockMode, tried: Option<Tried>) -> Client {
        with(|client| {
            client.clock = Some(ClockFacts { declared, tried });
            client.margin = None;
        })
    }

    fn margin(declared_s: Option<u32>, seen: Option<(u32, u32)>) -> Client {
        let seen = seen.map(|(at_least_s, below_s)| Margin {
            at_least_s,
            below_s,
        });
        with(|client| {
            client.clock = None;
            client.margin = Some(MarginFacts {
                declared_s,
                seen,
                used_s: 300,
            });
        })
    }

    #[test]
    fn what_was_tried_and_what_was_not_is_told_apart() {
        let unknown = || Some(Tried::Unknown("the client fetched no token".to_owned()));
        let clients = [
            clock(ClockMode::Driven, Some(Tried::Moves)),
            clock(ClockMode::Faketime, Some(Tried::Stands)),
            clock(ClockMode::Driven, unknown()),
            clock(ClockMode::Driven, None),
            clock(ClockMode::None, None),
            margin(Some(300), Some((299, 301))),
            margin(Some(60), Some((301, 599))),
            margin(None, Some((301, 599))),
            margin(Some(60), None),
            margin(None, None),
        ];
        let told = clients.iter().map(|client| {
            let facts = client.facts().into_iter();
            let facts = facts.filter(|(label, _)| ["clock", "margin"].contains(label));
            let facts = facts.map(|(label, text)| format!("{label}: {text}"));
            let facts = facts.chain(client.doubts());
            facts.collect::<Vec<_>>().join("\n  ")
        });
        let told: Vec<String> = told.collect();
        insta::assert_snapshot!(told.join("\n"), @"
        clock: driven (as declared, and it moves)
        clock: stands still, though declared as faketime
          warning: the driver declares a clock that is `faketime`, but the client still used its token an hour after that had expired; what needs a clock is not applicable
        clock: driven (as declared; could not be tried: the client fetched no token)
          note: whether the client's clock is `driven` could not be tried: the client fetched no token
        clock: driven (as declared, not tried)
        clock: cannot be moved
        margin: 300 s (as declared and seen)
        margin: 301 s to 599 s, though declared as 60 s
          warning: the client's margin is declared as 60 s, but it is 301 s to 599 s, which is what counts
        margin: 301 s to 599 s (as seen, not declared)
        margin: 60 s (as declared, not seen)
        margin: 300 s (assumed, neither declared nor seen)
        ");
    }

    #[test]
    fn every_road_is_named() {
        let commands = ["/usr/bin/pytest", "pytest"].map(str::to_owned);
        let commands = commands.map(|word| Client::command(&[word, "--password=p".to_owned()]));
        let ways = [Way::Adapter, Way::Driver, Way::Service];
        let driven = ways.map(|road| {
            let mut client = Client::named("acme", "", road);
            client.adapter = (road == Way::Adapter).then(|| "acme".to_owned());
            client
        });
        let clients = [Client::embedded(&crate::contender::Reference)];
        let clients = clients.iter().chain(&commands).chain(&driven);
        let told: Vec<String> = clients.map(Client::in_words).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        tested token-client 0.1.0, in this program
        tested pytest, a command, run as it is
        tested pytest, a command, run as it is
        tested acme, through the adapter acme
        tested acme, through a driver
        tested acme, through a driver that is a service
        ");
    }

    /// The value of every string in a tree.
    fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            serde_json::Value::Object(members) => {
                members.values().for_each(|item| texts(item, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_form_of_a_report_says_who_was_tested() {
        let report = report(Gate::Must);
        let page = html::render(&report, &[]).expect("a page");
        let xml = junit::render(&report, None).expect("a report");
        let text = terminal::render(&report, Style::Plain, Verbosity::Quiet, 10_000);
        for (label, fact) in client().facts() {
            for (form, text) in [
                ("terminal", &text),
                ("markdown", &markdown::render(&report)),
            ] {
                assert!(text.contains(fact.as_str()), "{form}: {label}: {fact}");
            }
            let property = format!(
                "name=\"client.{}\" value=\"{fact}\"",
                label.replace(' ', "-")
            );
            assert!(xml.contains(&property), "{property}");
            if label != LACKS {
                let row = format!("<dt>{label}</dt><dd>{fact}</dd>");
                assert!(page.contains(&row), "{row}");
            }
        }
        for lack in client().lacks {
            let row = format!(
                "<li>{} <span class=\"dim\">{}</span></li>",
                lack.what, lack.why
            );
            assert!(page.contains(&row), "{row}");
        }
        let stored = json::render(&report).expect("a report");
        assert_eq!(json::read(&stored).expect("the same").clients, [client()]);
    }

    #[test]
    fn no_text_moves_a_terminal() {
        let spoil = |text: &mut String| text.push_str(" \u{1b}[31m\n127.0.0.1:4711");
        let spoilt = with(|client| {
            spoil(&mut client.name);
            client.release.iter_mut().for_each(spoil);
            client.adapter.iter_mut().for_each(spoil);
            for lack in &mut client.lacks {
                spoil(&mut lack.what);
                spoil(&mut lack.why);
            }
            let mut why = String::new();
            spoil(&mut why);
            client.clock = Some(ClockFacts {
                declared: ClockMode::Driven,
                tried: Some(Tried::Unknown(why)),
            });
        });
        let mut report = report(Gate::Must);
        report.be_of(spoilt);
        let value = serde_json::to_value(&report.clients).expect("JSON");
        let mut said = Vec::new();
        texts(&value, &mut said);
        for text in said {
            assert_eq!(text, plain(&text));
        }
    }

    #[test]
    fn what_stands_on_the_command_line_is_not_said_on_the_terminal() {
        let mut report = report(Gate::Must);
        for client in [
            Client::command(&["pytest".to_owned()]),
            Client::embedded(&crate::contender::Reference),
        ] {
            let name = client.name.clone();
            report.clients = vec![client];
            let text = terminal::render(&report, Style::Plain, Verbosity::Normal, 100);
            assert!(!text.contains("tested "), "{text}");
            let line = format!("- tested {name}");
            assert!(markdown::render(&report).contains(&line), "{line}");
        }
    }
}
