//! What a storm is like: the cluster that it hits, which faults it is made of, how dense and how well aimed they are.
//!
//! Every storm leaves most kinds of faults out (swarm testing): a few kinds in large numbers reach states that a little
//! of everything does not.

use crate::dice::Dice;
use consistory_kernel::{ClientPolicy, Latency, MS, Setting, Setup, Time};
use consistory_protocols::{Bears, ParameterKind, Spec};

/// A kind of thing that a storm does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Invoke,
    Crash,
    Restart,
    /// A crash, and a restart at the same instant.
    Bounce,
    /// Every node loses power, and all come back but perhaps one.
    Blackout,
    Pause,
    Resume,
    TimeOut,
    /// Two nodes time out at the same instant.
    Rivals,
    /// The leader crashes, and the leaders before it come back.
    Depose,
    Cut,
    Mend,
    Partition,
    Heal,
    Skew,
    Loss,
    Duplication,
    Latency,
    SlowLink,
    Message,
    Slow,
    SlowDisk,
    Jump,
    Flap,
    Reordering,
}

const ACTS: [Act; 25] = [
    Act::Invoke,
    Act::Crash,
    Act::Restart,
    Act::Bounce,
    Act::Blackout,
    Act::Pause,
    Act::Resume,
    Act::TimeOut,
    Act::Rivals,
    Act::Depose,
    Act::Cut,
    Act::Mend,
    Act::Partition,
    Act::Heal,
    Act::Skew,
    Act::Loss,
    Act::Duplication,
    Act::Latency,
    Act::SlowLink,
    Act::Message,
    Act::Slow,
    Act::SlowDisk,
    Act::Jump,
    Act::Flap,
    Act::Reordering,
];

/// A way in which storms do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A few kinds of faults, whichever they are.
    Swarm,
    /// Leaders fall soon after they rise.
    Succession,
    /// Elections collide with each other and with restarts.
    Rivalry,
    /// Messages overtake each other while clients write.
    Disorder,
}

/// What a storm is like.
#[derive(Clone, Debug)]
pub(crate) struct Temper {
    pub(crate) style: Style,
    weights: [u64; ACTS.len()],
    /// How many things it does.
    pub(crate) acts: u64,
    /// The longest time between two of them, in microseconds.
    pub(crate) gap: Time,
    /// How often it hits the node that came to lead last, in percent.
    pub(crate) aim: u64,
    /// How often it waits for a new leader before it hits, in percent.
    pub(crate) patience: u64,
    /// Whether it leaves a majority standing.
    pub(crate) spares_majority: bool,
}

impl Temper {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let styles = [Style::Swarm, Style::Swarm, Style::Swarm, Style::Succession, Style::Rivalry, Style::Disorder];
        let style = dice.pick(&styles);
        let acts = dice.pick(&[8, 20, 20, 50, 50, 120]);
        let mut temper = Self {
            style,
            weights: [0; ACTS.len()],
            acts,
            gap: dice.pick(&[10, 40, 40, 120, 300]) * MS,
            aim: dice.pick(&[0, 50, 90]),
            patience: dice.pick(&[0, 25, 60]),
            spares_majority: dice.percent(50),
        };
        match style {
            Style::Swarm => temper.swarm(dice),
            Style::Succession => {
                temper.weigh(&[(Act::Depose, 6), (Act::Invoke, 2), (Act::TimeOut, 1), (Act::Restart, 1)]);
                (temper.aim, temper.patience, temper.spares_majority) = (90, 80, false);
            }
            Style::Rivalry => {
                temper.weigh(&[(Act::Rivals, 2), (Act::Bounce, 8), (Act::Invoke, 1)]);
                (temper.aim, temper.patience, temper.gap) = (0, 0, dice.pick(&[10, 20]) * MS);
            }
            Style::Disorder => {
                temper.weigh(&[(Act::Invoke, 8), (Act::Message, 4), (Act::Depose, 1), (Act::Cut, 1), (Act::Heal, 1)]);
                (temper.patience, temper.gap, temper.acts) = (0, dice.pick(&[10, 40]) * MS, 120);
            }
        }
        temper
    }

    /// Swarm testing leaves out about half of the kinds.
    fn swarm(&mut self, dice: &mut Dice) {
        for weight in &mut self.weights {
            *weight = dice.pick(&[0, 0, 0, 1, 2, 5]);
        }
        // What begins also ends, now and then; or else nothing moves any more after a while.
        let (invoke, restart, resume) = (dice.pick(&[1, 3, 8]), dice.pick(&[1, 3, 6]), dice.pick(&[1, 3]));
        let (mend, heal) = (dice.pick(&[0, 1]), dice.pick(&[1, 2]));
        self.weigh(&[
            (Act::Invoke, invoke),
            (Act::Restart, restart),
            (Act::Resume, resume),
            (Act::Mend, mend),
            (Act::Heal, heal),
        ]);
    }

    fn weigh(&mut self, weights: &[(Act, u64)]) {
        for (act, weight) in weights {
            if let Some(place) = ACTS.iter().position(|known| known == act) {
                self.weights[place] = *weight;
            }
        }
    }

    pub(crate) fn act(&self, dice: &mut Dice) -> Act {
        ACTS[dice.weighted(&self.weights)]
    }
}

