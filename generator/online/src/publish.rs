//! `publish`: the run that publishes a release, started on its tag and followed.

use lockstep_github::Why;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Tag, Text, WorkflowFile};
use serde_json::{Map, Value};

use crate::{follow, login, version};

/// What is published, and how.
#[derive(Debug, clap::Args)]
pub struct Publishing {
    /// The release's tag.
    tag: Tag,
    /// Check everything, and publish nothing.
    #[arg(long)]
    rehearsal: bool,
    /// A channel that is left out; can be given again.
    #[arg(long, value_name = "CHANNEL", value_parser = lockstep_runner::inputs::channel)]
    leave_out: Vec<ChannelKind>,
    /// A gate or a channel to let go, where the model says that you may; can be given again.
    #[arg(long, value_name = "GATE|CHANNEL", requires = "reason")]
    waive: Vec<String>,
    /// Why; it goes on record.
    #[arg(long, requires = "waive")]
    reason: Option<Text>,
    /// Start the run, and do not wait for its end.
    #[arg(long)]
    no_follow: bool,
}

/// Starts the run, and follows it.
pub(crate) fn run(plan: &Plan, asked: &Publishing, report: &mut Report) -> Result<(), Failure> {
    let tag = &asked.tag;
    version(plan, tag)?;
    let inputs = asked.inputs(plan)?;
    let github = login::github(plan)?;
    #[expect(clippy::expect_used, reason = "a constant, covered by a test")]
    let workflow: WorkflowFile = "release-publish.yml".parse().expect("a workflow's file name");
    let run = github.dispatch(&workflow, tag, &inputs).map_err(|error| {
        let not_found = error.why == Why::NotFound;
        let problem = Diagnostic::from(error);
        if not_found {
            problem.with_remedy(format!(
                "{workflow} must be on the default branch, and your token must be allowed to start it: `repo` and `workflow`"
            ))
        } else {
            problem
        }
    })?;
    let what = if asked.rehearsal { "rehearsing" } else { "publishing" };
    report.line(format_args!("{what} {tag}: {}", follow::page(plan, run)));
    if asked.no_follow {
        return Ok(());
    }
    follow::to_its_end(&github, run, report)
}

impl Publishing {
    /// The inputs of the dispatch. What the workflow does not have, GitHub would refuse.
    fn inputs(&self, plan: &Plan) -> Result<Map<String, Value>, Diagnostic> {
        let mut inputs = Map::new();
        let mut add = |name: String, value: String| inputs.insert(name, Value::String(value));
        add("release_tag".to_owned(), self.tag.to_string());
        add("rehearsal".to_owned(), self.rehearsal.to_string());
        for channel in &self.leave_out {
            if !plan.channels.iter().any(|one| one.kind() == *channel) {
                let message = format!("the model has no channel `{}`", channel.id());
                return Err(Diagnostic::new(Rule::WrongInput, message));
            }
            add(channel.input(), "false".to_owned());
        }
        if !self.waive.is_empty() {
            if plan.waivers.is_empty() {
                let message = "the model lets nobody waive anything";
                return Err(Diagnostic::new(Rule::WaiverRefused, message)
                    .with_remedy("it says who may let what go under `waivers:`"));
            }
            add("waive".to_owned(), self.waive.join(" "));
            add("waiver_reason".to_owned(), self.reason.iter().map(Text::as_str).collect());
        }
        Ok(inputs)
    }
}
