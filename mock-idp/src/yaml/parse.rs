//! Text to tree, by way of `serde-saphyr`.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{
    DefaultMessageFormatter, Error, Location, MessageFormatter, Options, Spanned, alias_limits,
    budget,
};

use super::node::{Key, Node, Value};
use super::span::Span;

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

const MAX_NODES: usize = 20_000;
const MAX_ANCHORS: usize = 256;

/// Twice what scenario files need. The parser spends some 40 KiB of stack on a level in a debug build, so that 64 levels
/// do not fit a thread of 2 MiB.
const MAX_DEPTH: usize = 16;

/// A text that is no YAML, or more of it than is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub span: Span,
}

/// Reads one YAML 1.2 document.
///
/// Limits: [`MAX_BYTES`], 20,000 values with aliases expanded, 256 anchors, 16 levels. Duplicate keys, merge keys, tags
/// of an application and further documents are refused; `true` and `false` are the only booleans.
///
/// # Errors
/// [`SyntaxError`] says what and where.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError {
            message: format!(
                "the file has {} bytes, more than the {MAX_BYTES} that are read",
                text.len()
            ),
            help: Some("split it into several scenarios".to_owned()),
            span: Span::new(text, 0, 0),
        });
    }
    let parsed: Parsed =
        serde_saphyr::from_str_with_options(text, options()).map_err(|e| refusal(text, &e))?;
    parsed.locate(text).map_err(|at| SyntaxError {
        message: "a key must be a name".to_owned(),
        help: Some("put it in quotes, or choose another name".to_owned()),
        span: span(text, at),
    })
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: budget! {
            max_nodes: MAX_NODES,
            max_anchors: MAX_ANCHORS,
            max_aliases: MAX_NODES,
            max_depth: MAX_DEPTH,
            // One more, so that `max_depth` speaks for flow collections too.
            flow_nesting_limit: MAX_DEPTH + 1,
            max_documents: 1,
            max_events: 4 * MAX_NODES,
            max_recorded_anchor_events: 4 * MAX_NODES,
            max_total_scalar_bytes: MAX_BYTES,
        },
        alias_limits: alias_limits! {
            max_total_replayed_events: MAX_NODES,
            // What an alias brings in can be as deep as the file itself; together they must fit on the stack.
            max_replay_stack_depth: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// A value as the parser hands it over, with positions still in the parser's terms.
struct Parsed {
    value: Raw,
    defined: Location,
    used: Location,
}

enum Raw {
    Scalar(Value),
    List(Vec<Parsed>),
    Map(Vec<(Spanned<RawKey>, Parsed)>),
}

/// A key; none if it is not a name.
struct RawKey(Option<String>);

impl Parsed {
    /// The tree with positions in `text`, or where a key stands that is no name.
    fn locate(self, text: &str) -> Result<Node, Location> {
        let mut at = span(text, self.defined);
        let used = (self.used != self.defined && self.used != Location::UNKNOWN)
            .then(|| span(text, self.used));
        let end_of = |part: &Node| {
            if used.is_some() {
                part.span.end
            } else {
                part.place().end
            }
        };
        let value = match self.value {
            Raw::Scalar(value) => value,
            Raw::List(items) => {
                let items: Vec<Node> = items
                    .into_iter()
                    .map(|item| item.locate(text))
                    .collect::<Result<_, _>>()?;
                at.end = items.iter().map(end_of).fold(at.end, usize::max);
                Value::List(items)
            }
            Raw::Map(entries) => {
                let mut located = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let Some(name) = key.value.0 else {
                        return Err(key.defined);
                    };
                    let span = span(text, key.defined);
                    let value = value.locate(text)?;
                    at.end = at.end.max(span.end).max(end_of(&value));
                    located.push((Key { name, span }, value));
                }
                Value::Map(located)
            }
        };
        Ok(Node {
            value,
            span: at,
            used,
        })
    }
}

