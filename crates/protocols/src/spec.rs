//! What a protocol folder provides beyond its state machine: descriptions, pictures, parsers.

pub use crate::names::{Group, Names, names_of, parse_process, process_name};
pub use crate::parameter::{Choice, Parameter, ParameterKind};
use consistory_checks::{Call, Object, Value};
use consistory_kernel::{ClientPolicy, Limits, MessageId, Network, ProcessId, Protocol, Setting, Setup, World};
use consistory_scene::{Card, Expectation, Field, Matrix, Shape, Sign, Strip, Subject, Text, Tone, Why};

/// How a protocol is drawn, and how it explains what is drawn.
pub trait Picture: Protocol {
    /// A node that is up, as a card. Status and health are filled in by the caller.
    fn card(world: &World<Self>, id: ProcessId, node: &Self::Node) -> Card;
    /// What the card of a node that is down shows of its disk.
    fn stored(_disk: &Self::Durable) -> Option<Strip> {
        None
    }
    /// How a message between nodes looks.
    fn glyph(message: &Self::Message) -> Glyph;
    /// What a message between nodes carries, for the inspector.
    fn message_fields(message: &Self::Message) -> Vec<Field>;
    /// What a node knows, for the inspector.
    fn node_fields(world: &World<Self>, id: ProcessId, node: &Self::Node) -> Vec<Field>;
    /// Why something is so, or is not: the rule, the numbers and what is missing. The first answer is the one that matters most.
    fn why(_world: &World<Self>, _subject: Subject) -> Vec<Why> {
        Vec::new()
    }
    /// The logs of all nodes, if the protocol has logs.
    fn matrix(_world: &World<Self>) -> Option<Matrix> {
        None
    }
    /// The name of an epoch in a band and its tone: "term 2".
    fn epoch_label(epoch: u64) -> Text;
}

/// A protocol as the rest of the project sees it.
pub trait Spec: Picture + Protocol<Op: ClientOp<Reply = <Self as Protocol>::Reply>> {
    /// The id in links, scenarios and on the command line; also the folder's name.
    const ID: &'static str;
    /// The word key of its name.
    const TITLE: &'static str;
    /// The word key of a sentence about it.
    const SUMMARY: &'static str;
    /// Its own parameters. The network's are the same for every protocol.
    const PARAMETERS: &'static [Parameter];
    /// Its properties; a property's number is its position.
    const PROPERTIES: &'static [Property];
    /// Its mutants; a mutant's number is its position.
    const MUTANTS: &'static [MutantInfo];
    /// The names of its message kinds; a kind's number is its position.
    const KINDS: &'static [&'static str];
    /// The keywords of its own scenario directives.
    const DIRECTIVES: &'static [&'static str] = &[];
    /// How many nodes it may have.
    const NODES_MAX: u16;
    /// What it bears: its `Always` properties hold as long as nothing worse happens.
    const BEARS: Bears = Bears::Everything;
    /// The texts of its scenarios, in the order of [`crate::scenarios::of`].
    const SCENARIOS: &'static [&'static str];
    /// The metrics that it defines beyond those of every protocol.
    const METRICS: &'static [Metric] = &[];

    /// The run that the page opens with: five nodes, two clients, the paper's parameters.
    fn defaults() -> Setup<Self>;

    /// Whether what it promises is promised under these parameters; random faults then try them.
    fn promises(_setup: &Setup<Self>) -> bool {
        true
    }

    /// The present value of a parameter of its own.
    fn setting(config: &Self::Config, parameter: usize) -> Setting;

    /// The names of its nodes; each role is a row of the stage.
    fn names(nodes: u16, _config: &Self::Config) -> Names {
        Names::plain(nodes)
    }

    /// Whether a condition of scenarios is so, by its words; `None` when the protocol knows no such condition.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool>;

    /// Parses the arguments of one of its directives, after the node's name.
    fn parse_directive(_keyword: &str, _arguments: &[&str], _names: Names) -> Option<Self::Directive> {
        None
    }
    /// A directive in the scenario language, as its keyword and its arguments after the node's name.
    fn directive_text(directive: &Self::Directive) -> (&'static str, String);

    /// Whether an `Eventually` property is so now.
    fn eventually(_world: &World<Self>, _property: usize) -> bool {
        false
    }
    /// The values of a metric of its own; none when the run does not define it.
    fn metric(_world: &World<Self>, _metric: usize) -> Vec<u64> {
        Vec::new()
    }
}

