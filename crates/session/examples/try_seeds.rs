//! Scratch: prints golden links.
use consistory_kernel::{MS, ProcessId};
use consistory_session::*;
fn main() {
    let mut s = open("#/p/raft/stale-leader").unwrap().session;
    s.apply(Command::Seek { to: 200 * MS }).unwrap();
    s.apply(Command::Edit(EditCommand::Crash(ProcessId(2), Disk::Kept))).unwrap();
    s.apply(Command::Advance { to: 400 * MS }).unwrap();
    println!("{:016x} {}", s.digest(), s.link(ViewState::default()));
    let all = "protocol raft\nset nodes=3 clients=3 seed=77 latency=0.5*exp:5ms+0.5*pareto:2ms,1.5 loss=3% heartbeat=30ms batch=4\nmutant count-old-terms\nlog n1 1 1 2\nterm n2 3 vote n1\nat 50ms timeout n1\nat 60ms/1 crash n2 lose-disk\nrestart n2\npause n3\nresume n3\nskew n1 +15%\nrearm n2 40ms\ncut n1 -> n2\nmend n1 -> n2\npartition {n1 c1} {n2 n3}\nrun 40ms\nheal\nset latency=exp:3ms\nlatency n1 -> n3 4ms..9ms\nset loss=1% duplicate=2% election_timeout=200ms..400ms heartbeat=20ms batch=8\ndelay n1 -> n2 AppendEntries 40ms\nhold n2 -> n1\nclient c1 via n3 write x 5\nclient c2 cas x 5 6\nclient c3 append y 1\nrun 300ms\n";
    let s = open_scenario(all).map_err(|e| format!("{e:?}")).unwrap().session;
    let mut s = s; let u = s.timeline().until; s.apply(Command::Seek { to: u }).unwrap();
    println!("{:016x} {}", s.digest(), s.link(ViewState { panel: 1, speed: 4 }));
}
