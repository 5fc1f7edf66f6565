//! Parts of the page: a part is drawn again when something that it reads has changed, and keeps what is its own.
//!
//! One component of Yew hosts every part. A component type of its own for each would cost the page a few kilobytes of
//! code apiece, before it draws anything; what keeps nothing and listens to nothing is a plain function of [`Page`].

use crate::listeners::Subscription;
use crate::settings::SettingChange;
use crate::store::{Layout, Panel, Store, ViewChange};
use crate::words::word;
use consistory_kernel::StepId;
use consistory_session::words::Language;
use consistory_session::{Command, EditCommand, Selection, Topics};
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use yew::prelude::*;

/// A part of the page with state, listeners or a life of its own.
pub(crate) trait Part {
    /// What has it drawn again; every part reads the settings besides.
    fn reads(&self) -> Reads;

    /// Draws it.
    fn draw(&mut self, page: &Page) -> Html;

    /// Called each time after the drawing has reached the document: for focus, measures and scroll positions.
    fn drawn(&mut self, _page: &Page) {}
}

/// What a part reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    /// Topics of the run.
    pub(crate) topics: Topics,
    /// The view.
    pub(crate) view: bool,
    /// The cursor's time: at most ten times a second while it runs.
    pub(crate) clock: bool,
}

impl Reads {
    /// Only the settings.
    pub(crate) const NOTHING: Self = Self { topics: Topics::NONE, view: false, clock: false };
    /// The view.
    pub(crate) const VIEW: Self = Self { topics: Topics::NONE, view: true, clock: false };

    /// Topics of the run.
    pub(crate) const fn topics(topics: Topics) -> Self {
        Self { topics, view: false, clock: false }
    }

    /// The view besides.
    pub(crate) const fn and_view(self) -> Self {
        Self { view: true, ..self }
    }

    /// The cursor's time besides.
    pub(crate) const fn and_clock(self) -> Self {
        Self { clock: true, ..self }
    }
}

/// What a part draws from and acts on. Clones are of the same part.
#[derive(Clone)]
pub(crate) struct Page {
    store: Store,
    redraw: Rc<dyn Fn()>,
}

impl Deref for Page {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Page {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The reader's language.
    pub(crate) fn language(&self) -> Language {
        self.store.settings().language
    }

    /// A word of the page.
    pub(crate) fn word(&self, key: &'static str) -> String {
        word(self.language(), key)
    }

    /// A value of the part.
    pub(crate) fn state<T>(&self, value: T) -> State<T> {
        State { value: Rc::new(RefCell::new(value)), redraw: self.redraw.clone() }
    }

    /// What a press of a button does.
    pub(crate) fn does(&self, act: impl Into<Act>) -> Callback<MouseEvent> {
        let (store, act) = (self.store.clone(), act.into());
        Callback::from(move |_| act.clone().act(&store))
    }
}

/// What the most buttons do: one change, known when the button is drawn.
#[derive(Clone)]
pub(crate) enum Act {
    /// Edits the run at the cursor.
    Edit(EditCommand),
    /// Does something to the run or its cursor.
    Command(Command),
    /// Stops playback, and takes the cursor elsewhere.
    Travel(Command),
    /// Stops playback, and takes the cursor to just after an event, which is selected.
    Show(StepId),
    /// Changes the view.
    View(ViewChange),
    /// Changes a setting.
    Setting(SettingChange),
    /// Opens the run of a fragment.
    Open(String),
}

impl Act {
    fn act(self, store: &Store) {
        match self {
            Self::Edit(edit) => store.edit(edit),
            Self::Command(command) => store.apply(command),
            Self::Travel(command) => store.travel(command),
            Self::Show(step) => {
                store.travel(Command::SeekStep { step });
                store.change(ViewChange::Select(Some(Selection::Step(step))));
                // Elsewhere the details stand beside what was pressed.
                if store.look(|view| view.layout) == Layout::Phone {
                    store.change(ViewChange::Panel(Panel::Inspector));
                }
            }
            Self::View(change) => store.change(change),
            Self::Setting(change) => store.set(change),
            Self::Open(fragment) => store.open(&fragment),
        }
    }
}

impl From<EditCommand> for Act {
    fn from(edit: EditCommand) -> Self {
        Self::Edit(edit)
    }
}

impl From<Command> for Act {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<ViewChange> for Act {
    fn from(change: ViewChange) -> Self {
        Self::View(change)
    }
}

impl From<SettingChange> for Act {
    fn from(change: SettingChange) -> Self {
        Self::Setting(change)
    }
}

/// A value of a part, which is drawn again when it becomes another one. Clones are the same value.
pub(crate) struct State<T> {
    value: Rc<RefCell<T>>,
    redraw: Rc<dyn Fn()>,
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), redraw: self.redraw.clone() }
    }
}

