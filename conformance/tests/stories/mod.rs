//! Scenarios that stand in the tests themselves.

use tokenproof::case::Case;
use tokenproof::library::Library;
use tokenproof::registry::Registry;

/// The only case of a scenario. `rest` is the file from `needs` on.
///
/// # Panics
///
/// With the planner's words when the scenario is not sound.
pub(crate) fn only_case(name: &str, provider: &str, rest: &str) -> Case {
    let text = format!(
        "schema: 1\nscenario: {name}\nabout: A test of the harness.\nproviders: [{provider}]\n{rest}"
    );
    let mut library = Library::new();
    library.add_text(&format!("{name}.yaml"), &text);
    let registry = Registry::embedded().expect("the registry is sound");
    let mut cases = match library.plan(&registry) {
        Ok(cases) => cases,
        Err(problems) => panic!("{problems}"),
    };
    assert_eq!(cases.len(), 1, "{name} has one case");
    cases.remove(0)
}
