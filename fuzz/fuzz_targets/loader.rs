//! Any bytes as a scenario file: read, planned, and every mistake rendered. None of it may panic, hang or grow without bound.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokenproof::library::Library;
use tokenproof::registry::Registry;

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::embedded().expect("the registry that comes with the program"));

/// The most that is said of one file.
const MOST_SAID: usize = 4 << 20;

fuzz_target!(|bytes: &[u8]| {
    // What is not UTF-8 is refused before it is read any further.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut library = Library::new();
    library.add_text("fuzz.yaml", text);
    if let Err(problems) = library.plan(&REGISTRY) {
        let said = problems.render(true, 100);
        assert!(!said.is_empty(), "refused without a word");
        assert!(
            said.len() < MOST_SAID,
            "{} bytes are said of {}",
            said.len(),
            text.len()
        );
    }
});
