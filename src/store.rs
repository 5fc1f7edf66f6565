//! The page's one store: a live run, the view and the settings; who reads what is told when that changed.

use crate::clock::Clock;
use crate::later::Library;
use crate::listeners::{Listeners, Subscription};
use crate::settings::{SettingChange, Settings};
use crate::{later, router, words};
use consistory_kernel::{ProcessId, StepId, Time};
use consistory_scene::Text;
use consistory_session::contest::Shared;
use consistory_session::spacetime::{Cone, Relation, Spots};
use consistory_session::words::Language;
use consistory_session::{
    Command, EditCommand, Opened, Problem, Selection, Session, Topics, ViewState, needs_more, open_text,
};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen_futures::spawn_local;

pub(crate) use crate::view::{Dialog, Drawer, Layout, Notice, NoticeKind, Panel, SPEEDS, View, ViewChange};

/// A handle of the store; clones are the same store.
#[derive(Clone)]
pub(crate) struct Store(Rc<Inner>);

struct Inner {
    session: Shared,
    /// What the processes of the run are called.
    names: RefCell<Vec<(ProcessId, String)>>,
    /// Who does what is ordered here, where that is not this store.
    actor: RefCell<Option<Actor>>,
    view: RefCell<View>,
    settings: Cell<Settings>,
    topics: Listeners<Topics>,
    views: Listeners<()>,
    all_settings: Listeners<()>,
    /// How often topics were told of; shows a late subscriber that it missed something.
    revision: Cell<u32>,
    /// How often another run was opened.
    runs: Cell<u32>,
    /// Opens every run and writes links, once it was loaded.
    library: Cell<Option<Library>>,
    clock: Clock,
    /// The events of the current branch, as far as somebody asked for them.
    spots: RefCell<Spots>,
    cone: RefCell<Option<Lit>>,
}

/// Does to a run what was ordered, or something to others besides.
pub(crate) type Actor = Rc<dyn Fn(EditCommand)>;

/// What is lit, with what it was made of: the selection, the branch and how many events it had.
struct Lit {
    of: (Selection, u32, usize),
    cone: Option<Rc<Cone>>,
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A handle that does not keep the store alive.
pub(crate) struct WeakStore(Weak<Inner>);

impl WeakStore {
    /// The store, if it still lives.
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(Store)
    }
}

impl Store {
    /// A store with a run.
    pub(crate) fn new(opened: Opened, library: Option<Library>, settings: Settings, layout: Layout) -> Self {
        let store = Self::of(Rc::new(RefCell::new(opened.session)), library, settings, layout);
        store.welcome(opened.view, opened.notice);
        store
    }

    /// A store of a run that takes part in what another store shows: it has the other's settings and clock, and `actor`
    /// does what is ordered here.
    pub(crate) fn following(leader: &Self, session: Shared, actor: Actor) -> Self {
        let store = Self::of(session, None, leader.settings(), leader.look(|view| view.layout));
        store.0.actor.replace(Some(actor));
        store.0.clock.follow(leader);
        store.learn_names();
        store
    }

    fn of(session: Shared, library: Option<Library>, settings: Settings, layout: Layout) -> Self {
        Self(Rc::new(Inner {
            session,
            names: RefCell::default(),
            actor: RefCell::default(),
            view: RefCell::new(View::new(layout)),
            settings: Cell::new(settings),
            topics: Listeners::default(),
            views: Listeners::default(),
            all_settings: Listeners::default(),
            revision: Cell::new(0),
            runs: Cell::new(0),
            library: Cell::new(library),
            clock: Clock::default(),
            spots: RefCell::new(Spots { branch: 0, list: Vec::new() }),
            cone: RefCell::default(),
        }))
    }