impl<T: Clone + PartialEq> State<T> {
    /// The value.
    pub(crate) fn get(&self) -> T {
        self.value.borrow().clone()
    }

    /// Becomes that value.
    pub(crate) fn set(&self, value: T) {
        if *self.value.borrow() != value {
            self.value.replace(value);
            (self.redraw)();
        }
    }
}

/// A value that was seen last, for what is done only when it has changed.
pub(crate) struct Seen<T>(Option<T>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Seen<T> {
    /// Whether it is another value than last time, or the first.
    pub(crate) fn is_new(&mut self, value: T) -> bool {
        let is_new = self.0.as_ref() != Some(&value);
        if is_new {
            self.0 = Some(value);
        }
        is_new
    }
}

/// A value that is costly to make, kept as long as what it is made of stays the same.
pub(crate) struct Kept<K, V>(Option<(K, Rc<V>)>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, V> Kept<K, V> {
    /// The value of `of`, made if it was of something else before.
    pub(crate) fn get(&mut self, of: K, make: impl FnOnce(&K) -> V) -> Rc<V> {
        match &self.0 {
            Some((known, value)) if *known == of => value.clone(),
            _ => {
                let value = Rc::new(make(&of));
                self.0 = Some((of, value.clone()));
                value
            }
        }
    }
}

/// Makes a part when it is first drawn.
pub(crate) type Make = fn(&Page) -> Box<dyn Part>;

/// A part in the place of a piece of HTML. The name tells it from its neighbours, and from what was there before: under
/// another name it is made anew.
pub(crate) fn part(store: &Store, name: &'static str, make: Make) -> Html {
    html! { <Host key={name} store={store.clone()} {name} {make} /> }
}

/// What [`Host`] needs.
#[derive(Properties)]
pub(crate) struct HostProps {
    pub(crate) store: Store,
    pub(crate) name: &'static str,
    pub(crate) make: Make,
}

impl PartialEq for HostProps {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.store == other.store
    }
}

/// The one component.
pub(crate) struct Host {
    page: Page,
    part: RefCell<Box<dyn Part>>,
    _told: Vec<Subscription>,
}

impl Component for Host {
    type Message = ();
    type Properties = HostProps;

    fn create(context: &Context<Self>) -> Self {
        let HostProps { store, make, .. } = context.props();
        let link = context.link().clone();
        let redraw: Rc<dyn Fn()> = Rc::new(move || link.send_message(()));
        let page = Page { store: store.clone(), redraw };
        let part = make(&page);
        let told = listen(&page, part.reads());
        Self { page, part: RefCell::new(part), _told: told }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        self.part.borrow_mut().draw(&self.page)
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.part.get_mut().drawn(&self.page);
    }
}

fn listen(page: &Page, reads: Reads) -> Vec<Subscription> {
    let redraw = page.redraw.clone();
    let mut told = vec![page.on_settings(Rc::new(move |()| redraw()))];
    if reads.topics != Topics::NONE {
        let redraw = page.redraw.clone();
        told.push(page.on_topics(Rc::new(move |changed| {
            if changed.has(reads.topics) {
                redraw();
            }
        })));
    }
    if reads.view {
        let redraw = page.redraw.clone();
        told.push(page.on_view(Rc::new(move |()| redraw())));
    }
    if reads.clock {
        let redraw = page.redraw.clone();
        told.push(page.clock().on_reading(Rc::new(move |_| redraw())));
    }
    told
}

/// The class names that are not empty, as the value of a `class` attribute.
pub(crate) fn class(names: &[&str]) -> String {
    let mut joined = String::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(name);
    }
    joined
}

/// A class name where something holds.
pub(crate) fn when(holds: bool, name: &'static str) -> &'static str {
    if holds { name } else { "" }
}

/// The value of an ARIA attribute that is true or false.
pub(crate) fn truth(holds: bool) -> &'static str {
    if holds { "true" } else { "false" }
}