fn span(text: &str, location: Location) -> Span {
    let span = location.span();
    match (span.byte_offset(), span.byte_len()) {
        (Some(start), Some(length)) => {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let length = usize::try_from(length).unwrap_or(0);
            let start = text.floor_char_boundary(start);
            // The parser has counted lines and columns already. Counting again for every value takes minutes in a long file.
            Span {
                start,
                end: text.ceil_char_boundary(start.saturating_add(length)),
                line: u32::try_from(location.line()).unwrap_or(u32::MAX),
                column: u32::try_from(location.column()).unwrap_or(u32::MAX),
            }
        }
        _ => at_line(text, location),
    }
}

/// A position of which only line and column are known.
fn at_line(text: &str, location: Location) -> Span {
    let line = usize::try_from(location.line()).unwrap_or(1).max(1);
    let column = usize::try_from(location.column()).unwrap_or(1).max(1);
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let offset = text[line_start..]
        .char_indices()
        .nth(column - 1)
        .map_or(0, |(at, _)| at);
    Span::new(text, line_start + offset, line_start + offset)
}

fn refusal(text: &str, error: &Error) -> SyntaxError {
    let mut error = error.without_snippet();
    while let Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    let (message, help) = match error {
        Error::DuplicateMappingKey { key, .. } => (
            match key {
                Some(key) => format!("the key `{key}` stands twice in this map"),
                None => "a key stands twice in this map".to_owned(),
            },
            Some("remove one of them"),
        ),
        Error::MergeKeyNotAllowed { .. } => (
            "merge keys (`<<`) are not part of this language".to_owned(),
            Some("write the entries out, or use `matrix`"),
        ),
        Error::MultipleDocuments { .. }
        | Error::Budget {
            breach: BudgetBreach::Documents { .. },
            ..
        } => (
            "a file holds one document".to_owned(),
            Some("move what follows `---` into a file of its own"),
        ),
        Error::Eof { .. } => ("the file is empty".to_owned(), None),
        Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => (
            "aliases expand to more than is read".to_owned(),
            Some("write the values out, or use `matrix`"),
        ),
        Error::Budget { breach, .. } => (exceeded(breach), Some("split it into several files")),
        Error::InvalidUtf8Input => ("the file is not UTF-8".to_owned(), None),
        other => (
            DefaultMessageFormatter
                .format_message(other)
                .trim_end()
                .to_owned(),
            None,
        ),
    };
    SyntaxError {
        message,
        help: help.map(str::to_owned),
        span: error
            .location()
            .map_or_else(|| Span::new(text, 0, 0), |location| span(text, location)),
    }
}

