//! Answers to "why" that the commit protocols share: why a transaction waits for a lock.

use super::judge::{Judged, Standing};
use super::store::Wait;
use consistory_scene::{Arg, Text};

/// Where the rule of locks stands.
pub const TWO_PHASE_LOCKING: &str = "Bernstein, Hadzilacos, Goodman 1987, §3.2";

/// Why the transactions that wait at a node wait: who holds the lock, and whether that one is in doubt.
pub fn waits(node: &dyn Judged) -> Vec<Text> {
    node.store().waits().map(|wait| wait_text(node, &wait)).collect()
}

fn wait_text(node: &dyn Judged, wait: &Wait) -> Text {
    let is_in_doubt = wait.on.iter().any(|txn| node.standing(*txn) == Standing::InDoubt);
    let key = if is_in_doubt { "transaction.why.waits_in_doubt" } else { "transaction.why.waits" };
    let on: Vec<String> = wait.on.iter().map(|txn| txn.name()).collect();
    let text = Text::key(key).with("txn", wait.txn.arg()).with("key", Arg::Plain(wait.key.to_string()));
    text.with("on", Arg::Plain(on.join(", ")))
}
