//! The only source of nondeterminism: a [`Chooser`] decides everything that a protocol or the network leaves open.

use crate::latency::multiply_high;
use crate::{Latency, PPM, Ppm, ProcessId};
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;
use std::rc::Rc;

/// What a random number is for. Each purpose has a stream of its own, so that one more draw in one does not shift the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Latency, loss and duplication.
    Network,
    /// Timer ranges.
    Timers,
    /// Random faults.
    Faults,
    /// Choices of the protocol itself.
    Protocol,
    /// What clients do by themselves.
    Clients,
}

/// An answer that was prepared for a protocol's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScriptedChoice {
    /// Who asks.
    pub process: ProcessId,
    /// The key of the question.
    pub key: &'static str,
    /// The option to take, from 0.
    pub option: u32,
}

/// A choice that waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub process: ProcessId,
    /// The key of the question.
    pub key: &'static str,
    /// How many options there are.
    pub options: u32,
}

#[derive(Clone, Debug)]
enum Mode {
    Seeded,
    Recording(Vec<u64>),
    Tape { values: Rc<[u64]>, next: usize, diverged: bool },
    Human { asked: Option<Question> },
}

/// Decides. Seeded, from a tape, from a script, or by asking a person.
#[derive(Clone, Debug)]
pub struct Chooser {
    streams: [Pcg32; 5],
    /// Answers that come before any other decision, in order for each process and key.
    prepared: Vec<ScriptedChoice>,
    mode: Mode,
}

impl Chooser {
    /// Everything from the seed's streams.
    pub fn seeded(seed: u64) -> Self {
        let stream = |number: u64| Pcg32::new(seed ^ (number << 56), number);
        Self {
            // In the order of the purposes. Every recorded run depends on these numbers.
            streams: [stream(1), stream(2), stream(4), stream(5), stream(3)],
            prepared: Vec::new(),
            mode: Mode::Seeded,
        }
    }

    /// As [`Chooser::seeded`], and keeps every decision for [`Chooser::into_tape`].
    pub fn recording(seed: u64) -> Self {
        Self { mode: Mode::Recording(Vec::new()), ..Self::seeded(seed) }
    }

    /// Repeats the decisions of a tape; past its end it decides from the seed.
    pub fn tape(seed: u64, values: Rc<[u64]>) -> Self {
        Self { mode: Mode::Tape { values, next: 0, diverged: false }, ..Self::seeded(seed) }
    }

    /// Protocol choices as prepared, in order for each process and key; everything else from the seed.
    pub fn scripted(seed: u64, choices: Vec<ScriptedChoice>) -> Self {
        Self { prepared: choices, ..Self::seeded(seed) }
    }

    /// Protocol choices by a person: without a prepared answer the first option is taken for the moment
    /// and [`Chooser::asked`] says what to ask before the step may stand.
    pub fn human(seed: u64, answers: Vec<ScriptedChoice>) -> Self {
        Self { prepared: answers, mode: Mode::Human { asked: None }, ..Self::seeded(seed) }
    }

    /// A number from `low` to `high`, both included.
    #[inline]
    pub fn range(&mut self, purpose: Purpose, low: u64, high: u64) -> u64 {
        let drawn = self.fresh(purpose, |stream| low + below(stream, high.saturating_sub(low).saturating_add(1)));
        if (low..=high).contains(&drawn) { drawn } else { self.out_of_range(low) }
    }

    /// Whether an event of that probability happens. Certain and impossible events draw nothing.
    #[inline]
    pub fn chance(&mut self, purpose: Purpose, probability: Ppm) -> bool {
        match probability {
            0 => false,
            PPM.. => true,
            _ => self.range(purpose, 0, u64::from(PPM) - 1) < u64::from(probability),
        }
    }

    /// A travel time.
    #[inline]
    pub fn latency(&mut self, purpose: Purpose, latency: &Latency) -> u64 {
        if let Latency::Uniform(low, high) = latency {
            return self.range(purpose, *low, *high);
        }
        let travel = self.fresh(purpose, |stream| latency.sample(|| stream.next_u64()));
        if latency.allows(travel) { travel } else { self.out_of_range(travel) }
    }

    /// One of `options` ways, numbered from 0, for a protocol that asks under `key`.
    pub fn option(&mut self, process: ProcessId, key: &'static str, options: u32) -> u32 {
        let position = self.prepared.iter().position(|choice| choice.process == process && choice.key == key);
        if let Some(position) = position {
            return self.prepared.remove(position).option.min(options.saturating_sub(1));
        }
        if let Mode::Human { asked } = &mut self.mode {
            // What a step asks later may depend on what it asked first.
            asked.get_or_insert(Question { process, key, options });
            return 0;
        }
        let drawn = self.range(Purpose::Protocol, 0, u64::from(options.max(1)) - 1);
        u32::try_from(drawn).unwrap_or(0)
    }

