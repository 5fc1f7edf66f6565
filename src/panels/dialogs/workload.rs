//! Clients that work by themselves: the mix of what they ask, how fast, whom, and how patient they are.

use super::orders::{Field, OrderForm, named};
use crate::panels::form::Choice;
use crate::part::{Page, Part, Reads};
use consistory_session::check_operation;
use yew::prelude::*;

const PACES: [(&str, &str); 2] = [("think", "workload.think"), ("every", "workload.every")];

/// The names of the clients that a choice means; the list of all travels in the value.
fn clients(choice: &str) -> impl Iterator<Item = &str> {
    choice.split(',')
}

fn start(values: &[String]) -> Vec<String> {
    let [client, read, write, cas, append, keys, pace, time, ask] = values else { return Vec::new() };
    let weights = [("read", read), ("write", write), ("cas", cas), ("append", append)];
    let weight = |(name, weight): (&str, &String)| match weight.trim() {
        "" | "0" => String::new(),
        weight => format!(" {name}={weight}"),
    };
    let mix: String = weights.into_iter().map(weight).collect();
    let rest = format!("keys={} {pace}={}ms ask={ask}", keys.trim(), time.trim());
    clients(client).map(|client| format!("workload {client}{mix} {rest}")).collect()
}

fn stop(values: &[String]) -> Vec<String> {
    let Some(client) = values.first() else { return Vec::new() };
    clients(client).map(|client| format!("workload {client} off")).collect()
}

fn wait(values: &[String]) -> Vec<String> {
    let [client, retry, give_up] = values else { return Vec::new() };
    let time = |value: &String| match value.trim() {
        "" => "never".to_owned(),
        time => format!("{time}ms"),
    };
    let (retry, give_up) = (time(retry), time(give_up));
    clients(client).map(|client| format!("patience {client} retry={retry} give_up={give_up}")).collect()
}

/// The forms of what clients do by themselves.
pub(super) struct WorkloadForm {
    work: OrderForm,
    patience: OrderForm,
    /// Whether clients of the protocol can compare and set, and append.
    can: [bool; 2],
}

impl WorkloadForm {
    /// The form proposes reads and writes of every client.
    pub(super) fn new(page: &Page) -> Self {
        let everybody = everybody(page);
        let protocol = page.read(|session| session.protocol());
        let can = ["cas x 1 2", "append x 1"].map(|example| check_operation(protocol, example).is_ok());
        Self {
            work: OrderForm::new(page, &[&everybody, "60", "40", "0", "0", "2", PACES[0].0, "100", "last"]),
            patience: OrderForm::new(page, &[&everybody, "250", "2000"]),
            can,
        }
    }
}

fn everybody(page: &Page) -> String {
    let scene = page.read(|session| session.scene());
    scene.clients.iter().map(|client| client.name.clone()).collect::<Vec<_>>().join(",")
}

impl Part for WorkloadForm {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        if scene.clients.is_empty() {
            return html! { <p class="empty">{ page.word("request.no-clients") }</p> };
        }
        let same = |name: &String| (name.clone(), name.clone());
        let everyone: Choice = (everybody(page), page.word("workload.everyone"));
        let one_each = scene.clients.iter().map(|client| same(&client.name));
        let list: Vec<Choice> = if scene.clients.len() > 1 {
            std::iter::once(everyone).chain(one_each).collect()
        } else {
            one_each.collect()
        };
        let whom = named(page, &[("last", "workload.last"), ("any", "workload.any")]);
        let whom = whom.into_iter().chain(scene.cards.iter().map(|card| same(&card.name))).collect();
        let mut fields = vec![
            Field::list("workload-client", "request.client", list.clone()),
            Field::number("workload-read", "workload.read"),
            Field::number("workload-write", "workload.write"),
            Field::number("workload-cas", "workload.cas"),
            Field::number("workload-append", "workload.append"),
            Field::number("workload-keys", "workload.keys"),
            Field::list("workload-pace", "workload.pace", named(page, &PACES)),
            Field::number("workload-time", "workload.time"),
            Field::list("workload-ask", "request.target", whom),
        ];
        for (field, can) in fields[3..5].iter_mut().zip(self.can) {
            if !can {
                field.list = named(page, &[("0", "workload.cannot")]);
            }
        }
        let patience = vec![
            Field::list("patience-client", "request.client", list),
            Field::number("patience-retry", "workload.retry"),
            Field::number("patience-give-up", "workload.give-up"),
        ];
        html! {
            <>
                <p class="note">{ page.word("workload.why") }</p>
                { self.work.draw(page, "workload.title", fields, &[("workload.start", start), ("workload.stop", stop)]) }
                { self.patience.draw(page, "workload.patience", patience, &[("effect.apply", wait)]) }
            </>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{start, stop, wait};

    fn values(list: &[&str]) -> Vec<String> {
        list.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn forms_say_statements() {
        let said = start(&values(&["c1,c2", "60", "40", "0", "", "2", "think", "100", "any"]));
        assert_eq!(
            said,
            [
                "workload c1 read=60 write=40 keys=2 think=100ms ask=any",
                "workload c2 read=60 write=40 keys=2 think=100ms ask=any"
            ]
        );
        assert_eq!(stop(&values(&["c2"])), ["workload c2 off"]);
        assert_eq!(wait(&values(&["c1", "250", ""])), ["patience c1 retry=250ms give_up=never"]);
    }
}
