//! Parameters by name: those of every run, and the protocol's own.

use crate::api::{Dial, DialKind};
use crate::error::Problem;
use crate::open::Overrides;
use consistory_kernel::{Edit, MS, PPM, Setting, Setup, Time, World};
use consistory_protocols::script::{
    duration_text, latency_text, parse_duration, parse_latency, parse_range, parse_ratio, percent_text, setting_text,
};
use consistory_protocols::{Choice, Parameter, ParameterKind, Spec};
use consistory_scene::{Arg, Text};

/// A run has at most so many clients.
pub const CLIENTS_MAX: u16 = 64;

/// The parameters of every run.
const COMMON: [&str; 9] =
    ["nodes", "clients", "seed", "latency", "loss", "duplicate", "reorder", "client_retry", "client_give_up"];

/// Client timers lie in this range, in microseconds.
const PATIENCE: (Time, Time) = (MS, 600_000 * MS);

/// Sets a parameter before the run starts.
pub fn set<P: Spec>(setup: &mut Setup<P>, name: &str, value: &str) -> Result<(), Problem> {
    let bad = |expected| bad_value(name, value, expected);
    match name {
        "nodes" => {
            setup.nodes = count(value, 1, P::NODES_MAX).ok_or_else(|| out_of_range(name, value, 1, P::NODES_MAX))?;
        }
        "clients" => {
            setup.clients = count(value, 0, CLIENTS_MAX).ok_or_else(|| out_of_range(name, value, 0, CLIENTS_MAX))?;
        }
        "seed" => setup.seed = value.parse().map_err(|_| bad("expected.seed"))?,
        "latency" => setup.network.latency = parse_latency(value).ok_or_else(|| bad("expected.latency"))?,
        "loss" => setup.network.loss = parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?,
        "duplicate" => setup.network.duplicate = parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?,
        "reorder" => setup.network.reorder = parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?,
        "client_retry" => setup.policy.retry_after = patience(value).ok_or_else(|| bad("expected.duration"))?,
        "client_give_up" => setup.policy.give_up_after = patience(value).ok_or_else(|| bad("expected.duration"))?,
        _ => {
            let (number, setting) = own::<P>(name, value)?;
            P::tune(&mut setup.config, number, &setting);
        }
    }
    Ok(())
}

/// Whether runs of a protocol have a parameter of that name.
pub(crate) fn knows<P: Spec>(name: &str) -> bool {
    COMMON.contains(&name) || P::PARAMETERS.iter().any(|parameter| parameter.name == name)
}

/// Replaces parameters and switches rules off before the run starts.
pub(crate) fn replace<P: Spec>(setup: &mut Setup<P>, overrides: &Overrides) -> Result<(), Problem> {
    for (name, value) in &overrides.settings {
        set(setup, name, value)?;
    }
    for id in &overrides.mutants {
        let number = P::MUTANTS.iter().position(|mutant| mutant.id == id).ok_or_else(|| {
            let known: Vec<&str> = P::MUTANTS.iter().map(|mutant| mutant.id).collect();
            let text = Text::key("problem.mutant").with("name", Arg::Plain(id.clone()));
            Problem::new(text.with("known", Arg::Plain(known.join(", "))))
        })?;
        setup.mutants |= 1 << number;
    }
    Ok(())
}

/// The edit that turns a dial while the run goes on.
pub fn turn<P: Spec>(name: &str, value: &str) -> Result<Edit<P>, Problem> {
    let bad = |expected| bad_value(name, value, expected);
    match name {
        "latency" => Ok(Edit::Latency(parse_latency(value).ok_or_else(|| bad("expected.latency"))?)),
        "loss" => Ok(Edit::Loss(parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?)),
        "duplicate" => Ok(Edit::Duplication(parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?)),
        "reorder" => Ok(Edit::Reordering(parse_ratio(value).ok_or_else(|| bad("expected.ratio"))?)),
        "nodes" | "clients" | "seed" | "client_retry" | "client_give_up" => Err(fixed_parameter(name)),
        _ => {
            let (number, setting) = own::<P>(name, value)?;
            if !P::PARAMETERS[usize::from(number)].live {
                return Err(fixed_parameter(name));
            }
            Ok(Edit::Tune(number, setting))
        }
    }
}

