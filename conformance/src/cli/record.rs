//! Recordings of what did not pass: where `run` and `exec` keep them.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Refusal, output};
use crate::case::Case;
use crate::recording::{Recording, Session, Shelf, Take, Trouble, folder_name};
use crate::report::{Kept, Report};

/// What a path segment of a URL holds in other spelling (RFC 3986 section 3.3), and what HTML gives a meaning.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'`');

/// Where recordings are kept.
#[derive(Debug, Args)]
pub(super) struct Recordings {
    /// Keep a recording of each case that did not pass, in a folder of its own below this one. `tokenproof replay` judges it again
    ///
    /// A case that passes loses the recording it had. Nothing else in the folder is touched.
    #[arg(long, value_name = "DIR", default_value = "target/tokenproof")]
    out: PathBuf,
    /// Keep no recordings, and leave those that are there alone
    #[arg(long, conflicts_with = "out")]
    no_recordings: bool,
}

impl Recordings {
    /// Whether any are kept.
    pub(super) fn are_kept(&self) -> bool {
        !self.no_recordings
    }

    /// Sees that nothing is in the way, before anything is played.
    pub(super) fn examine(&self, cases: &[Case]) -> Result<(), Refusal> {
        let Some(shelf) = self.shelf() else {
            return Ok(());
        };
        let mut examined = cases.iter().map(|case| shelf.examine(&case.name));
        examined.try_for_each(|examined| examined.map_err(refusal))
    }

    /// Keeps what did not pass, takes away the recordings of what did, and tells the report. The report is worth printing
    /// whatever happens here: what went wrong is returned, to be told after it.
    pub(super) fn keep(
        &self,
        report: &mut Report,
        takes: &[Take<'_>],
        session: Session<'_>,
        page: Option<&Path>,
    ) -> Option<Refusal> {
        let shelf = self.shelf()?;
        let mut first = None;
        for take in takes {
            let kept = keep(&shelf, take, session);
            match kept {
                Ok(Some(place)) => {
                    let name = &take.played.case.name;
                    let case = report.cases.iter_mut().find(|case| case.name == *name);
                    for case in case.into_iter() {
                        case.bundle = Some(folder_name(name));
                        case.kept = Some(Kept {
                            link: page.and_then(|page| link(page, &place)),
                            place: place.display().to_string(),
                        });
                    }
                }
                Ok(None) => {}
                Err(trouble) => first = first.or(Some(refusal(trouble))),
            }
        }
        first
    }

    fn shelf(&self) -> Option<Shelf> {
        self.are_kept().then(|| Shelf::new(&self.out))
    }
}

/// Where the recording of a case is now, if one is kept of it.
fn keep(shelf: &Shelf, take: &Take<'_>, session: Session<'_>) -> Result<Option<PathBuf>, Trouble> {
    if !take.is_worth_keeping() {
        return shelf.clear(&take.played.case.name).map(|()| None);
    }
    match Recording::of(take, session) {
        Ok(Some(recording)) => shelf.put(&recording).map(Some),
        Ok(None) => Ok(None),
        // That of an earlier run would be taken for this one's.
        Err(too_large) => {
            output::complain(&too_large.to_string());
            shelf.clear(&take.played.case.name).map(|()| None)
        }
    }
}

fn refusal(trouble: Trouble) -> Refusal {
    Refusal::usage(trouble.to_string())
}

/// The way from a page to a folder, as a relative link: the page can be moved together with the folder.
pub(super) fn link(page: &Path, folder: &Path) -> Option<String> {
    let page = std::path::absolute(page).ok()?;
    let folder = std::path::absolute(folder).ok()?;
    let from: Vec<Component<'_>> = page.parent()?.components().collect();
    let to: Vec<Component<'_>> = folder.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // Nothing but the root in common: the link would name folders of this machine.
    if shared < 2 {
        return None;
    }
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|part| {
        let name = part.as_os_str().to_string_lossy();
        utf8_percent_encode(&name, SEGMENT).to_string()
    });
    let parts: Vec<String> = up.chain(down).collect();
    Some(parts.join("/") + "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_safe() {
        let told = |page: &str, folder: &str| {
            let link = link(Path::new(page), Path::new(folder));
            format!("{page} {folder}: {}", link.unwrap_or("none".to_owned()))
        };
        let links = [
            told("report.html", "target/tokenproof/a.b.okta"),
            told("out/report.html", "target/tokenproof/a.b.okta"),
            told("out/report.html", "out/a.b.okta"),
            told("report.html", "we <\"ird\">?#%/a"),
            told("/one/report.html", "/other/a.b.okta"),
        ];
        insta::assert_snapshot!(links.join("\n"), @r#"
        report.html target/tokenproof/a.b.okta: target/tokenproof/a.b.okta/
        out/report.html target/tokenproof/a.b.okta: ../target/tokenproof/a.b.okta/
        out/report.html out/a.b.okta: a.b.okta/
        report.html we <"ird">?#%/a: we%20%3C%22ird%22%3E%3F%23%25/a/
        /one/report.html /other/a.b.okta: none
        "#);
    }
}
