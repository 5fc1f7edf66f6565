//! `consistory export`: a run for other tools.

use crate::arguments::{Export, ExportFormat};
use crate::output::{Complaint, Status, print};
use crate::source;
use consistory_kernel::{ProcessId, StepId};
use consistory_protocols::{Spec, names_of};
use consistory_session::export::{Wording, mermaid, shiviz};
use consistory_session::picture::{self, Colours, Theme};
use consistory_session::words::{Language, sentence};
use consistory_session::{Command, LiveRun, Opened, RunVisitor, Session, visit_run};

pub(crate) fn perform(arguments: &Export) -> Result<Status, Complaint> {
    let loaded = source::load(&arguments.course.scenario.name)?;
    let overrides = source::overrides_of(&arguments.course);
    let theme = if arguments.dark { Theme::Dark } else { Theme::Light };
    let colours = Colours::of_style_sheet(STYLE_SHEET, theme).expect("the page's style sheet has every colour");
    let writer = Writer { format: arguments.format, colours };
    let text = visit_run(loaded.source(), &overrides, writer);
    print(&text.map_err(|problem| loaded.complaint(&problem, &overrides))?)?;
    Ok(Status::Fine)
}

struct Writer {
    format: ExportFormat,
    colours: Colours,
}

/// The colours of the page.
const STYLE_SHEET: &str = include_str!("../../../styles/tokens.css");

impl RunVisitor for Writer {
    type Output = String;

    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> String {
        let mut run = opened.session;
        // The end of the run; a session has no limit there that it could refuse.
        let _ = run.apply(Command::SeekStep { step: StepId::NONE });
        let world = run.timeline().tip();
        let names = names_of(world);
        let name = |id: ProcessId| names.name(id);
        let sentence = |text: &_| sentence(Language::English, text, &name);
        let wording = Wording { sentence: &sentence, name: &name };
        let processes: Vec<ProcessId> = world.process_ids().collect();
        match self.format {
            ExportFormat::Jsonl => run.trace(),
            ExportFormat::Shiviz => shiviz(&run.happenings(), &wording),
            ExportFormat::Mermaid => mermaid(&run.happenings(), &processes, &wording),
            ExportFormat::Stage => picture::stage(&run.scene(), run.now(), &wording, &self.colours),
            ExportFormat::Diagram => {
                picture::diagram(&run.happenings(), &processes, run.now(), &wording, &self.colours)
            }
        }
    }
}
