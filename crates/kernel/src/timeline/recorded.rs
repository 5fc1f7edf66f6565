//! What a [`Timeline`] has recorded: its branches, the path that leads to each, steps and edits.

use super::{BranchId, Timeline};
use crate::journal::{Journal, StepRecord};
use crate::{Edit, Moment, Protocol, StepId, Time};

/// A stretch of the path from the start of the run to the end of a branch.
pub struct Segment<'a, P: Protocol> {
    /// Where it is recorded.
    pub journal: &'a Journal<P>,
    /// The step after its last.
    pub until: StepId,
}

/// A branch, as a list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// Its number.
    pub id: BranchId,
    /// The branch that it left.
    pub parent: Option<BranchId>,
    /// Where it left.
    pub forked_at: Time,
    /// Its own first step.
    pub first: StepId,
    /// How far it is known.
    pub until: Time,
}

impl<P: Protocol> Timeline<P> {
    /// The branch that the cursor is on.
    pub fn current(&self) -> BranchId {
        self.current
    }

    /// Every branch.
    pub fn branches(&self) -> impl Iterator<Item = BranchInfo> {
        (0..).zip(&self.branches).map(|(number, branch)| BranchInfo {
            id: BranchId(number),
            parent: branch.parent.map(|(parent, _)| parent),
            forked_at: branch.forked_at,
            first: branch.journal.first(),
            until: branch.tip.time(),
        })
    }

    /// The edit with which a branch begins.
    pub fn first_edit_of(&self, branch: BranchId) -> Option<&Edit<P>> {
        self.branches.get(branch.0 as usize)?.edits.first().map(|recorded| &recorded.edit)
    }

    /// The path from the start of the run to the end of the current branch.
    pub fn path(&self) -> Vec<Segment<'_, P>> {
        self.path_of(self.current)
    }

    /// The path from the start of the run to the end of a branch; empty where there is no such branch.
    pub fn path_of(&self, branch: BranchId) -> Vec<Segment<'_, P>> {
        let mut segments = Vec::new();
        let mut next = self.tip_of(branch).map(|tip| (branch, tip.steps()));
        while let Some((id, until)) = next {
            let branch = &self.branches[id.0 as usize];
            segments.push(Segment { journal: &branch.journal, until });
            next = branch.parent;
        }
        segments.reverse();
        segments
    }

    /// A step of the current path.
    pub fn record(&self, step: StepId) -> Option<&StepRecord> {
        self.journal_of(step).step(step)
    }

    /// Where a step of the current path is recorded.
    pub fn journal_of(&self, step: StepId) -> &Journal<P> {
        &self.branches[self.owner(self.current, step)].journal
    }

    /// Where a step of a branch's path is recorded; `None` where there is no such branch.
    pub fn journal_on(&self, branch: BranchId, step: StepId) -> Option<&Journal<P>> {
        self.tip_of(branch)?;
        Some(&self.branches[self.owner(branch, step)].journal)
    }

    /// The edit that a step of a branch's path is, if it is one.
    pub fn edit_on(&self, branch: BranchId, step: StepId) -> Option<&Edit<P>> {
        self.tip_of(branch)?;
        self.edit_at(branch, step).map(|recorded| &recorded.edit)
    }

    /// The edits of the current path, in order, with their moments and steps.
    pub fn edits(&self) -> impl Iterator<Item = (StepId, Moment, &Edit<P>)> {
        let mut chain = Vec::new();
        let mut index = self.current.0 as usize;
        let mut until = StepId::NONE;
        loop {
            let branch = &self.branches[index];
            chain.push((branch, until));
            let Some((parent, first)) = branch.parent else { break };
            until = first;
            index = parent.0 as usize;
        }
        chain.into_iter().rev().flat_map(|(branch, until)| {
            let edits = branch.edits.iter().take_while(move |recorded| recorded.step < until);
            edits.map(|recorded| (recorded.step, recorded.moment, &recorded.edit))
        })
    }
}
