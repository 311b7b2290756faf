//! `publish`: the run that publishes a release, started on its tag and followed.

use lockstep_clients::git;
use lockstep_github::Why;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, Stage};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Id, Tag, Text, WorkflowFile};
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
    if git::tagged_there(&plan.project.repository, tag)?.is_none() {
        let message = format!("{} has no tag {tag}", plan.project.repository);
        return Err(Failure::new(Rule::TagUnknown, message)
            .with_remedy(format!("tag the release first: lockstep release {tag}")));
    }
    let run = github.dispatch(&workflow, tag, &inputs).map_err(not_started)?;
    let what = if asked.rehearsal { "rehearsing" } else { "publishing" };
    report.line(format_args!("{what} {tag}: {}", follow::page(plan, run)));
    if asked.no_follow {
        return Ok(());
    }
    follow::to_its_end(&github, run, report)
}

/// Why no run was started, as far as GitHub says.
fn not_started(error: lockstep_github::Error) -> Diagnostic {
    let remedy = match &error.why {
        Why::NotFound => {
            "release-publish.yml must be on the default branch, and your token must be allowed to start it: `repo` and `workflow`"
        }
        Why::Refused(422, _) => {
            "release-publish.yml at the tag takes other inputs than the plan here: check the tag out, and run this there"
        }
        Why::Failing(_) | Why::Silent(_) | Why::Unreadable(_) => {
            "a run may have started: look before you start another: gh run list --workflow release-publish.yml"
        }
        Why::Refused(..) | Why::Limited(_) => return error.into(),
    };
    Diagnostic::from(error).with_remedy(remedy)
}

impl Publishing {
    /// The inputs of the dispatch. What the workflow does not have, GitHub would refuse.
    fn inputs(&self, plan: &Plan) -> Result<Map<String, Value>, Diagnostic> {
        let mut inputs = Map::new();
        let mut add = |name: String, value: String| inputs.insert(name, Value::String(value));
        add("release_tag".to_owned(), self.tag.to_string());
        add("rehearsal".to_owned(), self.rehearsal.to_string());
        for channel in &self.leave_out {
            if !plan.shipping().any(|one| one.kind() == *channel) {
                let message = format!("the model ships to no channel `{}`", channel.id());
                return Err(Diagnostic::new(Rule::WrongInput, message));
            }
            add(channel.input(), "false".to_owned());
        }
        if !self.waive.is_empty() {
            self.may_be_waived(plan)?;
            add("waive".to_owned(), self.waive.join(" "));
            add("waiver_reason".to_owned(), self.reason.iter().map(Text::as_str).collect());
        }
        Ok(inputs)
    }

    /// That the workflow lets go what is named: it has no input for it otherwise.
    fn may_be_waived(&self, plan: &Plan) -> Result<(), Diagnostic> {
        let is_before = |id: &Id| {
            plan.gates.iter().any(|gate| gate.id == *id && gate.is_before(Stage::Publish))
        };
        let known = plan.waivers.iter().filter_map(|waiver| match (&waiver.gate, waiver.channel) {
            (Some(gate), _) => is_before(gate).then(|| gate.to_string()),
            (None, channel) => channel.map(|channel| channel.id().to_owned()),
        });
        let known: Vec<String> = known.collect();
        match self.waive.iter().find(|word| !known.contains(word)) {
            None => Ok(()),
            Some(word) => {
                let message = format!("`{word}` cannot be waived before publishing");
                let what = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
                Err(Diagnostic::new(Rule::WaiverRefused, message)
                    .with_remedy(format!("what may be waived: {what}")))
            }
        }
    }
}
