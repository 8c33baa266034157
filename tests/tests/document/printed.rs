//! What a command prints, beside what is shown of it.

use std::env;
use std::fs;
use std::process;

use tests::program::tokenproof;
use tests::{faketime, python};

use super::Command;
use super::shown::{difference, lines};

/// Lets a command find the libraries that adapters drive; false, after saying so, where these cannot be had.
fn has_libraries(command: &mut process::Command) -> bool {
    let test = "output_is_what_the_program_prints";
    let (Some(python), Some(faketime)) = (python::or_skip(test), faketime::or_skip(test)) else {
        return false;
    };
    let mut path = python.parent().expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    command
        .env("PATH", path)
        .env("TOKENPROOF_FAKETIME", faketime);
    true
}

/// Runs a command in a folder of its own, where the scenario shown before it stands under the name it uses, and says where what it
/// prints is not what is shown.
pub(crate) fn difference_to_printed(
    command: &Command,
    arguments: &[String],
    scenario: &str,
) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for argument in arguments.iter().filter(|word| word.ends_with(".yaml")) {
        fs::write(folder.path().join(argument), scenario).expect("it can be written");
    }
    let mut running = tokenproof();
    if arguments.iter().any(|word| word == "--adapter") && !has_libraries(&mut running) {
        return None;
    }
    let output = running
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("it starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let shown: Vec<&str> = command.output.iter().map(String::as_str).collect();
    let shown = shown.join("\n");
    if let Some(line) = difference(&lines(&shown), &lines(&printed)) {
        return Some(format!(
            "{} is shown with `{line}`, which is not what it prints:\n{printed}{}",
            command.place,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let (_, code) = shown.rsplit_once("exit ")?;
    let code = code.split(':').next().and_then(|code| code.parse().ok());
    (output.status.code() != code)
        .then(|| format!("{} ends with {:?}", command.place, output.status.code()))
}
