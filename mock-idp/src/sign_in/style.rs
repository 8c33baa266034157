//! How the pages look.

/// Light or dark as the reader has it, and readable at any width.
pub(crate) const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55565c; --paper: #fff; --back: #eef0f4; --line: #8a8d96; --accent: #0a5bc4; --on-accent: #fff; --bad: #a4161a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --soft: #b4b6bf; --paper: #22242a; --back: #15161a; --line: #7d808a; --accent: #8ab8ff; --on-accent: #0b1b33; --bad: #ff9d9d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(29rem, 100%); padding: 2.5rem; background: var(--paper); border-radius: .75rem; box-shadow: 0 .25rem 1.5rem rgb(0 0 0 / .12); overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
.tenant { margin: 0 0 1rem; color: var(--soft); font-weight: 600; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input, select { width: 100%; padding: .625rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent; color: inherit; font: inherit; }
button { padding: .625rem 1.25rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent; color: inherit; font: inherit; cursor: pointer; }
button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.75rem 0 0; }
ul { margin: 0 0 1rem; padding: 0 0 0 1.25rem; }
.accounts { padding: 0; list-style: none; }
.accounts button { display: block; width: 100%; margin: 0 0 .5rem; text-align: start; }
.accounts span { display: block; color: var(--soft); }
code { font-size: .9375rem; }
.alert { padding: .75rem 1rem; border-inline-start: .25rem solid var(--bad); background: var(--back); color: var(--bad); }
footer { padding: 1.5rem 1rem; color: var(--soft); font-size: .875rem; }
";
