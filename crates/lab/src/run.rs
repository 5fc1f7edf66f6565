//! A run as a value: what it starts from, what is done to it, and when it ends.

use consistory_kernel::{Chooser, Edit, Journal, Moment, Setup, Time, Timeline, World};
use consistory_protocols::Spec;
use consistory_session::{Problem, ViewState, codec, open_scenario, scenario};

/// Setups come from storms and from opened scenarios.
const CAN_RUN: &str = "a run has a setup that can run";

/// A run. Everything else about it is a function of this value.
#[derive(Clone)]
pub struct Run<P: Spec> {
    /// What it starts from.
    pub setup: Setup<P>,
    /// What is done to it, in order.
    pub edits: Vec<(Moment, Edit<P>)>,
    /// When it ends, in microseconds; what happens at that very time happens.
    pub until: Time,
}

impl<P: Spec> Run<P> {
    /// Performs the run to its end, or until `stop` is so after a step. Returns the world, and the run as it was
    /// performed: edits that cannot be applied are left out, and its end is where it stopped.
    pub fn perform(&self, stop: impl Fn(&World<P>) -> bool) -> (World<P>, Self) {
        self.perform_with(Chooser::seeded(self.setup.seed), stop)
    }

    /// As [`Run::perform`], with another source of decisions.
    pub fn perform_with(&self, chooser: Chooser, stop: impl Fn(&World<P>) -> bool) -> (World<P>, Self) {
        let mut journal = Journal::off();
        let mut world = World::with_chooser(&self.setup, chooser, &mut journal).expect(CAN_RUN);
        let mut edits = Vec::with_capacity(self.edits.len());
        let end = (Moment::after(self.until), None);
        let edits_and_end = self.edits.iter().map(|(moment, edit)| (*moment, Some(edit))).chain([end]);
        'run: for (moment, edit) in edits_and_end {
            while world.is_due(moment) && world.step(&mut journal) {
                if stop(&world) {
                    break 'run;
                }
            }
            // Nothing is due: only the clock moves.
            world.run_to(moment, &mut journal);
            let Some(edit) = edit else { break };
            let moment = world.moment();
            if world.apply(edit, &mut journal).is_ok() {
                edits.push((moment, edit.clone()));
                if stop(&world) {
                    break;
                }
            }
        }
        let until = world.time();
        (world, Self { setup: self.setup.clone(), edits, until })
    }

    /// The run, recorded, with its cursor at the end.
    pub fn timeline(&self) -> Timeline<P> {
        let mut timeline = Timeline::new(&self.setup).expect(CAN_RUN);
        for (moment, edit) in &self.edits {
            timeline.seek(*moment);
            // One that cannot be applied changes nothing, here as in `perform`.
            let _ = timeline.edit(edit.clone());
        }
        timeline.seek(Moment::after(self.until));
        timeline
    }

    /// The run in the scenario language.
    pub fn text(&self) -> String {
        scenario::print(&self.setup, &self.timeline(), &[])
    }
}

/// The share link of a scenario text. Its cursor is the text's: that of a [`Run`] is at the end.
pub fn link_of(text: &str) -> Result<String, Problem> {
    Ok(open_scenario(text)?.session.link(ViewState::default(), codec()))
}