fn exceeded(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Depth { .. } => format!("more than {MAX_DEPTH} levels of nesting"),
        BudgetBreach::Anchors { .. } => format!("more than {MAX_ANCHORS} anchors"),
        _ => format!("more than the {MAX_NODES} values that are read"),
    }
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Raw>::deserialize(deserializer)?;
        Ok(Self {
            value: spanned.value,
            defined: spanned.defined,
            used: spanned.referenced,
        })
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl<'de> Visitor<'de> for AnyValue {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Bool(value)))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Unsigned(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Scalar(match u64::try_from(value) {
                    Ok(value) => Value::Unsigned(value),
                    Err(_) => Value::Signed(value),
                }))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Float(value)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Text(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Raw, E> {
                Ok(Raw::Scalar(Value::Text(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Raw::Map(entries))
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}

impl<'de> Deserialize<'de> for RawKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Raw::deserialize(deserializer)? {
            Raw::Scalar(Value::Text(name)) => Some(name),
            Raw::Scalar(Value::Unsigned(number)) => Some(number.to_string()),
            _ => None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every stretch in a tree.
    fn spans(node: &Node, found: &mut Vec<Span>) {
        found.push(node.span);
        for (key, value) in node.entries() {
            found.push(key.span);
            spans(value, found);
        }
        for item in node.items() {
            spans(item, found);
        }
    }

    proptest::proptest! {
        /// Lines and columns are the parser's; they are what counting the text gives.
        #[test]
        fn the_parser_counts_as_we_do(
            words in proptest::collection::vec("[a-zéß漢😀]{1,4}", 1..12),
            end in proptest::sample::select(vec!["\n", "\r\n"]),
            flow in proptest::bool::ANY,
        ) {
            let text = if flow {
                format!("é: [{}]{end}", words.join(", "))
            } else {
                words.iter().map(|word| format!("- {{ ü: {word}, k: \"{word}\" }}{end}")).collect()
            };
            let mut found = Vec::new();
            spans(&parse(&text).expect("YAML"), &mut found);
            for span in found {
                proptest::prop_assert_eq!(span, Span::new(&text, span.start, span.end));
            }
        }
    }

    fn outline(text: &str) -> String {
        match parse(text) {
            Ok(node) => {
                let mut out = String::new();
                write(&node, text, 0, &mut out);
                out
            }
            Err(e) => format!(
                "{}:{} {} ({})",
                e.span.line,
                e.span.column,
                e.message,
                e.help.as_deref().unwrap_or("no help")
            ),
        }
    }

    fn write(node: &Node, text: &str, depth: usize, out: &mut String) {
        use std::fmt::Write as _;
        let shown = &text[node.span.start..node.span.end];
        let used = node
            .used
            .map(|used| format!(" used as {:?}", &text[used.start..used.end]))
            .unwrap_or_default();
        let pad = " ".repeat(depth);
        let at = format!("{}:{}", node.span.line, node.span.column);
        let _ = match &node.value {
            Value::List(_) => writeln!(out, "{pad}list {at} {shown:?}{used}"),
            Value::Map(_) => writeln!(out, "{pad}map {at} {shown:?}{used}"),
            scalar => writeln!(out, "{pad}{scalar:?} {at} {shown:?}{used}"),
        };
        for item in node.items() {
            write(item, text, depth + 1, out);
        }
        for (key, value) in node.entries() {
            let _ = writeln!(
                out,
                "{pad} key {} {:?}",
                key.name,
                &text[key.span.start..key.span.end]
            );
            write(value, text, depth + 2, out);
        }
    }

    #[test]
    fn every_kind_of_value_keeps_its_place() {
        insta::assert_snapshot!(outline("a: 1\nb: [x, 'y z', -3, 1.5]\nc:\n  on: true\n  yes: no\n  é: ~\nd: |\n  text\n  more\ne: {}\nf:\n"), @r#"
map 1:1 "a: 1\nb: [x, 'y z', -3, 1.5]\nc:\n  on: true\n  yes: no\n  é: ~\nd: |\n  text\n  more\ne: {}\nf"
 key a "a"
  Unsigned(1) 1:4 "1"
 key b "b"
  list 2:4 "[x, 'y z', -3, 1.5"
   Text("x") 2:5 "x"
   Text("y z") 2:8 "'y z'"
   Signed(-3) 2:15 "-3"
   Float(1.5) 2:19 "1.5"
 key c "c"
  map 4:3 "on: true\n  yes: no\n  é: ~"
   key on "on"
    Bool(true) 4:7 "true"
   key yes "yes"
    Text("no") 5:8 "no"
   key é "é"
    Null 6:6 "~"
 key d "d"
  Text("text\nmore\n") 8:3 "text\n  more\n"
 key e "e"
  map 10:4 "{"
 key f "f"
  Null 11:2 ""
"#);
    }

    #[test]
    fn aliases_know_their_use() {
        insta::assert_snapshot!(outline("a: &x { k: 1 }\nb: *x\n"), @r#"
map 1:1 "a: &x { k: 1 }\nb: *x"
 key a "a"
  map 1:7 "{ k: 1"
   key k "k"
    Unsigned(1) 1:12 "1"
 key b "b"
  map 1:7 "{ k: 1" used as "*x"
   key k "k"
    Unsigned(1) 1:12 "1" used as "*x"
"#);
    }

    #[test]
    fn refusals() {
        let mut all = String::new();
        for text in [
            "",
            "# nothing\n",
            "a: 1\na: 2\n",
            "true: 1\n",
            "? [a]\n: 1\n",
            "a: [1, 2\nb: 3\n",
            "a: b: c\n",
            "a: 1\n---\nb: 2\n",
            "a: &x {k: 1}\nb:\n  <<: *x\n",
            "a: *nowhere\n",
            "a: !include b.yaml\n",
            "\ta: 1\n",
            "a: 'open\n",
            "a: {b: &a *a}\n",
        ] {
            all.push_str(&format!("{text:?}\n  {}\n", outline(text)));
        }
        insta::assert_snapshot!(all, @r##"
""
  Null 1:1 ""

"# nothing\n"
  Null 2:1 ""

"a: 1\na: 2\n"
  2:1 the key `a` stands twice in this map (remove one of them)
"true: 1\n"
  1:1 a key must be a name (put it in quotes, or choose another name)
"? [a]\n: 1\n"
  1:3 a key must be a name (put it in quotes, or choose another name)
"a: [1, 2\nb: 3\n"
  2:2 illegal placement of ':' indicator (no help)
"a: b: c\n"
  1:5 mapping values are not allowed in this context (no help)
"a: 1\n---\nb: 2\n"
  2:1 a file holds one document (move what follows `---` into a file of its own)
"a: &x {k: 1}\nb:\n  <<: *x\n"
  3:3 merge keys (`<<`) are not part of this language (write the entries out, or use `matrix`)
"a: *nowhere\n"
  1:4 alias references unknown anchor (no help)
"a: !include b.yaml\n"
  1:13 unsupported tag `!include` (no help)
"\ta: 1\n"
  map 1:2 "a: 1"
 key a "a"
  Unsigned(1) 1:5 "1"

"a: 'open\n"
  2:1 invalid indentation in multiline quoted scalar (no help)
"a: {b: &a *a}\n"
  1:11 while parsing a flow mapping, did not find expected ',' or '}' (no help)
"##);
    }

    #[test]
    fn budgets_hold() {
        let deep = format!("{}1{}", "[".repeat(80), "]".repeat(80));
        let deep_block: String = (0..80).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        let wide = format!("[{}]", "1,".repeat(30_000));
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..9 {
            bomb.push_str(&format!(
                "a{n}: &a{n} [{}]\n",
                format!("*a{},", n - 1).repeat(10)
            ));
        }
        let long = format!("a: {}", "x".repeat(MAX_BYTES));
        let anchors: String = (0..300).map(|n| format!("a{n}: &n{n} 1\n")).collect();
        let deep_alias = format!(
            "a: &a {}1{}\nb: {}*a{}\n",
            "{a: ".repeat(14),
            "}".repeat(14),
            "{a: ".repeat(14),
            "}".repeat(14)
        );
        let mut all = String::new();
        for (name, text) in [
            ("deep", deep),
            ("deep block", deep_block),
            ("wide", wide),
            ("bomb", bomb),
            ("long", long),
            ("anchors", anchors),
            ("deep alias", deep_alias),
        ] {
            all.push_str(&format!("{name}: {}\n", outline(&text)));
        }
        insta::assert_snapshot!(all, @"
deep: 1:18 recursion limit exceeded (no help)
deep block: 17:17 more than 16 levels of nesting (split it into several files)
wide: 1:40000 more than the 20000 values that are read (split it into several files)
bomb: 1:29 aliases expand to more than is read (write the values out, or use `matrix`)
long: 1:1 the file has 1048579 bytes, more than the 1048576 that are read (split it into several scenarios)
anchors: 257:13 more than 256 anchors (split it into several files)
deep alias: 1:11 more than 16 levels of nesting (split it into several files)
");
    }
}
