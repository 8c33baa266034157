//! One world for many cases of bad input: what one breaks, the next one finds.

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::answer::Answer;
use crate::stage::{Stage, TokenAsk};

/// A world, and what runs it outside a test's own runtime.
pub(crate) struct Arena {
    pub(crate) runtime: Runtime,
    pub(crate) stage: Stage,
}

impl Arena {
    pub(crate) fn begin(stage: impl Future<Output = Stage>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let stage = runtime.block_on(stage);
        Self { runtime, stage }
    }

    pub(crate) fn send(&self, ask: TokenAsk<'_>) -> Answer {
        self.runtime.block_on(ask.send())
    }
}

/// Values that no claim should have.
pub(crate) fn wrong_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("wrong"),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!(["a", 1]),
        json!({ "a": {} }),
        json!("x".repeat(10_000)),
        json!("\u{0}\"'<>\u{202e}"),
    ]
}
