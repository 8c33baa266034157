//! `tokenproof init`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mock_idp::Provider;

use super::{Refusal, output};
use crate::driver::Language;
use crate::exit::ExitCode;
use crate::schema::Kind;
use crate::starter::Starter;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a commented scenario file that plays and passes, to be changed into yours
    ///
    /// It stands at DIR/NAME.yaml. Editors that know the YAML language server complete and check it with the schema at
    /// DIR/schema/scenario.schema.json, which is written too where there is none. No file is written over.
    Scenario(Scenario),
    /// Write a driver that works, with a small client in it to be replaced by yours
    ///
    /// A driver lets `tokenproof run --driver` test a client in any language. What is to be changed is marked with TODO;
    /// `tokenproof check-driver` tells whether the driver still works. No file is written over.
    Driver(Driver),
}

#[derive(Debug, Args)]
struct Scenario {
    /// Its name: `area/name`, in lower-case letters, digits and `-`
    #[arg(value_name = "NAME")]
    name: String,
    /// The folder that holds your scenarios; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    dir: PathBuf,
    /// The vendor it runs against; several times for several, both without it
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<Provider>,
}

#[derive(Debug, Args)]
struct Driver {
    /// The language of your client
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    lang: Language,
    /// The file to write, for Rust the folder; named after the language without it
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Init {
    pub(super) fn execute(&self) -> Result<ExitCode, Refusal> {
        match &self.what {
            What::Scenario(scenario) => scenario.execute(),
            What::Driver(driver) => driver.execute(),
        }
    }
}

impl Scenario {
    fn execute(&self) -> Result<ExitCode, Refusal> {
        let starter = Starter::new(&self.name, &self.provider)
            .map_err(|why| Refusal::usage(why.to_string()))?;
        let file = self.dir.join(format!("{}.yaml", self.name));
        let schema = self.dir.join("schema").join(Kind::Scenario.file_name());
        create(&file, starter.text()).map_err(|error| not_written(&file, &error, DIR))?;
        let mut said = format!("{} is written\n", file.display());
        said.push_str(&beside(&schema)?);
        said.push_str(&format!(
            "play it with `tokenproof run {}`\n",
            file.display()
        ));
        output::print(&said)?;
        Ok(ExitCode::AsExpected)
    }
}

impl Driver {
    fn execute(&self) -> Result<ExitCode, Refusal> {
        let usual = || PathBuf::from(self.lang.usual_place());
        let place = self.file.clone().unwrap_or_else(usual);
        let mut said = String::new();
        for (below, text) in self.lang.files() {
            let file = match *below {
                "" => place.clone(),
                below => place.join(below),
            };
            create(&file, text).map_err(|error| not_written(&file, &error, "name another FILE"))?;
            said.push_str(&format!("{} is written\n", file.display()));
        }
        let (build, start) = self.lang.commands(&place);
        if let Some(build) = build {
            said.push_str(&format!("build it with `{build}`\n"));
        }
        let start = shlex::try_quote(&start).map_or_else(|_| start.clone(), Into::into);
        said.push_str(&format!(
            "check it with `tokenproof check-driver {start}`\n"
        ));
        output::print(&said)?;
        Ok(ExitCode::AsExpected)
    }
}

/// Sees to it that there is a schema, and says so.
fn beside(schema: &Path) -> Result<String, Refusal> {
    let text = Kind::Scenario.text();
    match create(schema, &text) {
        Ok(()) => Ok(format!(
            "{} is written: editors complete and check scenarios with it\n",
            schema.display()
        )),
        Err(_) if schema.exists() => {
            let same = fs::read_to_string(schema).is_ok_and(|there| there == text);
            Ok(match same {
                true => String::new(),
                false => format!(
                    "{0} is not the schema of this tokenproof; `tokenproof schema scenario > {0}` writes it anew\n",
                    schema.display()
                ),
            })
        }
        Err(error) => Err(not_written(schema, &error, DIR)),
    }
}

/// Writes a file that is not there yet, and the folders it needs.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}

/// What to do about a scenario that cannot be written.
const DIR: &str = "choose another place with `--dir`";

fn not_written(path: &Path, error: &io::Error, instead: &str) -> Refusal {
    let shown = path.display();
    Refusal::usage(match path.exists() {
        true => format!("`{shown}` is there already; choose another name, or remove it first"),
        false => format!("`{shown}` cannot be written: {error}; {instead}"),
    })
}
