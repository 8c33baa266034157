//! Standard output and standard error: the one place that prints.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::Refusal;
use crate::passive::{PassOn, Stream};
use crate::report::Style;

/// Prints a result. A reader that has gone away, as with `| head`, is no error.
pub(super) fn print(text: &str) -> Result<(), Refusal> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Refusal::harness(format!(
            "standard output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Prints a complaint.
pub(super) fn complain(text: &str) {
    // If even this cannot be written, the exit code still tells.
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

/// Passes on what a command under test prints. A reader that has gone away is an error here.
pub(super) fn pass_on() -> PassOn {
    Arc::new(|stream, bytes| match stream {
        Stream::Output => {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        }
        Stream::Error => io::stderr().lock().write_all(bytes),
    })
}

/// Writes a report to a file.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Refusal> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| not_written(path, &error))?;
    }
    std::fs::write(path, text).map_err(|error| not_written(path, &error))
}

fn not_written(path: &Path, error: &io::Error) -> Refusal {
    Refusal::usage(format!(
        "`{}` cannot be written: {error}; choose another place for the report",
        path.display()
    ))
}

/// Colour on a terminal, none in a pipe or where `NO_COLOR` asks for none (no-color.org).
pub(super) fn style() -> Style {
    if io::stdout().is_terminal() && colour_is_welcome() {
        Style::Colour
    } else {
        Style::Plain
    }
}

pub(super) fn stderr_has_colour() -> bool {
    io::stderr().is_terminal() && colour_is_welcome()
}

fn colour_is_welcome() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The width to lay text out for: `COLUMNS` where it is set, else 100.
pub(super) fn width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    columns
        .filter(|columns| (40..=400).contains(columns))
        .unwrap_or(100)
}

/// A progress line, on a terminal only.
pub(super) fn progress(cases: usize) -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(cases as u64);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{pos}/{len} cases  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}
