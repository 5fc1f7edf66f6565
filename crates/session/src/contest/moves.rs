//! Steps and jumps of several runs on one clock: to the next or the previous event of any of them.

use super::run::Entry;
use crate::{Command, Direction, Problem, Session};
use consistory_kernel::Time;

/// When the next event of any run happens.
pub(super) fn next_event(entries: &[Entry]) -> Option<Time> {
    entries.iter().filter_map(|entry| entry.session.borrow().next_event()).min()
}

/// Where a step back leads: right behind the last event but one. The cursors move meanwhile.
pub(super) fn step_back(entries: &[Entry], now: Time) -> Result<Time, Problem> {
    let Some(last) = last_event(entries, now.saturating_add(1))? else { return Ok(0) };
    Ok(last_event(entries, last)?.unwrap_or(0))
}

/// The last event of any run before a time.
fn last_event(entries: &[Entry], before: Time) -> Result<Option<Time>, Problem> {
    let mut last = None;
    for entry in entries {
        last = last.max(event_before(&mut **entry.session.borrow_mut(), before)?);
    }
    Ok(last)
}

/// A run's last event before a time.
fn event_before(session: &mut dyn Session, before: Time) -> Result<Option<Time>, Problem> {
    let Some(until) = before.checked_sub(1) else { return Ok(None) };
    session.apply(Command::Seek { to: until })?;
    let steps = session.step();
    session.apply(Command::Step(Direction::Back))?;
    // At its start a run goes back no further.
    Ok(if session.step() == steps { None } else { session.next_event() })
}

/// Where a jump leads: to the next or the previous notable event of any run. The cursors may move meanwhile.
pub(super) fn jump(entries: &[Entry], now: Time, direction: Direction) -> Result<Time, Problem> {
    if direction == Direction::Back {
        let mut last = 0;
        for entry in entries {
            let marks = entry.session.borrow().timeline().marks;
            let before = marks.iter().map(|mark| mark.time).filter(|time| *time < now);
            last = before.max().unwrap_or(0).max(last);
        }
        return Ok(last);
    }
    let mut next: Result<Time, Problem> = Ok(Time::MAX);
    for entry in entries {
        let mut session = entry.session.borrow_mut();
        // A run in which nothing happens waits for the others.
        let found = session.apply(Command::Jump(Direction::Forward)).map(|_| session.now());
        next = match (next, found) {
            (Ok(next), Ok(found)) => Ok(next.min(found)),
            (Err(_) | Ok(Time::MAX), found) => found,
            (next, Err(_)) => next,
        };
    }
    next
}
