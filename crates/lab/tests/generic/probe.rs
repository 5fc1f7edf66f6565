//! scratch
use consistory_lab::*;
use consistory_protocols::Spec;
use consistory_protocols::raft::Raft;
#[test]
fn probe() {
    for (n, m) in Raft::MUTANTS.iter().enumerate() {
        let property = Raft::PROPERTIES.iter().position(|p| p.id == m.breaks).unwrap() as u8;
        let start = std::time::Instant::now();
        let h = hunt::<Raft>(Quarry { mutants: 1 << n, property: Some(property), disks: Disks::Kept }, |r| r < 3000);
        eprintln!(
            "{} runs {} {:?} {:?}",
            m.id,
            h.runs,
            h.catch.as_ref().map(|c| (c.seed, c.steps, c.edits_before, c.run.edits.len())),
            start.elapsed()
        );
        if let Some(c) = h.catch {
            eprintln!("{}", c.text());
        }
    }
}
