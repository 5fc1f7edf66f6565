//! Bad input gets exit status 2, and one line on standard error that names the argument, the place and the remedy.

use crate::command::{say, say_to, scratch};

/// The line must hold each of these words.
fn check(line: &str, words: &[&str]) {
    let said = say(line);
    assert_eq!((said.status, said.out.as_str()), (2, ""), "{line}: {}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{line} says more than a line: {}", said.err);
    for word in words {
        assert!(said.err.contains(word), "{line} does not say {word}: {}", said.err);
    }
}

#[test]
fn arguments_that_cannot_be_read() {
    check("", &["command is missing", "--help"]);
    check("dance", &["dance", "--help"]);
    check("run", &["SCENARIO", "--help"]);
    check("run raft --sed 3", &["--sed", "--seed"]);
    check("run raft --seed x", &["--seed", "x"]);
    check("run raft --until 5", &["--until", "500us"]);
    check("run raft --until 2000000s", &["--until", "3600s"]);
    check("run raft --set loss", &["--set", "loss=2%"]);
    check("run raft --set seed=2", &["--set", "--seed N"]);
    check("sweep raft --seeds 5..1 --metric messages", &["--seeds", "5..1"]);
    check("sweep raft --seeds 1..5", &["--metric"]);
    check("sweep raft --seeds 1..5 --metric messages --shard 3/2", &["--shard", "3/2"]);
    check("sweep raft --seeds 1..5 --metric messages --csv --json", &["--csv", "--json"]);
    check("sweep raft --seeds 1..5 --metric messages --at-most messages", &["--at-most", "=650"]);
    check("hunt raft --runs 5 --budget 1s", &["--runs", "--budget"]);
}

#[test]
fn names_that_do_not_exist() {
    check("run no-such-thing", &["SCENARIO no-such-thing", "consistory list"]);
    check("run raft/no-such-thing", &["SCENARIO raft/no-such-thing"]);
    check("run raft --set colour=red", &["--set colour=red", "election_timeout"]);
    check("run raft --set loss=2", &["--set loss=2", "2%"]);
    check("run raft --set nodes=12", &["--set nodes=12", "1 – 9"]);
    check("run raft --mutant lazy", &["--mutant lazy", "count-old-terms"]);
    check("sweep raft --seeds 1..2 --metric colour", &["--metric colour", "time_to_leader_ms"]);
    check("sweep raft --seeds 1..2 --metric messages --at-most colour=1", &["--at-most colour"]);
    check("hunt paxos9", &["PROTOCOL paxos9", "raft"]);
    check("hunt raft --mutant lazy", &["--mutant lazy", "count-old-terms"]);
    check("hunt raft --property lazy", &["--property lazy", "election-safety"]);
    check("soak --protocol paxos9", &["--protocol paxos9", "raft"]);
    check("bench colour", &["NAME colour", "seek_ms, seek_ms_median"]);
    check("bench seek_ms_at_night", &["NAME seek_ms_at_night", "seek_ms, seek_ms_median"]);
    check("bench colour --list", &["NAME colour", "seek_ms, seek_ms_median"]);
    check("link encode no-such-file", &["no-such-file"]);
    check("sweep-merge no-such-file", &["no-such-file"]);
}

#[test]
fn mistakes_in_texts_are_placed() {
    let file = scratch("mistake.scn", "protocol raft\nset nodes=3\nat 5ms dance n1\n");
    check(&format!("run {file}"), &["mistake.scn:3:8", "dance"]);
    let said = say_to("transcript -", "protocol raft\ncrash n9\n");
    assert_eq!(said.status, 2);
    assert!(said.err.starts_with("consistory: standard input:2:7: "), "{}", said.err);
    let directive = scratch("directive.scn", "protocol raft\nlog n5 1 1\nrun 10ms\n");
    check(&format!("run {directive} --set nodes=3"), &["directive.scn:2:5", "n5"]);
    let path = scratch("bytes.scn", "");
    std::fs::write(&path, [b'p', 0xFF]).expect("a writable folder");
    check(&format!("run {path}"), &["bytes.scn", "byte 2", "UTF-8"]);
}

#[test]
fn damaged_links() {
    check("link decode 1AAAAAAAAAAAAAAAAAAAAAAAAAAA", &["damaged"]);
    check("run https://example.org/#/s/1AAAA", &["damaged"]);
    check("link decode hello", &["LINK", "#"]);
}

#[test]
fn commands_of_later_work() {
    check("grade x y", &["does not have that command yet"]);
}

#[test]
fn shards_that_do_not_belong_together() {
    let shard = |seeds: &str, number: &str| {
        let said = say(&format!("sweep raft --seeds {seeds} --metric messages --shard {number}"));
        scratch(&format!("{}-{}.json", seeds.replace('.', "_"), number.replace('/', "_")), &said.out)
    };
    let (one, two, other) = (shard("1..4", "1/2"), shard("1..4", "2/2"), shard("1..6", "2/2"));
    check(&format!("sweep-merge {one}"), &["shard 2/2"]);
    check(&format!("sweep-merge {one} {two} {two}"), &["shard 2/2"]);
    check(&format!("sweep-merge {one} {other}"), &["another sweep"]);
    let text = scratch("no-shard.json", "{\"runs\": 3}");
    check(&format!("sweep-merge {text}"), &["no-shard.json", "sweep --shard"]);
    let text = scratch("no-json.json", "hello");
    check(&format!("sweep-merge {text}"), &["no-json.json:1:1"]);
}
