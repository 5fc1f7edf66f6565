//! A new run with another value of a parameter that is fixed at the start: the address or the text that asks for it.

use crate::store::Store;
use consistory_session::{Dial, Problem, open};

/// Starts the present run anew with that value: its scenario, or, where there is none, its own text.
pub(crate) fn restart(store: &Store, name: &str, value: &str) -> Result<(), Problem> {
    match store.read(|session| session.scenario()) {
        Some(scenario) => {
            let usual = open(&format!("#/p/{scenario}"))?.session.dials();
            let present = store.read(|session| session.dials());
            store.try_open(&address(scenario, &usual, &present, (name, value)))
        }
        None => store.try_scenario(&with_setting(&store.read(|session| session.scenario_text()), name, value)),
    }
}

/// The short address of a scenario with everything that differs from how its author set it.
fn address(scenario: &str, usual: &[Dial], present: &[Dial], (name, value): (&str, &str)) -> String {
    let is_usual = |dial: &Dial, value: &str| usual.iter().any(|other| other.name == dial.name && other.value == value);
    let fixed = present.iter().filter(|dial| !dial.live);
    let chosen = fixed.map(|dial| (dial, if dial.name == name { value } else { dial.value.as_str() }));
    let query: Vec<String> = chosen
        .filter(|(dial, value)| !is_usual(dial, value))
        .map(|(dial, value)| format!("{}={}", dial.name, value.replace('%', "%25")))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("#/p/{scenario}{mark}{}", query.join("&"))
}

/// A scenario's text with one more setting after those that it has; the last one counts.
fn with_setting(text: &str, name: &str, value: &str) -> String {
    let is_head = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        word.is_empty() || word.starts_with('#') || ["protocol", "set", "mutant"].contains(&word)
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let head = text.lines().take_while(is_head).count();
    lines.insert(head, format!("set {name}={value}"));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::{address, with_setting};
    use consistory_scene::Text;
    use consistory_session::{Dial, DialKind};

    fn dial(name: &'static str, value: &str, live: bool) -> Dial {
        Dial { name, label: Text::plain(name), value: value.to_owned(), kind: DialKind::Latency, live }
    }

    #[test]
    fn an_address_names_only_what_differs() {
        let usual = [dial("nodes", "5", false), dial("seed", "16", false), dial("loss", "0%", true)];
        let present = [dial("nodes", "5", false), dial("seed", "7", false), dial("loss", "9%", true)];
        assert_eq!(address("raft/start", &usual, &present, ("nodes", "3")), "#/p/raft/start?nodes=3&seed=7");
        assert_eq!(address("raft/start", &usual, &present, ("seed", "16")), "#/p/raft/start");
    }

    #[test]
    fn a_setting_joins_the_head_of_a_text() {
        let text = "# A run.\nprotocol raft\nset nodes=5\n\nat 5ms crash n1\n";
        assert_eq!(
            with_setting(text, "nodes", "3"),
            "# A run.\nprotocol raft\nset nodes=5\n\nset nodes=3\nat 5ms crash n1\n"
        );
    }
}
