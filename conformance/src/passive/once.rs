//! One run of a command that several scenarios judge together, under `exec --once`.

use mock_idp::Provider;
use mock_idp::fault::Rule;

use super::Stage;
use crate::case::Case;
use crate::scenario::{Body, ClientSpec, IdpSpec, Length, Lifetime};

/// What is otherwise than the scenarios have it.
#[derive(Clone, Debug, Default)]
pub struct Otherwise {
    /// These faults in place of theirs.
    pub faults: Option<Vec<Rule>>,
    /// This lifetime of access tokens in place of theirs.
    pub lifetime: Option<Length>,
}

/// A run in which each case is judged by the world of its provider.
#[derive(Clone, Debug)]
pub struct Once {
    /// The worlds, one for each provider.
    pub stages: Vec<Stage>,
    /// Which of them judges each case, in the order of the cases.
    pub stage_of: Vec<usize>,
}

/// Two cases that no one world can judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{one} and {other} want the provider or the client set up differently, so one run cannot be judged by both; select one of them, \
     or say by `--faults` and `--lifetime` how it is to be"
)]
pub struct Disagreement {
    one: String,
    other: String,
}

impl Once {
    /// The worlds that these cases need.
    ///
    /// # Errors
    ///
    /// [`Disagreement`] where two cases of a provider have not the same in mind.
    pub fn plan(cases: &[Case], otherwise: &Otherwise) -> Result<Self, Disagreement> {
        let mut stages: Vec<Stage> = Vec::new();
        let mut stage_of = Vec::with_capacity(cases.len());
        for case in cases {
            let mut stage = Stage::of(case);
            otherwise.apply(&mut stage.body);
            let place = stages.iter().position(|s| s.provider == case.provider);
            stage_of.push(place.unwrap_or(stages.len()));
            match place.map(|place| &stages[place]) {
                None => stages.push(stage),
                Some(first) if Setting::of(first) == Setting::of(&stage) => {}
                Some(first) => {
                    return Err(Disagreement {
                        one: first.scenario.clone(),
                        other: stage.scenario,
                    });
                }
            }
        }
        Ok(Self { stages, stage_of })
    }
}

impl Otherwise {
    fn apply(&self, body: &mut Body) {
        if let Some(faults) = &self.faults {
            body.idp.script.clone_from(faults);
        }
        if let Some(lifetime) = self.lifetime {
            body.idp.token.expires_in = Some(Lifetime::Fixed(lifetime));
            // A renewal that is advised beyond the end would make no sense.
            body.idp.token.refresh_in = None;
        }
    }
}

/// What must be the same for two cases to be judged by one world.
#[derive(PartialEq)]
struct Setting<'s> {
    provider: Provider,
    idp: &'s IdpSpec,
    /// As whom the command acts. With which grant is up to the command.
    client: ClientSpec,
}

impl<'s> Setting<'s> {
    fn of(stage: &'s Stage) -> Self {
        let client = stage.body.client.clone();
        Self {
            provider: stage.provider,
            idp: &stage.body.idp,
            client: ClientSpec {
                grant: None,
                refresh_token: None,
                auth: None,
                ..client
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Library;
    use crate::registry::Registry;

    fn cases(wanted: impl Fn(&Case) -> bool) -> Vec<Case> {
        let registry = Registry::embedded().expect("the registry");
        let cases = Library::embedded().plan(&registry).expect("the library");
        cases.into_iter().filter(wanted).collect()
    }

    /// Without a selection these are played together.
    #[test]
    fn the_librarys_own_agree_and_need_a_world_of_each_provider() {
        let cases = cases(|case| case.head.passive.is_some_and(|passive| passive.once));
        assert!(cases.len() > 2);
        let once = Once::plan(&cases, &Otherwise::default()).expect("they agree");
        assert_eq!(once.stages.len(), 2);
        for (case, place) in cases.iter().zip(&once.stage_of) {
            assert_eq!(once.stages[*place].provider, case.provider);
        }
    }

    #[test]
    fn cases_that_want_different_worlds_are_refused() {
        let cases = cases(|case| {
            case.provider == Provider::Okta && case.head.scenario.starts_with("passive/o")
        });
        let refused = Once::plan(&cases, &Otherwise::default()).expect_err("they do not agree");
        insta::assert_snapshot!(refused, @"passive/okta-rate-limit[okta] and passive/ordinary-day[okta] want the provider or the client set up differently, so one run cannot be judged by both; select one of them, or say by `--faults` and `--lifetime` how it is to be");
        let otherwise = Otherwise {
            faults: Some(Vec::new()),
            lifetime: Some(Length(std::time::Duration::from_secs(9))),
        };
        let once = Once::plan(&cases, &otherwise).expect("they agree now");
        assert_eq!(once.stages.len(), 1, "one world");
        let stage = &once.stages[0];
        assert!(stage.body.idp.script.is_empty());
        let lifetime = stage.body.idp.token.expires_in;
        assert_eq!(
            lifetime.map(|lifetime| lifetime.for_margin(std::time::Duration::ZERO).as_secs()),
            Some(9)
        );
    }
}
