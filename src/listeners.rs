//! Who wants to be told: a list of callbacks from which each is removed when its owner is dropped.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

type Listener<T> = Rc<dyn Fn(T)>;
type List<T> = RefCell<Vec<(u32, Listener<T>)>>;

/// Callbacks that take a `T`. Telling them holds no borrow, so that a listener may change the list.
pub(crate) struct Listeners<T> {
    list: Rc<List<T>>,
    next: Cell<u32>,
}

/// Keeps a listener listening; dropping it ends that.
#[must_use]
pub(crate) struct Subscription {
    end: Option<Box<dyn FnOnce()>>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl<T> Default for Listeners<T> {
    fn default() -> Self {
        Self { list: Rc::default(), next: Cell::new(0) }
    }
}

impl<T: Copy + 'static> Listeners<T> {
    /// Adds a listener.
    pub(crate) fn listen(&self, listener: Rc<dyn Fn(T)>) -> Subscription {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.list.borrow_mut().push((id, listener));
        let list: Weak<List<T>> = Rc::downgrade(&self.list);
        let end = move || {
            let Some(list) = list.upgrade() else { return };
            // Dropped after the borrow ends: a listener may itself own subscriptions.
            let _ended = {
                let mut list = list.borrow_mut();
                let position = list.iter().position(|(other, _)| *other == id);
                position.map(|position| list.remove(position))
            };
        };
        Subscription { end: Some(Box::new(end)) }
    }

    /// Tells every listener. Allocates nothing: it is called once a frame.
    pub(crate) fn tell(&self, value: T) {
        let mut position = 0;
        loop {
            let Some(listener) = self.at(position) else {
                return;
            };
            listener(value);
            position += 1;
        }
    }

    fn at(&self, position: usize) -> Option<Listener<T>> {
        let list = self.list.borrow();
        list.get(position).map(|(_, listener)| listener.clone())
    }
}