    /// Prepares the answer to a question, whoever decides otherwise.
    pub fn answer(&mut self, choice: ScriptedChoice) {
        self.prepared.push(choice);
        self.begin_step();
    }

    /// What an earlier step asked is settled.
    pub(crate) fn begin_step(&mut self) {
        if let Mode::Human { asked } = &mut self.mode {
            *asked = None;
        }
    }

    /// Whether a person decides.
    pub(crate) fn is_human(&self) -> bool {
        matches!(self.mode, Mode::Human { .. })
    }

    /// The question that a person must answer before the last step may stand.
    pub fn asked(&self) -> Option<Question> {
        match self.mode {
            Mode::Human { asked } => asked,
            Mode::Seeded | Mode::Recording(_) | Mode::Tape { .. } => None,
        }
    }

    /// Every decision so far, if they were recorded.
    pub fn into_tape(self) -> Option<Rc<[u64]>> {
        match self.mode {
            Mode::Recording(values) => Some(values.into()),
            Mode::Seeded | Mode::Tape { .. } | Mode::Human { .. } => None,
        }
    }

    /// Whether a tape held a value that the run could not use: the tape belongs to another run.
    pub fn diverged(&self) -> bool {
        matches!(self.mode, Mode::Tape { diverged: true, .. })
    }

    #[inline]
    fn fresh(&mut self, purpose: Purpose, draw: impl FnOnce(&mut Pcg32) -> u64) -> u64 {
        let stream = &mut self.streams[purpose as usize];
        match &mut self.mode {
            Mode::Seeded | Mode::Human { .. } => draw(stream),
            Mode::Recording(values) => {
                let value = draw(stream);
                values.push(value);
                value
            }
            Mode::Tape { values, next, .. } => {
                let taken = values.get(*next).copied();
                *next += 1;
                taken.unwrap_or_else(|| draw(stream))
            }
        }
    }

    #[cold]
    fn out_of_range(&mut self, instead: u64) -> u64 {
        if let Mode::Tape { diverged, .. } = &mut self.mode {
            *diverged = true;
        }
        instead
    }
}

/// A number in `0..bound` without bias: Lemire's multiplication with rejection.
#[inline]
fn below(stream: &mut Pcg32, bound: u64) -> u64 {
    if let Ok(bound) = u32::try_from(bound) {
        let bound = bound.max(1);
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(stream.next_u32()) * u64::from(bound);
            let low = u32::try_from(product & u64::from(u32::MAX)).unwrap_or(0);
            if low >= threshold {
                return product >> 32;
            }
        }
    }
    // Ranges beyond 71 minutes of microseconds: the bias of plain scaling is below 2^-32.
    multiply_high(stream.next_u64(), bound)
}

#[cfg(test)]
mod tests {
    use super::{Chooser, Purpose, ScriptedChoice};
    use crate::{PPM, ProcessId};

    #[test]
    fn streams_do_not_shift_each_other() {
        let mut alone = Chooser::seeded(3);
        let mut disturbed = Chooser::seeded(3);
        for _ in 0..100 {
            disturbed.range(Purpose::Network, 0, 99);
            assert_eq!(alone.range(Purpose::Timers, 0, 1_000_000), disturbed.range(Purpose::Timers, 0, 1_000_000));
        }
    }

    #[test]
    fn a_tape_repeats_and_notices_that_it_does_not_fit() {
        let mut recorder = Chooser::recording(5);
        let values: Vec<u64> = (0..50).map(|bound| recorder.range(Purpose::Timers, 0, bound)).collect();
        let tape = recorder.into_tape().expect("it was recording");
        let mut replay = Chooser::tape(99, tape.clone());
        assert!((0..50).map(|bound| replay.range(Purpose::Timers, 0, bound)).eq(values));
        assert!(!replay.diverged());
        let mut other = Chooser::tape(99, tape);
        (0..50).for_each(|_| {
            other.range(Purpose::Timers, 0, 0);
        });
        assert!(other.diverged());
    }

    #[test]
    fn chance_has_its_probability() {
        let mut chooser = Chooser::seeded(11);
        let hits = (0..100_000).filter(|_| chooser.chance(Purpose::Network, PPM / 50)).count();
        assert!((1_850..2_150).contains(&hits), "{hits} of 100000 at 2 %");
        assert!(!chooser.chance(Purpose::Network, 0));
        assert!(chooser.chance(Purpose::Network, PPM));
    }

    #[test]
    fn a_person_is_asked_once_per_question() {
        let asker = ProcessId(2);
        let mut chooser = Chooser::human(1, Vec::new());
        assert_eq!(chooser.option(asker, "target", 3), 0);
        let question = chooser.asked().expect("nothing was prepared");
        assert_eq!((question.process, question.key, question.options), (asker, "target", 3));
        chooser.answer(ScriptedChoice { process: asker, key: "target", option: 2 });
        assert!(chooser.asked().is_none());
        assert_eq!(chooser.option(asker, "target", 3), 2);
    }
}
