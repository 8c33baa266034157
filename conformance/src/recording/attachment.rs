//! What is kept beside a trace: what a command printed, what a driver and the runner said to each other.

/// A file that goes into a bundle as it is. Nobody judges by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    name: String,
    bytes: Vec<u8>,
}

/// Endings a name may have: they say how to read the file, and keep it apart from the bundle's own.
const ENDINGS: [&str; 3] = [".jsonl", ".log", ".txt"];

/// The longest name.
const LONGEST: usize = 80;

impl Attachment {
    /// A file with this name. The bytes must be free of secrets: see [`MockIdp::scrubbed`](mock_idp::MockIdp::scrubbed).
    ///
    /// # Errors
    /// The name is not lower-case letters, digits, `-` and `.`, does not begin with a letter, or ends in another way than
    /// `.jsonl`, `.log` or `.txt`.
    pub fn new(
        name: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Self, NotAnAttachment> {
        let name = name.into();
        if !is_name(&name) {
            return Err(NotAnAttachment(name));
        }
        let bytes = bytes.into();
        Ok(Self { name, bytes })
    }

    /// What a process wrote to its standard error, `stderr.txt`.
    #[must_use]
    pub fn stderr(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: "stderr.txt".to_owned(),
            bytes: bytes.into(),
        }
    }

    /// What a driver and the runner said to each other, line by line, `transcript.txt`.
    #[must_use]
    pub fn transcript(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: "transcript.txt".to_owned(),
            bytes: bytes.into(),
        }
    }

    /// Its name in the bundle's folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands in it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A name that no attachment can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no name for an attachment; use lower-case letters, digits, `-` and `.`, and end it in `.jsonl`, `.log` or `.txt`"
)]
pub struct NotAnAttachment(String);

/// Whether an attachment may be called so. What is read from a bundle is held to it too.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
        && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder_and_apart_from_the_bundles_own() {
        for name in ["stderr.txt", "transcript-2.jsonl", "driver.log"] {
            assert!(Attachment::new(name, "").is_ok(), "{name}");
        }
        let long = "a".repeat(LONGEST) + ".txt";
        for name in [
            "",
            "../a.txt",
            "a/b.txt",
            "/a.txt",
            ".txt",
            "bundle.json",
            "scenario.yaml",
            "A.txt",
            "a\\b.txt",
            &long,
        ] {
            assert!(Attachment::new(name, "").is_err(), "{name}");
        }
        insta::assert_snapshot!(
            Attachment::new("../key.pem", "").expect_err("refused"),
            @"`../key.pem` is no name for an attachment; use lower-case letters, digits, `-` and `.`, and end it in `.jsonl`, `.log` or `.txt`"
        );
    }
}
