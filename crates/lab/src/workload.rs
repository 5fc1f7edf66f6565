//! The run that is measured, natively and in a page.

use consistory_kernel::{Edit, MS, OpKind, ProcessId, Protocol, Timeline};
use consistory_protocols::Spec;
use consistory_protocols::raft::Raft;

/// Operations that each client is given at a time.
const LOAD: i64 = 2_000;

/// Five servers under the load of two clients that never pause, for so many events at least, recorded as the page records
/// them.
pub fn recorded(events: u32) -> Timeline<Raft> {
    let setup = Raft::defaults();
    let mut timeline = Timeline::new(&setup).expect("a protocol can run with its defaults");
    let mut value = 0;
    while timeline.tip().steps().0 < events {
        for client in (setup.nodes..setup.nodes + setup.clients).map(ProcessId) {
            let is_idle = timeline.tip().client(client).is_some_and(|state| state.queue.is_empty());
            for _ in 0..if is_idle { LOAD } else { 0 } {
                value += 1;
                let kind =
                    [OpKind::Write, OpKind::Read, OpKind::CompareAndSet][usize::try_from(value % 3).unwrap_or(0)];
                let Some(op) = Raft::operation(kind, u32::from(kind == OpKind::Read), value) else { continue };
                // The client exists, and its queue has room.
                let _ = timeline.edit(Edit::Invoke { client, op, target: None });
            }
        }
        let to = timeline.tip().time() + 1_000 * MS;
        timeline.advance(to);
    }
    timeline
}
