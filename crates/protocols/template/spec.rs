//! What the registry knows of the protocol: parameters, properties, mutants, parsers.

use super::mutants::Mutant;
use super::node::Node;
use super::{Config, Message, Newcomer, properties, view};
use crate::scenarios::scenarios;
use crate::spec::{Glyph, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec};
use consistory_kernel::{ClientPolicy, Limits, MS, Network, ProcessId, Setting, Setup, World};
use consistory_scene::{Card, Expectation, Field, Matrix, Text};
use core::convert::Infallible;

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[Property {
    id: "copies-follow",
    name: "newcomer.copies_follow",
    says: "newcomer.copies_follow.says",
    source: "a sketch",
    expectation: Expectation::Always,
    beyond: None,
}];

const _: () = assert!(PROPERTIES.len() == properties::COPIES_FOLLOW as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[MutantInfo {
    id: "answer-before-persisting",
    says: "newcomer.mutant.answer_before_persisting",
    breaks: "copies-follow",
}];

const _: () = assert!(MUTANTS.len() == Mutant::AnswerBeforePersisting as usize + 1, "one description for each mutant");

impl Spec for Newcomer {
    const ID: &'static str = "newcomer";
    const TITLE: &'static str = "newcomer.title";
    const SUMMARY: &'static str = "newcomer.summary";
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::live("interval", "newcomer.parameter.interval", ParameterKind::Duration(MS, 60_000 * MS))];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["Fetch", "Copy"];
    const DIRECTIVES: &'static [&'static str] = &[];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("newcomer");
    const METRICS: &'static [Metric] = &[];

    fn defaults() -> Setup<Self> {
        Setup {
            nodes: 3,
            clients: 2,
            config: Config { interval: 100 * MS },
            network: Network::default(),
            mutants: 0,
            seed: 1,
            directives: Vec::new(),
            policy: ClientPolicy::default(),
            limits: Limits::default(),
        }
    }

    fn setting(config: &Config, _: usize) -> Setting {
        Setting::Duration(config.interval)
    }

    /// `copied`: all nodes that are up have the same number of entries.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let seen = world.observation(ProcessId(0));
        match words {
            ["copied"] => {
                let mut counts = seen.up().map(|(_, node)| node.have());
                let first = counts.next();
                Some(counts.all(|count| Some(count) == first))
            }
            _ => None,
        }
    }

    fn parse_directive(_: &str, _: &[&str], _: Names) -> Option<Infallible> {
        None
    }

    fn directive_text(directive: &Infallible) -> (&'static str, String) {
        match *directive {}
    }

    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        view::card(world, id, node)
    }

    fn glyph(message: &Message) -> Glyph {
        view::glyph(message)
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        view::message_fields(message)
    }

    fn node_fields(_: &World<Self>, _: ProcessId, node: &Node) -> Vec<Field> {
        view::node_fields(node)
    }

    fn matrix(_: &World<Self>) -> Option<Matrix> {
        None
    }

    /// There are no terms, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("newcomer.title")
    }

    fn eventually(_: &World<Self>, _: usize) -> bool {
        false
    }

    fn metric(_: &World<Self>, _: usize) -> Vec<u64> {
        Vec::new()
    }
}