    /// Reads the run.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&dyn Session) -> R) -> R {
        read(self.0.session.borrow().as_ref())
    }

    /// Does something to the run or its cursor. A problem becomes a notice.
    pub(crate) fn apply(&self, command: Command) {
        if let Err(problem) = self.try_apply(command) {
            self.tell_problem(problem);
        }
    }

    /// Takes the cursor elsewhere, where it stays.
    pub(crate) fn travel(&self, command: Command) {
        self.change(ViewChange::Play(false));
        self.apply(command);
    }

    /// Does something to the run, at the cursor. A problem becomes a notice.
    pub(crate) fn edit(&self, edit: EditCommand) {
        self.apply(Command::Edit(edit));
    }

    /// The same as [`Store::apply`] for a form that shows the problem itself.
    pub(crate) fn try_apply(&self, command: Command) -> Result<(), Problem> {
        let is_edit = matches!(command, Command::Edit(_));
        let actor = self.0.actor.borrow().clone();
        if let (Command::Edit(edit), Some(actor)) = (&command, actor) {
            actor(edit.clone());
            return Ok(());
        }
        let topics = self.0.session.borrow_mut().apply(command)?;
        if is_edit {
            self.keep_link();
            self.want_library();
        }
        self.tell_topics(topics);
        self.0.clock.moved(self);
        Ok(())
    }

    /// A run that somebody changed is worth a link.
    fn want_library(&self) {
        if self.library().is_none() {
            let store = self.clone();
            spawn_local(async move {
                // Without a connection there is none yet; the next edit asks again.
                store.learn_library().await;
            });
        }
    }

    /// Moves the cursor without telling anybody; the clock gathers the topics of a frame and tells them once.
    pub(crate) fn advance(&self, to: Time) -> Result<Topics, Problem> {
        self.0.session.borrow_mut().apply(Command::Advance { to })
    }

    /// Opens another run by its fragment. A problem becomes a notice, and the present run stays.
    pub(crate) fn open(&self, fragment: &str) {
        if needs_more(fragment) && self.library().is_none() {
            let (store, fragment) = (self.clone(), fragment.to_owned());
            spawn_local(async move {
                store.learn_library().await;
                store.open_now(&fragment);
            });
            return;
        }
        self.open_now(fragment);
    }

    fn open_now(&self, fragment: &str) {
        if let Err(problem) = self.try_open(fragment) {
            self.tell_problem(problem);
        }
    }

    /// The same as [`Store::open`] for a form that shows the problem itself.
    pub(crate) fn try_open(&self, fragment: &str) -> Result<(), Problem> {
        self.replace(later::open_by(fragment, self.library())?);
        router::write(fragment);
        self.change(ViewChange::Play(self.plays_at_once(fragment)));
        Ok(())
    }

    /// Whether a run starts to play when it is opened: a fresh one does, a shared one shows the moment it was shared at.
    pub(crate) fn plays_at_once(&self, fragment: &str) -> bool {
        !router::is_shared(fragment) && !self.settings().reduced_motion && !router::asks_for_rest()
    }

    /// Starts a run from a text in the scenario language, or the runs of a contest.
    pub(crate) fn try_scenario(&self, text: &str) -> Result<(), Problem> {
        self.replace(open_text(text)?);
        if let Some(link) = self.link() {
            router::write(&link);
        }
        Ok(())
    }

    /// What writes and reads links, if it is there.
    fn library(&self) -> Option<Library> {
        self.0.library.get()
    }

    /// Sees to it that there is what writes and reads links; false where it cannot be had.
    pub(crate) async fn learn_library(&self) -> bool {
        if self.library().is_some() {
            return true;
        }
        let library = later::library().await;
        self.0.library.set(library);
        self.keep_link();
        library.is_some()
    }

    /// The share link's fragment, with the view; `None` as long as nothing is there that writes links.
    pub(crate) fn link(&self) -> Option<String> {
        let codec = self.library()?.codec;
        let view = self.view();
        let state = ViewState {
            panel: view.panel.number(),
            // 0 is left for links that say nothing of the speed.
            speed: u8::try_from(view.speed + 1).unwrap_or(0),
        };
        Some(self.read(|session| session.link(state, codec)))
    }

    /// The view.
    pub(crate) fn view(&self) -> View {
        self.0.view.borrow().clone()
    }

    /// Reads the view without a copy, once a frame.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&View) -> R) -> R {
        look(&self.0.view.borrow())
    }

    /// Changes the view.
    pub(crate) fn change(&self, change: ViewChange) {
        let view = self.0.view.borrow().changed(change);
        if *self.0.view.borrow() == view {
            return;
        }
        self.0.view.replace(view);
        self.0.views.tell(());
        self.0.clock.moved(self);
    }

    /// Reads the events of the current branch.
    pub(crate) fn with_spots<R>(&self, read: impl FnOnce(&Spots) -> R) -> R {
        let mut known = self.0.spots.borrow_mut();
        let known = &mut *known;
        let here = StepId(u32::try_from(known.list.len()).unwrap_or(u32::MAX));
        let new = self.read(|session| session.spots(here));
        if new.branch == known.branch {
            known.list.extend(new.list);
        } else {
            *known = self.read(|session| session.spots(StepId(0)));
        }
        read(known)
    }

    /// What happened before and after what is pointed at, or selected.
    pub(crate) fn cone(&self) -> Option<Rc<Cone>> {
        let selection = self.look(|view| view.pointed.or(view.selection))?;
        self.with_spots(|spots| {
            let of = (selection, spots.branch, spots.list.len());
            if let Some(lit) = self.0.cone.borrow().as_ref().filter(|lit| lit.of == of) {
                return lit.cone.clone();
            }
            let processes = self.read(|session| {
                let scene = session.scene();
                scene.cards.len() + scene.clients.len()
            });
            let step = self.read(|session| session.step_of(selection));
            let cone = step.and_then(|step| Cone::of(&spots.list, step, processes)).map(Rc::new);
            self.0.cone.replace(Some(Lit { of, cone: cone.clone() }));
            cone
        })
    }

    /// The same for a frame, which has no time to look at every event again: as it was known when a panel asked last.
    pub(crate) fn known_cone(&self) -> Option<Rc<Cone>> {
        let selection = self.look(|view| view.pointed.or(view.selection))?;
        if let Some(lit) = self.0.cone.borrow().as_ref().filter(|lit| lit.of.0 == selection) {
            return lit.cone.clone();
        }
        self.cone()
    }

    /// The class of what a step did, where it is lit.
    pub(crate) fn lit(&self, step: StepId) -> &'static str {
        let Some(cone) = self.cone() else { return "" };
        let process = self.with_spots(|spots| spots.list.get(step.0 as usize).map(|spot| spot.process));
        process.map_or("", |process| lit_class(cone.relation(step, process)))
    }

    /// The class of a process as it stands now: that of the last step it made.
    pub(crate) fn lit_process(&self, id: ProcessId) -> &'static str {
        // The stage asks while time runs, when there is no time to look at every event again.
        let Some(cone) = self.known_cone() else { return "" };
        let step = self.read(|session| session.step_of(Selection::Process(id)));
        step.map_or("", |step| lit_class(cone.relation(step, id)))
    }

    /// A sentence in the reader's language, with the names of this run's processes.
    pub(crate) fn text(&self, of: &Text) -> String {
        words::text(self.settings().language, &self.0.names.borrow(), of)
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Settings {
        self.0.settings.get()
    }

    /// Changes a setting, and keeps it where the browser permits.
    pub(crate) fn set(&self, change: SettingChange) {
        match change {
            SettingChange::Language(language) if !words::knows(language) => self.learn(language),
            _ => self.set_now(change),
        }
    }

    /// Changes the language once its words are there.
    fn learn(&self, language: Language) {
        let store = self.clone();
        spawn_local(async move {
            if later::learn(language).await {
                store.set_now(SettingChange::Language(language));
            } else {
                store.tell_problem(later::missing());
            }
        });
    }

    fn set_now(&self, change: SettingChange) {
        let Some(window) = web_sys::window() else {
            return;
        };
        let settings = self.0.settings.get().changed(change, &window);
        settings.show(&window);
        self.take(settings);
    }

    /// Takes settings that somebody else has kept and shown.
    pub(crate) fn take(&self, settings: Settings) {
        self.0.settings.set(settings);
        self.0.all_settings.tell(());
        self.0.clock.moved(self);
    }

    /// A handle that does not keep the store alive.
    pub(crate) fn downgrade(&self) -> WeakStore {
        WeakStore(Rc::downgrade(&self.0))
    }

    /// How often another run was opened: what belongs to one run is forgotten when this changes.
    pub(crate) fn runs(&self) -> u32 {
        self.0.runs.get()
    }

    /// The clock, which owns the animation frame.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Calls back after every change of topics.
    pub(crate) fn on_topics(&self, listener: Rc<dyn Fn(Topics)>) -> Subscription {
        self.0.topics.listen(listener)
    }

    /// Calls back after every change of the view.
    pub(crate) fn on_view(&self, listener: Rc<dyn Fn(())>) -> Subscription {
        self.0.views.listen(listener)
    }

    /// Calls back after every change of the settings.
    pub(crate) fn on_settings(&self, listener: Rc<dyn Fn(())>) -> Subscription {
        self.0.all_settings.listen(listener)
    }

    /// Tells everybody who reads one of these topics.
    pub(crate) fn tell_topics(&self, topics: Topics) {
        if topics == Topics::NONE {
            return;
        }
        self.0.revision.set(self.0.revision.get().wrapping_add(1));
        self.0.topics.tell(topics);
    }

    /// Shows a problem as a notice.
    pub(crate) fn tell_problem(&self, problem: Problem) {
        self.change(ViewChange::Notice(NoticeKind::Problem, problem));
    }

    fn replace(&self, opened: Opened) {
        self.0.session.replace(opened.session);
        self.0.runs.set(self.0.runs.get().wrapping_add(1));
        self.forget();
        self.change(ViewChange::Select(None));
        self.change(ViewChange::Pin(None));
        self.change(ViewChange::Play(false));
        self.welcome(opened.view, opened.notice);
        self.tell_topics(Topics::ALL);
        self.0.clock.moved(self);
    }

    /// Forgets what was known of the run: it is another one now.
    pub(crate) fn forget(&self) {
        self.0.spots.borrow_mut().list.clear();
        self.0.cone.replace(None);
    }

    fn welcome(&self, view: ViewState, notice: Option<Problem>) {
        self.learn_names();
        self.keep_link();
        // 0 is the log, and also what an address says that names no panel: where there is room for one panel only, the
        // first is the one that says what this is about.
        let is_phone = self.look(|known| known.layout) == Layout::Phone;
        let panel = if is_phone && view.panel == 0 { Panel::Story } else { Panel::from_number(view.panel) };
        self.change(ViewChange::Panel(panel));
        if let Some(speed) = view.speed.checked_sub(1) {
            self.change(ViewChange::Speed(usize::from(speed)));
        }
        if let Some(problem) = notice {
            self.change(ViewChange::Notice(NoticeKind::Info, problem));
        }
    }

    fn learn_names(&self) {
        let scene = self.read(|session| session.scene());
        let cards = scene.cards.iter().map(|card| (card.id, card.name.clone()));
        let clients = scene.clients.iter().map(|client| (client.id, client.name.clone()));
        self.0.names.replace(cards.chain(clients).collect());
    }

    /// Leaves the run's link where the error box finds it even after a bug of ours. Before there is one, the address says
    /// what runs.
    fn keep_link(&self) {
        let Some(link) = self.link() else { return };
        let root =
            web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
        if let Some(root) = root {
            // Setting an attribute of the root element fails only for an invalid name.
            let _ = root.set_attribute("data-link", &link);
        }
    }
}

/// The class of what stands so to the event whose causes and effects are lit.
fn lit_class(relation: Relation) -> &'static str {
    match relation {
        Relation::Before => "lit-before",
        Relation::After => "lit-after",
        Relation::Same | Relation::Concurrent => "",
    }
}