/// The cluster that a storm hits.
pub(crate) fn cluster<P: Spec>(seed: u64, mutants: u32, style: Style, dice: &mut Dice) -> Setup<P> {
    let mut setup = P::defaults();
    setup.seed = seed;
    setup.mutants = mutants;
    setup.nodes = dice.pick(&[3, 3, 3, 3, 5, 5, 5, 4, 2, 7]).min(P::NODES_MAX);
    setup.clients = dice.pick(&[1, 2, 3]);
    setup.policy =
        ClientPolicy { retry_after: dice.pick(&[50, 100, 250]) * MS, give_up_after: dice.pick(&[500, 2_000]) * MS };
    if dice.percent(50) {
        setup.network.latency = latency(dice);
        setup.network.loss = dice.pick(&[0, 0, 10_000, 100_000, 300_000]);
        setup.network.duplicate = dice.pick(&[0, 0, 10_000, 200_000]);
    }
    if style == Style::Disorder {
        setup.network.latency = dice.pick(&[Latency::Uniform(MS, 60 * MS), Latency::Exponential(15 * MS)]);
        setup.network.duplicate = dice.pick(&[0, 200_000]);
        setup.network.loss = 0;
    }
    if P::BEARS != Bears::Everything {
        setup.network = P::defaults().network;
        setup.policy = P::defaults().policy;
        return setup;
    }
    let scale = dice.pick(&[100, 100, 100, 50, 25, 200]);
    for (number, parameter) in (0_u8..).zip(P::PARAMETERS) {
        let scale = if dice.percent(12) { dice.pick(&[10, 50, 300]) } else { scale };
        let setting = P::setting(&setup.config, usize::from(number));
        let drawn = drawn_setting(dice, parameter.kind, &setting, scale);
        if parameter.kind.accepts(&drawn) {
            P::tune(&mut setup.config, number, &drawn);
            if !P::promises(&setup) {
                P::tune(&mut setup.config, number, &setting);
            }
        }
    }
    setup
}

/// A value near the default: durations at that percentage of it, small numbers rather than large ones.
fn drawn_setting(dice: &mut Dice, kind: ParameterKind, default: &Setting, percent: u64) -> Setting {
    match (kind, default) {
        (ParameterKind::Number(least, _), Setting::Number(number)) => {
            Setting::Number(dice.pick(&[*number, *number, least, least + 1]))
        }
        (ParameterKind::Choice(choices), Setting::Number(place)) => {
            // As often the default as any of them.
            let all = 0..u32::try_from(choices.len()).unwrap_or(0);
            let options: Vec<u32> = all.clone().map(|_| *place).chain(all).collect();
            Setting::Number(dice.pick(&options))
        }
        (_, Setting::Duration(time)) => Setting::Duration(time * percent / 100),
        (_, Setting::Range(low, high)) => Setting::Range(low * percent / 100, high * percent / 100),
        (_, other) => other.clone(),
    }
}

/// A distribution of travel times: fast, slow, or with a long tail that reorders.
pub(crate) fn latency(dice: &mut Dice) -> Latency {
    dice.pick(&[
        Latency::Constant(10 * MS),
        Latency::Uniform(MS, 10 * MS),
        Latency::Uniform(10 * MS, 20 * MS),
        Latency::Uniform(MS, 100 * MS),
        Latency::Exponential(15 * MS),
    ])
}
