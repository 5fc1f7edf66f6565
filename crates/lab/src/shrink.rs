//! Makes a violating run small: fewer edits, a plainer setup, an earlier end.

use crate::Run;
use consistory_kernel::{Latency, MS, Moment, Time, World};
use consistory_protocols::Spec;

/// At most so many runs are tried; a run of a storm takes about a millisecond.
const ATTEMPTS: u32 = 3_000;

/// An edit that is left out shifts every random draw after it, so that the violation may be missed by chance; with
/// another seed it may be there again. So many seeds are tried.
const SEEDS: u64 = 4;

/// Gaps between edits are not made shorter than this, so that a reader can tell them apart. Microseconds.
const GAP_MIN: Time = MS;

/// Whether a property was broken.
pub(crate) fn is_broken<P: Spec>(world: &World<P>, property: u8) -> bool {
    world.findings().iter().any(|finding| finding.property == property)
}

/// The smallest run found that still breaks the property; it ends when the property breaks.
pub fn shrink<P: Spec>(run: &Run<P>, property: u8) -> Run<P> {
    let mut search = Search { best: run.clone(), property, left: ATTEMPTS };
    search.offer_once(run, |_, _| true);
    loop {
        let before = (search.best.edits.len(), search.best.until);
        search.simplify_setup();
        search.drop_edits();
        search.close_gaps();
        let after = (search.best.edits.len(), search.best.until);
        if after == before || search.left == 0 {
            return search.best;
        }
    }
}

struct Search<P: Spec> {
    best: Run<P>,
    property: u8,
    left: u32,
}

impl<P: Spec> Search<P> {
    /// Takes a run in place of the best one if it breaks the property and is better, with its own seed or one of the
    /// next.
    fn offer(&mut self, run: &Run<P>, better: impl Fn(&Run<P>, &Run<P>) -> bool) -> bool {
        let own = run.setup.seed;
        (own..own.saturating_add(SEEDS)).any(|seed| {
            let mut run = run.clone();
            run.setup.seed = seed;
            self.offer_once(&run, &better)
        })
    }

    fn offer_once(&mut self, run: &Run<P>, better: impl Fn(&Run<P>, &Run<P>) -> bool) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let (world, performed) = run.perform(|world| is_broken(world, self.property));
        let taken = is_broken(&world, self.property) && better(&performed, &self.best);
        if taken {
            self.best = performed;
        }
        taken
    }

    /// Leaves edits out: halves first, then quarters, down to single ones.
    fn drop_edits(&mut self) {
        let mut size = self.best.edits.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < self.best.edits.len() {
                let mut run = self.best.clone();
                let to = (from + size).min(run.edits.len());
                run.edits.drain(from..to);
                if !self.offer(&run, |new, old| new.edits.len() < old.edits.len()) {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    /// Sets the network and the parameters to what the protocol starts with by default; or, better, to a network that
    /// draws nothing at random.
    fn simplify_setup(&mut self) {
        let defaults = P::defaults();
        let no_more = |new: &Run<P>, old: &Run<P>| new.edits.len() <= old.edits.len();
        let steady = Latency::Constant(10 * MS);
        if self.best.setup.network.duplicate != 0 {
            let mut run = self.best.clone();
            run.setup.network.duplicate = 0;
            self.offer(&run, no_more);
        }
        if self.best.setup.network.loss != 0 {
            let mut run = self.best.clone();
            run.setup.network.loss = 0;
            self.offer(&run, no_more);
        }
        for latency in [&defaults.network.latency, &steady] {
            if self.best.setup.network.latency != steady {
                let mut run = self.best.clone();
                run.setup.network.latency = latency.clone();
                self.offer(&run, no_more);
            }
        }
        if self.best.setup.policy != defaults.policy {
            let mut run = self.best.clone();
            run.setup.policy = defaults.policy;
            self.offer(&run, no_more);
        }
        for (number, parameter) in (0_u8..).zip(0..P::PARAMETERS.len()) {
            let plain = P::setting(&defaults.config, parameter);
            if P::setting(&self.best.setup.config, parameter) != plain {
                let mut run = self.best.clone();
                P::tune(&mut run.setup.config, number, &plain);
                self.offer(&run, no_more);
            }
        }
    }

    /// Moves edits, and all that follow them, closer to the ones before.
    fn close_gaps(&mut self) {
        let mut place = 0;
        while place < self.best.edits.len() {
            let before = place.checked_sub(1).map_or(0, |before| self.best.edits[before].0.time);
            let gap = self.best.edits[place].0.time.saturating_sub(before);
            let closer = gap / 2;
            if closer < GAP_MIN || !self.offer(&self.moved(place, closer), is_earlier) {
                place += 1;
            }
        }
    }

    /// The best run with the edits from a place on earlier by that much.
    fn moved(&self, place: usize, earlier: Time) -> Run<P> {
        let mut run = self.best.clone();
        for (moment, _) in &mut run.edits[place..] {
            *moment = Moment::after(moment.time.saturating_sub(earlier));
        }
        run
    }
}

fn is_earlier<P: Spec>(new: &Run<P>, old: &Run<P>) -> bool {
    new.edits.len() <= old.edits.len() && new.until < old.until
}