/// What clients ask, in the notations of scenarios, pictures and histories.
pub trait ClientOp: Sized {
    /// What clients are told.
    type Reply;
    /// What clients share.
    const OBJECT: Object;
    /// An example of each operation, in the scenario language.
    const FORMS: &'static [&'static str];

    /// Parses an operation in the scenario language.
    fn parse(text: &str) -> Option<Self>;
    /// The operation in the scenario language.
    fn text(&self) -> String;
    /// The operation as the stage shows it while pending: `x ← 1`.
    fn label(&self) -> Text;
    /// The operation with its reply, as the stage shows it afterwards: `x → 1`.
    fn answered(&self, reply: &Self::Reply) -> Text;
    /// The operation in a client history: the key of the object that it is about, and what it asks.
    fn call(&self) -> (Value, Call);
    /// What a reply returns in a client history; `None` where the operation was refused and never took effect.
    fn returned(reply: &Self::Reply) -> Option<Value>;
    /// A reply, for the inspector.
    fn reply_text(reply: &Self::Reply) -> String;
}

/// What a protocol is made for. Random faults that are to break nothing draw nothing worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bears {
    /// Whatever happens to nodes and network, short of disks that forget.
    Everything,
    /// Crashes and restarts; every message arrives within the network's latency.
    Crashes,
    /// No fault at all.
    Nothing,
}

/// A property that a protocol promises.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its id in scenarios and on the command line.
    pub id: &'static str,
    /// The word key of its name; its explanation has the same key with `.says`.
    pub name: &'static str,
    /// The word key of its explanation.
    pub says: &'static str,
    /// Where the source states it.
    pub source: &'static str,
    /// What it promises.
    pub expectation: Expectation,
    /// The word key of a sentence that says when the protocol does not keep it, by design; none if it always does.
    pub beyond: Option<&'static str>,
    /// Which part of consensus it is, for protocols that solve that.
    pub part: Option<Part>,
}

/// A part of consensus, in the order in which it is taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Only what was proposed is decided.
    Validity,
    /// No two decide differently.
    Agreement,
    /// Nobody decides twice and differently.
    Integrity,
    /// Everybody who stays up decides.
    Termination,
}

impl Part {
    /// The word key of its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validity => "part.validity",
            Self::Agreement => "part.agreement",
            Self::Integrity => "part.integrity",
            Self::Termination => "part.termination",
        }
    }
}

impl Property {
    /// A property with nothing beyond what it promises.
    pub const fn new(
        id: &'static str,
        name: &'static str,
        says: &'static str,
        source: &'static str,
        expectation: Expectation,
    ) -> Self {
        Self { id, name, says, source, expectation, beyond: None, part: None }
    }

    /// The same, as a part of consensus.
    #[must_use]
    pub const fn of(self, part: Part) -> Self {
        Self { part: Some(part), ..self }
    }

    /// One that holds at every step.
    pub const fn always(id: &'static str, name: &'static str, says: &'static str, source: &'static str) -> Self {
        Self::new(id, name, says, source, Expectation::Always)
    }

    /// One that is reached in some runs.
    pub const fn sometimes(id: &'static str, name: &'static str, says: &'static str, source: &'static str) -> Self {
        Self::new(id, name, says, source, Expectation::Sometimes)
    }

    /// One that is reached once faults stop and a majority is connected.
    pub const fn eventually(id: &'static str, name: &'static str, says: &'static str, source: &'static str) -> Self {
        Self::new(id, name, says, source, Expectation::Eventually)
    }
}

/// A rule that can be switched off.
#[derive(Clone, Copy, Debug)]
pub struct MutantInfo {
    /// Its id in scenarios and on the command line.
    pub id: &'static str,
    /// The word key of what goes wrong.
    pub says: &'static str,
    /// The id of the property that must then fail.
    pub breaks: &'static str,
}

impl MutantInfo {
    /// A rule by what goes wrong without it.
    pub const fn new(id: &'static str, says: &'static str, breaks: &'static str) -> Self {
        Self { id, says, breaks }
    }
}

/// A measurement of a run.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name, with its unit.
    pub name: &'static str,
}

/// How a message looks.
#[derive(Clone, Debug)]
pub struct Glyph {
    /// The letter of its kind.
    pub letter: char,
    /// The shape of its kind.
    pub shape: Shape,
    /// Filled for a request, hollow for a reply.
    pub filled: bool,
    /// The outcome of a reply.
    pub sign: Sign,
    /// Its term.
    pub tone: Tone,
}

/// Something that is done with a protocol whose type is known only by its id.
pub trait Visitor {
    /// What comes of it.
    type Output;
    /// Does it.
    fn visit<P: Spec>(self) -> Self::Output;
}

/// The name of a message in scripts, picture and words alike.
pub fn message_name(id: MessageId) -> String {
    id.to_string()
}

/// The run that a page opens with, as far as protocols agree about it: two clients, and nothing goes wrong.
pub(crate) fn calm_setup<P: Protocol>(nodes: u16, config: P::Config) -> Setup<P> {
    Setup {
        nodes,
        clients: 2,
        config,
        network: Network::default(),
        mutants: 0,
        seed: 1,
        directives: Vec::new(),
        policy: ClientPolicy::default(),
        limits: Limits::default(),
    }
}
