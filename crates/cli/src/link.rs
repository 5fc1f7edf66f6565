//! `consistory link`.

use crate::output::{Complaint, Status, print};
use crate::source::{Loaded, fragment_of, load_text, looks_like_payload};
use consistory_session::{Overrides, ViewState, codec, open_with};

pub(crate) fn encode(file: &str) -> Result<Status, Complaint> {
    let loaded = load_text(file)?;
    let overrides = Overrides::default();
    let opened = open_with(loaded.source(), &overrides).map_err(|problem| loaded.complaint(&problem, &overrides))?;
    print(&format!("{}\n", opened.session.link(ViewState::default(), codec())))?;
    Ok(Status::Fine)
}

pub(crate) fn decode(link: &str) -> Result<Status, Complaint> {
    let typed = link.trim();
    let fragment = fragment_of(typed).or_else(|| looks_like_payload(typed).then(|| format!("#/s/{typed}")));
    let fragment = fragment.ok_or_else(|| {
        Complaint::new("LINK: this is not a share link; copy the whole address, or its part from # on.")
    })?;
    let loaded = Loaded::Address { typed: typed.to_owned(), fragment };
    let overrides = Overrides::default();
    let opened = open_with(loaded.source(), &overrides).map_err(|problem| loaded.complaint(&problem, &overrides))?;
    print(&opened.session.scenario_text())?;
    Ok(Status::Fine)
}
