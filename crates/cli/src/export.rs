//! `consistory export`: a run for other tools.

use crate::arguments::{Export, ExportFormat};
use crate::output::{Complaint, Status, print};
use crate::{source, trace};
use consistory_kernel::{ProcessId, StepId};
use consistory_protocols::{Spec, process_name};
use consistory_session::export::{Wording, mermaid, shiviz};
use consistory_session::words::{Language, sentence};
use consistory_session::{Command, LiveRun, Opened, RunVisitor, Session, visit_run};

pub(crate) fn perform(arguments: &Export) -> Result<Status, Complaint> {
    let loaded = source::load(&arguments.course.scenario.name)?;
    let overrides = source::overrides_of(&arguments.course);
    let text = visit_run(loaded.source(), &overrides, Writer(arguments.format));
    print(&text.map_err(|problem| loaded.complaint(&problem, &overrides))?)?;
    Ok(Status::Fine)
}

struct Writer(ExportFormat);

impl RunVisitor for Writer {
    type Output = String;

    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> String {
        let mut run = opened.session;
        // The end of the run; a session has no limit there that it could refuse.
        let _ = run.apply(Command::SeekStep { step: StepId::NONE });
        let world = run.timeline().tip();
        let nodes = world.node_count();
        let name = |id: ProcessId| process_name(nodes, id);
        let sentence = |text: &_| sentence(Language::English, text, &name);
        let wording = Wording { sentence: &sentence, name: &name };
        match self.0 {
            ExportFormat::Jsonl => trace::lines(run.setup(), run.timeline()),
            ExportFormat::Shiviz => shiviz(&run.happenings(), &wording),
            ExportFormat::Mermaid => {
                let processes: Vec<ProcessId> = world.process_ids().collect();
                mermaid(&run.happenings(), &processes, &wording)
            }
        }
    }
}
