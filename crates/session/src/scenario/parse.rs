//! Text to [`Script`]. Names of processes, kinds and conditions are resolved when the script is performed.

pub use super::token::Token;
pub(crate) use super::token::Tokens;
use crate::{Problem, orders};
use consistory_kernel::{DiskFate, MessageAct, Moment, Storm, Time};
use consistory_protocols::script::parse_duration;
use consistory_scene::Text;

/// At most this many bytes of text, and this many lines.
const BYTES_MAX: usize = 256 * 1024;
const LINES_MAX: usize = 20_000;

/// A parsed scenario.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    /// The protocol's id.
    pub protocol: Token<'a>,
    /// The lines after it, in order.
    pub lines: Vec<Line<'a>>,
    /// Comment lines at the top: what the scenario is about.
    pub about: Vec<&'a str>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Its first word, for problems.
    pub token: Token<'a>,
    /// When it happens; `None` means now.
    pub at: Option<Moment>,
    /// What it says.
    pub statement: Statement<'a>,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Statement<'a> {
    /// `set nodes=5 loss=2%`: names and values.
    Set(Vec<Setting<'a>>),
    /// `mutant count-old-terms`.
    Mutant(Token<'a>),
    /// Something is done to the run.
    Act(Action<'a>),
    /// `run 300ms`.
    Run(Time),
    /// `await leader within 2s`.
    Await(Condition<'a>, Time),
    /// `expect election-safety holds`, `expect leader n3`, `expect not leader`.
    Expect(Expected<'a>),
    /// `say raft.split-vote.why`.
    Say(Token<'a>),
    /// `cursor 300ms`, `cursor 300ms/2`: where the page opens the run.
    Cursor(Moment),
    /// A directive of the protocol: its keyword and arguments.
    Directive(Token<'a>, Vec<Token<'a>>),
}

/// A condition: a word and its arguments, known to the protocol or to every run.
pub type Condition<'a> = Vec<Token<'a>>;

/// What is expected.
#[derive(Clone, Debug)]
pub enum Expected<'a> {
    /// A property holds.
    Holds(Token<'a>),
    /// A property was violated.
    Violated(Token<'a>),
    /// A `Sometimes` property came true.
    Reached(Token<'a>),
    /// A condition is so.
    So(Condition<'a>),
    /// A condition is not so.
    Not(Condition<'a>),
}

/// Something that is done to the run.
#[derive(Clone, Debug)]
pub enum Action<'a> {
    /// `crash n1`, `crash n1 lose-disk`, `crash n1 tear-disk 2`.
    Crash(Token<'a>, DiskFate),
    /// `restart n1`.
    Restart(Token<'a>),
    /// `pause n1`.
    Pause(Token<'a>),
    /// `resume n1`.
    Resume(Token<'a>),
    /// `timeout n1`, or `rearm n1 40ms`.
    Rearm(Token<'a>, Time),
    /// `spread`.
    Spread,
    /// `align`.
    Align,
    /// `skew n1 +15%`, in parts per million.
    Skew(Token<'a>, i32),
    /// `cut n1 -> n2`, `cut n1 -- n2`: the last says both ways.
    Cut(Token<'a>, Token<'a>, bool),
    /// `mend n1 -> n2`, `mend n1 -- n2`.
    Mend(Token<'a>, Token<'a>, bool),
    /// `partition {n1 n2} {n3 n4 n5}`.
    Partition(Vec<Vec<Token<'a>>>),
    /// `heal`.
    Heal,
    /// `latency n1 -> n2 40ms`: a distribution for one direction of a link.
    LinkLatency(Token<'a>, Token<'a>, Token<'a>),
    /// `drop m17`, `delay m17 40ms`.
    Message(Token<'a>, MessageAct),
    /// `drop n1 -> n2 AppendEntries`: the next such message.
    Next {
        /// Sender.
        from: Token<'a>,
        /// Receiver.
        to: Token<'a>,
        /// Kind; any if not given.
        kind: Option<Token<'a>>,
        /// What to do.
        act: MessageAct,
    },
    /// `client c1 write x 1`, `client c1 via n2 read x`.
    Client {
        /// Which client.
        client: Token<'a>,
        /// Which node it asks first.
        via: Option<Token<'a>>,
        /// The operation's words.
        operation: Vec<Token<'a>>,
    },
    /// `slow n1 20ms`; `slow n1 0ms` ends it.
    Slow(Token<'a>, Time),
    /// `slow-disk n1 20ms`.
    SlowDisk(Token<'a>, Time),
    /// `jump n1 +200ms`, in microseconds.
    Jump(Token<'a>, i64),
    /// `flap n1 -> n2 up 200ms down 100ms`.
    Flap {
        /// One end.
        from: Token<'a>,
        /// The other.
        to: Token<'a>,
        /// Both ways.
        both: bool,
        /// How long it works.
        up: Time,
        /// How long it does not.
        down: Time,
    },
    /// `heal all`.
    Calm,
    /// `storm faults=20 every=200ms..600ms lasting=200ms..900ms spare=majority`, `storm off`.
    Storm(Option<Storm>),
    /// `adversary on`, `adversary off`.
    Adversary(bool),
    /// `workload c1 read=6 write=3 cas=1 keys=2 think=20ms..60ms ask=any`, `workload c1 off`.
    Workload(Token<'a>, Vec<Setting<'a>>),
    /// `patience c1 retry=250ms give_up=2s`.
    Patience(Token<'a>, Vec<Setting<'a>>),
}

/// A name and its value.
pub type Setting<'a> = (Token<'a>, Token<'a>);

/// Reads one statement that does something to a run, without a time.
pub fn parse_action(text: &str) -> Result<Action<'_>, Problem> {
    let mut tokens = Tokens::of(text, 1);
    let keyword = tokens.need("expected.statement")?;
    let action = action(keyword, &mut tokens)?.ok_or_else(|| keyword.unexpected("expected.statement"))?;
    tokens.finish()?;
    Ok(action)
}

/// Reads a scenario. What follows a line of four hyphens, the transcript, is not read.
pub fn parse(text: &str) -> Result<Script<'_>, Problem> {
    if text.len() > BYTES_MAX || text.lines().count() > LINES_MAX {
        return Err(Problem::new(Text::key("problem.scenario.too_long")));
    }
    let mut protocol = None;
    let mut about = Vec::new();
    let mut lines = Vec::new();
    let mut last = 1;
    for (number, text) in (1..).zip(text.lines()).take_while(|(_, line)| line.trim_end() != "----") {
        last = number;
        let mut tokens = Tokens::of(text, number);
        let Some(first) = tokens.peek() else {
            if let (Some(comment), None) = (text.trim().strip_prefix('#'), &protocol) {
                about.push(comment.trim());
            }
            continue;
        };
        if protocol.is_some() {
            lines.push(line(&mut tokens)?);
        } else if tokens.take_if("protocol") {
            protocol = Some(tokens.need("expected.protocol")?);
        } else {
            return Err(first.unexpected("expected.protocol_line"));
        }
        tokens.finish()?;
    }
    let protocol = protocol.ok_or_else(|| Problem::new(Text::key("problem.scenario.no_protocol")).at(last, 1))?;
    Ok(Script { protocol, lines, about })
}

/// Reads one line.
pub(crate) fn line<'a>(tokens: &mut Tokens<'a>) -> Result<Line<'a>, Problem> {
    let mut token = tokens.need("expected.statement")?;
    let mut at = None;
    if token.text == "at" {
        at = Some(moment(tokens)?);
        token = tokens.need("expected.statement")?;
    }
    let statement = match token.text {
        "set" => Statement::Set(settings(tokens, "expected.setting")?),
        "mutant" => Statement::Mutant(tokens.need("expected.mutant")?),
        "run" => Statement::Run(duration(tokens)?),
        "cursor" => Statement::Cursor(moment(tokens)?),
        "say" => Statement::Say(tokens.need("expected.word_key")?),
        "await" => await_statement(tokens)?,
        "expect" => Statement::Expect(expected(tokens)?),
        _ => match action(token, tokens)? {
            Some(action) => Statement::Act(action),
            None => Statement::Directive(token, tokens.rest()),
        },
    };
    Ok(Line { token, at, statement })
}

/// `150ms`, or `150ms/2`: after two of the events of that very time.
fn moment(tokens: &mut Tokens<'_>) -> Result<Moment, Problem> {
    let token = tokens.need("expected.time")?;
    let (time, ties) = token.text.split_once('/').map_or((token.text, None), |(time, ties)| (time, Some(ties)));
    let ties = match ties {
        None => Some(Moment::ALL),
        Some(ties) => ties.parse().ok(),
    };
    match (parse_duration(time), ties) {
        (Some(time), Some(ties)) => Ok(Moment { time, ties }),
        _ => Err(token.unexpected("expected.time")),
    }
}

fn duration(tokens: &mut Tokens<'_>) -> Result<Time, Problem> {
    let token = tokens.need("expected.duration")?;
    parse_duration(token.text).ok_or_else(|| token.unexpected("expected.duration"))
}

fn settings<'a>(tokens: &mut Tokens<'a>, expected: &'static str) -> Result<Vec<Setting<'a>>, Problem> {
    let first = tokens.need(expected)?;
    std::iter::once(first).chain(tokens.rest()).map(|token| setting(token, expected)).collect()
}

/// `nodes=5`: a name and its value.
pub(crate) fn setting<'a>(token: Token<'a>, expected: &'static str) -> Result<Setting<'a>, Problem> {
    let (name, value) = token.text.split_once('=').ok_or_else(|| token.unexpected(expected))?;
    let offset = u32::try_from(name.chars().count() + 1).unwrap_or(0);
    Ok((Token { text: name, ..token }, Token { text: value, column: token.column + offset, ..token }))
}

/// `up 200ms`: a duration after its name.
fn named_duration(tokens: &mut Tokens<'_>, name: &str) -> Result<Time, Problem> {
    let token = tokens.need("expected.flap")?;
    if token.text == name { duration(tokens) } else { Err(token.unexpected("expected.flap")) }
}

/// What a crash does to the disk.
fn disk(tokens: &mut Tokens<'_>) -> Result<DiskFate, Problem> {
    if tokens.take_if("lose-disk") {
        return Ok(DiskFate::Lost);
    }
    if !tokens.take_if("tear-disk") {
        return Ok(DiskFate::Kept);
    }
    let token = tokens.need("expected.writes")?;
    let writes = token.text.parse().ok().filter(|writes| (1..=DiskFate::TORN_MAX).contains(writes));
    writes.map(DiskFate::Torn).ok_or_else(|| token.unexpected("expected.writes"))
}

fn storm(tokens: &mut Tokens<'_>) -> Result<Storm, Problem> {
    let mut storm = Storm::default();
    if !tokens.is_empty() {
        for (name, value) in settings(tokens, "expected.storm")? {
            let set = orders::set_storm(&mut storm, name.text, value.text);
            set.ok_or_else(|| name.unexpected("expected.storm"))?;
        }
    }
    Ok(storm)
}

fn await_statement<'a>(tokens: &mut Tokens<'a>) -> Result<Statement<'a>, Problem> {
    let mut condition = vec![tokens.need("expected.condition")?];
    while let Some(token) = tokens.peek().filter(|token| token.text != "within") {
        condition.push(token);
        tokens.take();
    }
    let within = tokens.need("expected.within")?;
    debug_assert_eq!(within.text, "within");
    Ok(Statement::Await(condition, duration(tokens)?))
}

fn expected<'a>(tokens: &mut Tokens<'a>) -> Result<Expected<'a>, Problem> {
    if tokens.take_if("not") {
        let first = tokens.need("expected.condition")?;
        return Ok(Expected::Not(std::iter::once(first).chain(tokens.rest()).collect()));
    }
    let subject = tokens.need("expected.property_or_condition")?;
    if tokens.take_if("holds") {
        return Ok(Expected::Holds(subject));
    }
    if tokens.take_if("violated") {
        return Ok(Expected::Violated(subject));
    }
    if tokens.take_if("reached") {
        return Ok(Expected::Reached(subject));
    }
    Ok(Expected::So(std::iter::once(subject).chain(tokens.rest()).collect()))
}

fn action<'a>(keyword: Token<'a>, tokens: &mut Tokens<'a>) -> Result<Option<Action<'a>>, Problem> {
    let action = match keyword.text {
        "crash" => {
            let node = tokens.need("expected.node")?;
            Action::Crash(node, disk(tokens)?)
        }
        "restart" => Action::Restart(tokens.need("expected.node")?),
        "pause" => Action::Pause(tokens.need("expected.node")?),
        "resume" => Action::Resume(tokens.need("expected.node")?),
        "timeout" => Action::Rearm(tokens.need("expected.node")?, 0),
        "rearm" => Action::Rearm(tokens.need("expected.node")?, duration(tokens)?),
        "spread" => Action::Spread,
        "align" => Action::Align,
        "skew" => {
            let node = tokens.need("expected.node")?;
            let token = tokens.need("expected.skew")?;
            Action::Skew(node, parse_skew(token.text).ok_or_else(|| token.unexpected("expected.skew"))?)
        }
        "cut" | "mend" => {
            let (from, to, both) = link(tokens)?;
            if keyword.text == "cut" { Action::Cut(from, to, both) } else { Action::Mend(from, to, both) }
        }
        "partition" => Action::Partition(groups(tokens)?),
        "heal" if tokens.take_if("all") => Action::Calm,
        "heal" => Action::Heal,
        "slow" => Action::Slow(tokens.need("expected.node")?, duration(tokens)?),
        "slow-disk" => Action::SlowDisk(tokens.need("expected.node")?, duration(tokens)?),
        "jump" => {
            let node = tokens.need("expected.node")?;
            let token = tokens.need("expected.jump")?;
            Action::Jump(node, orders::parse_signed(token.text).ok_or_else(|| token.unexpected("expected.jump"))?)
        }
        "flap" => {
            let (from, to, both) = link(tokens)?;
            let up = named_duration(tokens, "up")?;
            Action::Flap { from, to, both, up, down: named_duration(tokens, "down")? }
        }
        "storm" if tokens.take_if("off") => Action::Storm(None),
        "storm" => Action::Storm(Some(storm(tokens)?)),
        "adversary" => {
            let token = tokens.need("expected.switch")?;
            match token.text {
                "on" => Action::Adversary(true),
                "off" => Action::Adversary(false),
                _ => return Err(token.unexpected("expected.switch")),
            }
        }
        "workload" => {
            let client = tokens.need("expected.client")?;
            let off = tokens.take_if("off");
            Action::Workload(client, if off { Vec::new() } else { settings(tokens, "expected.workload")? })
        }
        "patience" => Action::Patience(tokens.need("expected.client")?, settings(tokens, "expected.patience")?),
        "latency" => {
            let (from, to) = arrow(tokens)?;
            Action::LinkLatency(from, to, tokens.need("expected.latency")?)
        }
        "drop" | "hold" | "release" | "deliver" | "delay" | "duplicate" => message_action(keyword, tokens)?,
        "client" => {
            let client = tokens.need("expected.client")?;
            let via = if tokens.take_if("via") { Some(tokens.need("expected.node")?) } else { None };
            let first = tokens.need("expected.operation")?;
            Action::Client { client, via, operation: std::iter::once(first).chain(tokens.rest()).collect() }
        }
        _ => return Ok(None),
    };
    Ok(Some(action))
}

fn message_action<'a>(keyword: Token<'a>, tokens: &mut Tokens<'a>) -> Result<Action<'a>, Problem> {
    let subject = tokens.need("expected.message")?;
    let numbered = subject.text.strip_prefix('m').is_some_and(|number| number.parse::<u32>().is_ok());
    let (from, to, kind) = if numbered {
        (subject, subject, None)
    } else {
        let to = arrow_to(tokens)?;
        let kind = tokens.peek().filter(|token| parse_duration(token.text).is_none());
        if kind.is_some() {
            tokens.take();
        }
        (subject, to, kind)
    };
    let act = match keyword.text {
        "drop" => MessageAct::Drop,
        "hold" => MessageAct::Hold,
        "release" => MessageAct::Release,
        "deliver" => MessageAct::Deliver,
        "duplicate" => MessageAct::Duplicate,
        _ => MessageAct::Delay(duration(tokens)?),
    };
    Ok(if numbered { Action::Message(subject, act) } else { Action::Next { from, to, kind, act } })
}

/// `n1 -> n3` or `n1 -- n3`; whether it was both ways.
fn link<'a>(tokens: &mut Tokens<'a>) -> Result<(Token<'a>, Token<'a>, bool), Problem> {
    let from = tokens.need("expected.process")?;
    let arrow = tokens.need("expected.arrow")?;
    let both = match arrow.text {
        "->" => false,
        "--" => true,
        _ => return Err(arrow.unexpected("expected.arrow")),
    };
    Ok((from, tokens.need("expected.process")?, both))
}

fn arrow<'a>(tokens: &mut Tokens<'a>) -> Result<(Token<'a>, Token<'a>), Problem> {
    let from = tokens.need("expected.process")?;
    Ok((from, arrow_to(tokens)?))
}

fn arrow_to<'a>(tokens: &mut Tokens<'a>) -> Result<Token<'a>, Problem> {
    let arrow = tokens.need("expected.one_way")?;
    if arrow.text != "->" {
        return Err(arrow.unexpected("expected.one_way"));
    }
    tokens.need("expected.process")
}

fn groups<'a>(tokens: &mut Tokens<'a>) -> Result<Vec<Vec<Token<'a>>>, Problem> {
    let mut groups = Vec::new();
    loop {
        let open = tokens.need("expected.group")?;
        if open.text != "{" {
            return Err(open.unexpected("expected.group"));
        }
        let mut group = Vec::new();
        loop {
            let token = tokens.need("expected.group_end")?;
            match token.text {
                "}" => break,
                "{" => return Err(token.unexpected("expected.group_end")),
                _ => group.push(token),
            }
        }
        groups.push(group);
        if tokens.is_empty() {
            return Ok(groups);
        }
    }
}

/// `+15%`, `-0.5%`: parts per million.
pub fn parse_skew(text: &str) -> Option<i32> {
    let (sign, ratio) = match text.split_at_checked(1)? {
        ("+", ratio) => (1, ratio),
        ("-", ratio) => (-1, ratio),
        _ => return None,
    };
    let ratio = consistory_protocols::script::parse_ratio(ratio)?;
    i32::try_from(ratio).ok().map(|ratio| sign * ratio)
}