fn fixed_parameter(name: &str) -> Problem {
    Problem::new(Text::key("problem.parameter.fixed").with("name", Arg::Plain(name.to_owned())))
}

/// A parameter of the protocol by its name, with the parsed value.
fn own<P: Spec>(name: &str, value: &str) -> Result<(u8, Setting), Problem> {
    let found = (0_u8..).zip(P::PARAMETERS).find(|(_, parameter)| parameter.name == name);
    let Some((number, parameter)) = found else {
        let text = Text::key("problem.parameter.unknown").with("name", Arg::Plain(name.to_owned()));
        return Err(Problem::new(text.with("known", Arg::Plain(known_names::<P>()))));
    };
    let (setting, expected) = match parameter.kind {
        ParameterKind::Number(..) => (value.parse().ok().map(Setting::Number), "expected.number"),
        ParameterKind::Duration(..) => (parse_duration(value).map(Setting::Duration), "expected.duration"),
        ParameterKind::Range(..) => (parse_range(value).map(|(low, high)| Setting::Range(low, high)), "expected.range"),
        ParameterKind::Ratio(..) => (parse_ratio(value).map(Setting::Ratio), "expected.ratio"),
        ParameterKind::Choice(choices) => (parse_choice(choices, value).map(Setting::Number), "expected.choice"),
    };
    let setting = setting.ok_or_else(|| match parameter.kind {
        ParameterKind::Choice(_) => out_of_limits(name, value, parameter.kind),
        ParameterKind::Number(..)
        | ParameterKind::Duration(..)
        | ParameterKind::Range(..)
        | ParameterKind::Ratio(_) => bad_value(name, value, expected),
    })?;
    if !parameter.kind.accepts(&setting) {
        return Err(out_of_limits(name, value, parameter.kind));
    }
    Ok((number, setting))
}

fn known_names<P: Spec>() -> String {
    let own = P::PARAMETERS.iter().map(|parameter| parameter.name);
    COMMON.into_iter().chain(own).collect::<Vec<_>>().join(", ")
}

fn limits_text(kind: ParameterKind) -> String {
    match kind {
        ParameterKind::Number(low, high) => format!("{low} – {high}"),
        ParameterKind::Duration(low, high) | ParameterKind::Range(low, high) => {
            format!("{} – {}", duration_text(low), duration_text(high))
        }
        ParameterKind::Ratio(high) => format!("0% – {}", percent_text(high)),
        ParameterKind::Choice(choices) => choices.iter().map(|choice| choice.name).collect::<Vec<_>>().join(", "),
    }
}

/// What differs from the protocol's defaults, as names and values; the seed always.
pub fn differences<P: Spec>(setup: &Setup<P>) -> Vec<(&'static str, String)> {
    let defaults = values(&P::defaults());
    let differ = |((name, value), (_, default)): ((&'static str, String), (&'static str, String))| {
        (value != default || name == "seed").then_some((name, value))
    };
    values(setup).into_iter().zip(defaults).filter_map(differ).collect()
}

/// Every parameter with its value.
fn values<P: Spec>(setup: &Setup<P>) -> Vec<(&'static str, String)> {
    let mut values = vec![
        ("nodes", setup.nodes.to_string()),
        ("clients", setup.clients.to_string()),
        ("seed", setup.seed.to_string()),
        ("latency", latency_text(&setup.network.latency)),
        ("loss", percent_text(setup.network.loss)),
        ("duplicate", percent_text(setup.network.duplicate)),
        ("reorder", percent_text(setup.network.reorder)),
        ("client_retry", duration_text(setup.policy.retry_after)),
        ("client_give_up", duration_text(setup.policy.give_up_after)),
    ];
    let own = P::PARAMETERS.iter().enumerate();
    values.extend(
        own.map(|(number, parameter)| (parameter.name, value_text(parameter, &P::setting(&setup.config, number)))),
    );
    values
}

