//! What earlier runs recorded: once a run began to publish what one run built, no other build of that version may follow.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use lockstep_archives::{Format, visit_seekable};
use lockstep_files::json;
use lockstep_github::{GitHub, Upload, WorkflowRun};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::{self, Receipt};
use lockstep_schemas::strings::{Tag, Version};

/// The workflow that publishes.
const WORKFLOW: &str = ".github/workflows/release-publish.yml";
/// The largest receipt that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What a live run uploads its record as: one name for all runs of a version, by which GitHub finds them.
fn name(version: &Version) -> String {
    format!("published-from-{version}")
}

/// The build run that earlier runs began to publish, with a page that shows it.
pub(crate) fn build_run(
    plan: &Plan,
    tag: &Tag,
    version: &Version,
    github: &GitHub<'_>,
) -> Result<Option<(u64, String)>, Diagnostic> {
    let mut recorded: BTreeMap<u64, String> = BTreeMap::new();
    for upload in github.uploads_named(&name(version))? {
        let Some(run) = publishing_run(plan, &upload, github)? else { continue };
        let page = run.html_url;
        let unreadable = |why: String| {
            let message = format!("what {page} recorded of {tag} cannot be read: {why}");
            let remedy = "nobody knows any more which build it published, so no more can be: tag a new version";
            Diagnostic::new(Rule::BuildRunChanged, message).with_remedy(remedy)
        };
        if upload.expired {
            return Err(unreadable("GitHub has deleted it, since its time is over".to_owned()));
        }
        let receipt = read(&github.download(&upload)?).map_err(&unreadable)?;
        if receipt.tag != *tag || receipt.version != *version || receipt.rehearsal {
            return Err(unreadable(format!("it is a receipt of {}", receipt.tag)));
        }
        recorded.insert(receipt.build.id, page);
    }
    if recorded.len() > 1 {
        let runs = recorded.iter().map(|(build, page)| format!("{build} ({page})"));
        let runs: Vec<String> = runs.collect();
        let message =
            format!("earlier runs published {tag} from more than one build: {}", runs.join(", "));
        return Err(Diagnostic::new(Rule::BuildRunChanged, message)
            .with_remedy("its files are of different builds: tag a new version"));
    }
    Ok(recorded.pop_first())
}

/// The run of an upload, where it is one that publishes: anybody can open a pull request whose run uploads something.
fn publishing_run(
    plan: &Plan,
    upload: &Upload,
    github: &GitHub<'_>,
) -> Result<Option<WorkflowRun>, Diagnostic> {
    let Some(of) = &upload.workflow_run else { return Ok(None) };
    if of.repository_id != of.head_repository_id {
        return Ok(None);
    }
    let run = github.run(of.id)?;
    let publishes = run.file() == WORKFLOW
        && run.event == "workflow_dispatch"
        && run.is_of(plan.project.repository.as_str());
    Ok(publishes.then_some(run))
}

/// The receipt in an upload.
fn read(zip: &[u8]) -> Result<Receipt, String> {
    let mut text = Vec::new();
    let found = visit_seekable(Format::Zip, &mut Cursor::new(zip), &mut |member, bytes| {
        if member.name == receipt::FILE {
            bytes.take(LARGEST).read_to_end(&mut text)?;
        }
        Ok(())
    });
    found.map_err(|error| error.to_string())?;
    json::of_json(&text).map_err(|error| error.to_string())
}
