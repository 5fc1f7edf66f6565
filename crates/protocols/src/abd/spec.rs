//! What the registry knows of ABD: parameters, properties, mutants, parsers.

use super::message::{Tag, Version};
use super::mutants::Mutant;
use super::node::Node;
use super::{Abd, Config, Directive, Writers, properties};
use crate::kv::Key;
use crate::scenarios::scenarios;
use crate::spec::{
    Choice, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, calm_setup, parse_process, process_name,
};
use consistory_kernel::{ClientPolicy, MS, ProcessId, Setting, Setup, World};

/// The highest number of a prepared copy, so that writers can go on from there.
const NUMBER_MAX: u32 = 1_000_000;

const ABD: &str = "Attiya, Bar-Noy, Dolev 1995";
const MULTI_WRITER: &str = "Lynch, Shvartsman 1997";

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    Property::always("atomicity", "abd.atomicity", "abd.atomicity.says", "Lynch 1996, Lemma 13.16"),
    Property::always("unique-tags", "abd.unique_tags", "abd.unique_tags.says", MULTI_WRITER),
    Property::always("monotone-replicas", "abd.monotone_replicas", "abd.monotone_replicas.says", ABD),
    Property::sometimes("concurrent-writes", "abd.concurrent_writes", "abd.concurrent_writes.says", MULTI_WRITER),
    Property::sometimes("read-repairs", "abd.read_repairs", "abd.read_repairs.says", ABD),
    Property::sometimes("majority-answered", "abd.majority_answered", "abd.majority_answered.says", ABD),
    Property::eventually("progress", "abd.progress", "abd.progress.says", ABD),
];

const _: () = assert!(PROPERTIES.len() == properties::PROGRESS as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("skip-write-back", "abd.mutant.skip_write_back", "atomicity"),
    MutantInfo::new("small-quorum", "abd.mutant.small_quorum", "atomicity"),
    MutantInfo::new("forget-number", "abd.mutant.forget_number", "unique-tags"),
    MutantInfo::new("accept-older", "abd.mutant.accept_older", "monotone-replicas"),
];

const _: () = assert!(MUTANTS.len() == Mutant::AcceptOlder as usize + 1, "one description for each mutant");

/// Who may write.
const WRITERS: &[Choice] =
    &[Choice { name: "many", label: "abd.writers.many" }, Choice { name: "one", label: "abd.writers.one" }];

impl Spec for Abd {
    const ID: &'static str = "abd";
    const TITLE: &'static str = "abd.title";
    const SUMMARY: &'static str = "abd.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::fixed("writers", "abd.parameter.writers", ParameterKind::Choice(WRITERS)),
        Parameter::live("retry", "abd.parameter.retry", ParameterKind::Duration(MS, 60_000 * MS)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["Query", "QueryReply", "Update", "UpdateReply"];
    const DIRECTIVES: &'static [&'static str] = &["register"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("abd");

    fn defaults() -> Setup<Self> {
        Setup {
            // A client gives up before it would ask another replica: that one would write a second time, with a tag of
            // its own.
            policy: ClientPolicy { retry_after: 10_000 * MS, give_up_after: 2_000 * MS },
            ..calm_setup(5, Config { writers: Writers::Many, retry: 100 * MS })
        }
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Number(u32::from(config.writers == Writers::One)),
            _ => Setting::Duration(config.retry),
        }
    }

    /// `quiet`, `querying n1`, `updating n1`, `stores n1 x 1`, `stores all x 1`, `tag x 3`: of the replicas that are up.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let seen = world.observation(ProcessId(0));
        let replica = |name: &str| parse_process(world.node_count(), 0, name);
        let so = match words {
            ["quiet"] => is_quiet(world),
            ["querying", name] => world.node(replica(name)?).is_some_and(Node::is_querying),
            ["updating", name] => world.node(replica(name)?).is_some_and(Node::is_updating),
            ["stores", "all", key, value] => {
                let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
                seen.up().all(|(_, node)| node.durable.version(key).value == Some(value))
            }
            ["stores", name, key, value] => {
                let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
                world.node(replica(name)?).is_some_and(|node| node.durable.version(key).value == Some(value))
            }
            ["tag", key, number] => {
                let (key, number) = (Key::parse(key)?, number.parse::<u32>().ok()?);
                seen.up().any(|(_, node)| node.durable.version(key).tag.number >= number)
            }
            _ => return None,
        };
        Some(so)
    }

    /// `register n1 x 5 3 n2`: n1 holds x = 5, which n2 wrote with the number 3.
    fn parse_directive(keyword: &str, arguments: &[&str], names: Names) -> Option<Directive> {
        match (keyword, arguments) {
            ("register", [key, value, number, writer]) => {
                let number = number.parse::<u32>().ok().filter(|number| (1..=NUMBER_MAX).contains(number))?;
                let tag = Tag { number, writer: names.parse(0, writer)? };
                Some(Directive { key: Key::parse(key)?, version: Version { tag, value: Some(value.parse().ok()?) } })
            }
            _ => None,
        }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        let Directive { key, version } = directive;
        let writer = process_name(Self::NODES_MAX, version.tag.writer);
        ("register", format!("{key} {} {} {writer}", version.value.unwrap_or(0), version.tag.number))
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::PROGRESS) && is_quiet(world)
    }
}

/// No replica that is up coordinates anything.
fn is_quiet(world: &World<Abd>) -> bool {
    world.observation(ProcessId(0)).up().all(|(_, node)| node.running.is_empty())
}
