//! YAML with positions: text in, a tree that knows where each part of it stands, typed values out.
//!
//! The parser library appears in [`parse`](self::parse()) only. Everything later works on [`Node`], so that a
//! reference can be replaced in the tree and a mistake in the result can still be shown where it was written.

mod de;
mod mismatch;
mod node;
mod parse;
mod span;

pub use de::from_node;
pub use mismatch::{Mismatch, MismatchKind};
pub use node::{Key, Node, Value};
pub use parse::{MAX_BYTES, SyntaxError, parse};
pub use span::Span;
