//! What is kept of a stream for a recording: its beginning and its end, the first error and the last words.

/// How much is kept of the beginning, and how much of the end.
const BEGINNING: usize = 256 << 10;
const END: usize = 256 << 10;

/// The beginning and the end of a stream. No `Debug`: it holds what was printed as it was.
#[derive(Default)]
pub(super) struct Kept {
    beginning: Vec<u8>,
    end: Vec<u8>,
    dropped: u64,
}

impl Kept {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = BEGINNING - self.beginning.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.beginning.extend_from_slice(first);
        self.end.extend_from_slice(rest);
        // Not at every chunk: moving the end is work.
        if self.end.len() > 2 * END {
            let over = self.end.len() - END;
            self.end.drain(..over);
            self.dropped += over as u64;
        }
    }

    /// As text; a line that was cut is left out, for half a secret cannot be told from a word.
    pub(super) fn text(mut self) -> String {
        if self.end.len() > END {
            let over = self.end.len() - END;
            self.end.drain(..over);
            self.dropped += over as u64;
        }
        if self.dropped == 0 {
            self.beginning.append(&mut self.end);
            return String::from_utf8_lossy(&self.beginning).into_owned();
        }
        let whole = self.beginning.iter().rposition(|byte| *byte == b'\n');
        let beginning = &self.beginning[..whole.map_or(0, |at| at + 1)];
        let begins = self.end.iter().position(|byte| *byte == b'\n');
        let end = &self.end[begins.map_or(self.end.len(), |at| at + 1)..];
        format!(
            "{}(more than {} bytes left out here)\n{}",
            String::from_utf8_lossy(beginning),
            self.dropped,
            String::from_utf8_lossy(end)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, chunk: usize) -> String {
        let mut kept = Kept::default();
        text.as_bytes()
            .chunks(chunk)
            .for_each(|bytes| kept.add(bytes));
        assert!(kept.beginning.len() + kept.end.len() <= BEGINNING + 2 * END + chunk);
        kept.text()
    }

    #[test]
    fn little_is_kept_whole_and_much_by_its_ends() {
        assert_eq!(kept("one\ntwo", 2), "one\ntwo");
        let half = "x".repeat(99) + "\n";
        let fits = half.repeat((BEGINNING + END) / 100);
        assert_eq!(kept(&fits, 8192), fits);
        let flood = format!("first\n{}last\n", half.repeat(50_000));
        for chunk in [100, 8192] {
            let text = kept(&flood, chunk);
            assert!(text.starts_with("first\n") && text.ends_with("last\n"));
            assert!(text.len() <= BEGINNING + END + 60, "{}", text.len());
            // No line is there in part.
            let strange = text
                .lines()
                .filter(|line| ![5, 4, 99].contains(&line.len()));
            let strange: Vec<&str> = strange.collect();
            assert_eq!(strange.len(), 1, "{strange:?}");
        }
    }
}
