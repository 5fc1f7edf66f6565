//! What an explicit order implies where each value was written once: it makes most searches short.
//!
//! With w the only write of what r read, and v any other write of the same object: if v comes before r, it comes before w;
//! if v comes after w, it comes after r (Gibbons and Korach 1997; Bouajjani, Enea, Guerraoui and Hamza 2017).

use crate::precedence;
use crate::task::{Order, Role, Task};
use crate::{Call, Object, Value};

/// Beyond so many items the implications cost more than they save.
const ITEMS_MAX: usize = 1_500;

/// Adds to a task's order what it implies; the task then has the same solutions.
pub(crate) fn saturate(task: &mut Task<'_>) {
    if task.items.len() > ITEMS_MAX {
        return;
    }
    match task.object {
        Object::Register | Object::CasRegister | Object::KeyValue => of_registers(task),
        Object::Transactions => precedence::saturate(task),
        Object::ListAppend | Object::Set | Object::Counter | Object::Queue | Object::Lock => {}
    }
}

fn of_registers(task: &mut Task<'_>) {
    let Order::Before(_) = task.order else { return };
    let appended: Vec<bool> = (0..task.cells).map(|cell| is_appended_to(task, cell)).collect();
    let readings: Vec<Reading> = (0..task.items.len())
        .filter(|item| !appended[task.items[*item].cell])
        .filter_map(|item| reading(task, item))
        .collect();
    for source in readings.iter().filter_map(|reading| reading.source) {
        let role = &mut task.items[source].role;
        // What was seen has happened.
        if *role == Role::Optional {
            *role = Role::Absorbed;
        }
    }
    let Order::Before(relation) = &mut task.order else { return };
    let items = &task.items;
    for reading in &readings {
        if let Some(source) = reading.source {
            relation.add(source, reading.reader);
        }
    }
    loop {
        let mut changed = false;
        for Reading { reader, source } in &readings {
            let (reader, cell) = (*reader, items[*reader].cell);
            for (other, item) in items.iter().enumerate() {
                let writes = item.cell == cell && !item.operation.only_observes();
                if !writes || other == reader || Some(other) == *source {
                    continue;
                }
                match source {
                    // It read what was there at first and was never written: everything comes later.
                    None => changed |= relation.add(reader, other),
                    Some(source) => {
                        if relation.has(other, reader) {
                            changed |= relation.add(other, *source);
                        }
                        if relation.has(*source, other) {
                            changed |= relation.add(reader, other);
                        }
                    }
                }
            }
        }
        if !changed || relation.is_cyclic() {
            return;
        }
    }
}

/// An item that must find a value, and the only item that can have left it; none if it is the initial one.
struct Reading {
    reader: usize,
    source: Option<usize>,
}

fn is_appended_to(task: &Task<'_>, cell: usize) -> bool {
    task.items.iter().any(|item| item.cell == cell && matches!(item.operation.call, Call::Append(_)))
}

fn reading(task: &Task<'_>, reader: usize) -> Option<Reading> {
    let item = &task.items[reader];
    let returned = item.operation.returned().filter(|_| item.role == Role::Judged)?;
    let seen = match (&item.operation.call, returned) {
        (Call::Read, seen) => seen,
        (Call::CompareAndSet(expected, _), Value::Bool(true)) => expected,
        (_, _) => return None,
    };
    let mut sources = (0..task.items.len()).filter(|other| {
        let other = &task.items[*other];
        let (Call::Write(left) | Call::CompareAndSet(_, left)) = &other.operation.call else { return false };
        other.cell == item.cell && left == seen && !other.operation.only_observes()
    });
    let first = sources.next();
    let is_initial = *seen == task.initial;
    match (first, sources.next()) {
        (None, _) if is_initial => Some(Reading { reader, source: None }),
        (Some(source), None) if !is_initial && source != reader => Some(Reading { reader, source: Some(source) }),
        (_, _) => None,
    }
}
