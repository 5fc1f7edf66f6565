//! The history of the clients' operations, one JSON object a line, as the contract has it.

use consistory_kernel::{OperationEvent, OperationStage, Outcome, ProcessId, Timeline};
use consistory_protocols::{HistoryMeaning, HistoryOp, HistoryValue, Spec};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The lines of the current branch.
pub(crate) fn lines<P: Spec>(timeline: &Timeline<P>) -> String {
    let world = timeline.tip();
    let nodes = world.node_count();
    let clients = world.process_ids().filter(|id| world.client(*id).is_some()).count() as u64;
    let mut invoked: BTreeMap<ProcessId, &P::Op> = BTreeMap::new();
    // A process whose operation ended unknown may not go on in a history: the client goes on as a new process.
    let mut lives: BTreeMap<ProcessId, u64> = BTreeMap::new();
    let mut text = String::new();
    for segment in timeline.path() {
        for event in segment.journal.operations().iter().take_while(|event| event.step < segment.until) {
            let life = lives.entry(event.client).or_default();
            let process = u64::from(event.client.0 - nodes) + 1 + *life * clients;
            if let OperationStage::Invoked(op) = &event.stage {
                invoked.insert(event.client, op);
            }
            let Some(op) = invoked.get(&event.client) else { continue };
            if matches!(event.stage, OperationStage::Ended(Outcome::Unknown)) {
                *life += 1;
            }
            text.push_str(&line::<P>(event, op, process).to_string());
            text.push('\n');
        }
    }
    text
}

fn line<P: Spec>(event: &OperationEvent<P>, op: &P::Op, process: u64) -> Value {
    let reply = match &event.stage {
        OperationStage::Ended(Outcome::Ok(reply)) => Some(reply),
        OperationStage::Invoked(_) | OperationStage::Ended(Outcome::Failed | Outcome::Unknown) => None,
    };
    let HistoryOp { function, key, value, meaning } = P::history_op(op, reply);
    let kind = match (&event.stage, meaning) {
        (OperationStage::Invoked(_), _) => "invoke",
        (OperationStage::Ended(Outcome::Failed), _) | (_, HistoryMeaning::Refused) => "fail",
        (OperationStage::Ended(Outcome::Unknown), _) => "info",
        (OperationStage::Ended(Outcome::Ok(_)), HistoryMeaning::Done | HistoryMeaning::PreconditionFalse) => "ok",
    };
    let value = match value {
        HistoryValue::Nothing => Value::Null,
        HistoryValue::Number(number) => json!(number),
        HistoryValue::List(list) => json!(list),
    };
    let mut line = json!({"process": process, "type": kind, "f": function, "key": key, "value": value});
    if meaning == HistoryMeaning::PreconditionFalse {
        line["result"] = json!(false);
    }
    line["time"] = json!(event.time * 1_000);
    line
}