/// The dials: every parameter, with its value at the cursor.
pub fn dials<P: Spec>(setup: &Setup<P>, world: &World<P>) -> Vec<Dial> {
    let fixed = |name, label, value: String, kind| Dial { name, label: Text::key(label), value, kind, live: false };
    let live = |name, label, value: String, kind| Dial { name, label: Text::key(label), value, kind, live: true };
    let network = world.network();
    let (least, most) = PATIENCE;
    let mut dials = vec![
        live("latency", "parameter.latency", latency_text(&network.latency), DialKind::Latency),
        live("loss", "parameter.loss", percent_text(network.loss), DialKind::Ratio { max: PPM }),
        live("duplicate", "parameter.duplicate", percent_text(network.duplicate), DialKind::Ratio { max: PPM }),
        live("reorder", "parameter.reorder", percent_text(network.reorder), DialKind::Ratio { max: PPM }),
    ];
    let own = P::PARAMETERS.iter().enumerate();
    dials.extend(own.map(|(number, parameter)| own_dial(parameter, &P::setting(world.config(), number))));
    let nodes = DialKind::Number { min: 1, max: u32::from(P::NODES_MAX) };
    let clients = DialKind::Number { min: 0, max: u32::from(CLIENTS_MAX) };
    let patience = DialKind::Duration { min: least, max: most };
    dials.extend([
        fixed("nodes", "parameter.nodes", setup.nodes.to_string(), nodes),
        fixed("clients", "parameter.clients", setup.clients.to_string(), clients),
        fixed("seed", "parameter.seed", setup.seed.to_string(), DialKind::Number { min: 0, max: u32::MAX }),
        fixed("client_retry", "parameter.client_retry", duration_text(setup.policy.retry_after), patience.clone()),
        fixed("client_give_up", "parameter.client_give_up", duration_text(setup.policy.give_up_after), patience),
    ]);
    dials
}

fn own_dial(parameter: &Parameter, setting: &Setting) -> Dial {
    let kind = match parameter.kind {
        ParameterKind::Number(min, max) => DialKind::Number { min, max },
        ParameterKind::Duration(min, max) => DialKind::Duration { min, max },
        ParameterKind::Range(min, max) => DialKind::Range { min, max },
        ParameterKind::Ratio(max) => DialKind::Ratio { max },
        ParameterKind::Choice(choices) => DialKind::Choice { choices },
    };
    let label = Text::key(parameter.label);
    Dial { name: parameter.name, label, value: value_text(parameter, setting), kind, live: parameter.live }
}

/// The value of a parameter of the protocol's own, as a scenario says it.
pub fn value_text(parameter: &Parameter, setting: &Setting) -> String {
    match (parameter.kind, setting) {
        (ParameterKind::Choice(choices), Setting::Number(place)) => {
            choices.get(*place as usize).map_or("?", |choice| choice.name).to_owned()
        }
        (_, setting) => setting_text(setting),
    }
}

/// The place of a choice by its name; by its number too, as older links have it.
fn parse_choice(choices: &[Choice], value: &str) -> Option<u32> {
    let named = (0..).zip(choices).find(|(_, choice)| choice.name == value).map(|(place, _)| place);
    named.or_else(|| value.parse().ok().filter(|place| (*place as usize) < choices.len()))
}

fn out_of_limits(name: &str, value: &str, kind: ParameterKind) -> Problem {
    let text = Text::key("problem.parameter.range").with("name", Arg::Plain(name.to_owned()));
    let text = text.with("value", Arg::Plain(value.to_owned()));
    Problem::new(text.with("limits", Arg::Plain(limits_text(kind))))
}

fn count(value: &str, low: u16, high: u16) -> Option<u16> {
    value.parse().ok().filter(|number| (low..=high).contains(number))
}

fn patience(value: &str) -> Option<Time> {
    parse_duration(value).filter(|time| (PATIENCE.0..=PATIENCE.1).contains(time))
}

fn out_of_range(name: &str, value: &str, low: u16, high: u16) -> Problem {
    let text = Text::key("problem.parameter.range").with("name", Arg::Plain(name.to_owned()));
    let text = text.with("value", Arg::Plain(value.to_owned()));
    Problem::new(text.with("limits", Arg::Plain(format!("{low} – {high}"))))
}

fn bad_value(name: &str, value: &str, expected: &'static str) -> Problem {
    let text = Text::key("problem.parameter.value").with("name", Arg::Plain(name.to_owned()));
    let text = text.with("value", Arg::Plain(value.to_owned()));
    Problem::new(text.with("expected", Arg::Word(expected)))
}
