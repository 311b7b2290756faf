//! What a run may publish: a live run is of the release's tag. Dispatched on a branch, the commit that GitHub and npm's
//! provenance name, the plan and the jobs would be that branch's, while the bundle is the tag's.

use std::path::Path;

use indexmap::IndexMap;
use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, Login, Plan};
use lockstep_schemas::strings::Tag;
use serde::Deserialize;
use serde_json::Value;

use crate::{tag, waivers};

/// What a dispatch asks for.
pub(crate) struct Dispatch<'a> {
    plan: &'a Plan,
    inputs: &'a IndexMap<String, Value>,
}

/// What a run is of, as far as its ref and its inputs say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// A run of the release's tag.
    OfTag(Tag),
    /// A rehearsal on another ref.
    Rehearsal,
    /// The default branch, which publishes what a tag built, with the reason for it.
    Recovery(String),
}

impl<'a> Dispatch<'a> {
    pub(crate) fn of(plan: &'a Plan, inputs: &'a IndexMap<String, Value>) -> Self {
        Self { plan, inputs }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.inputs.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether it is a rehearsal: it is, unless the dispatch says `rehearsal: false`.
    pub(crate) fn is_rehearsal(&self) -> bool {
        self.inputs.get("rehearsal") != Some(&Value::Bool(false))
    }

    /// Whether a channel is left out.
    pub(crate) fn leaves_out(&self, kind: ChannelKind) -> bool {
        self.inputs.get(&kind.input()) == Some(&Value::Bool(false))
    }

    /// The channels that are asked for, and not waived.
    pub(crate) fn channels(&self, waived: &[ChannelKind]) -> Vec<&'a ChannelPlan> {
        let is_asked = |channel: &&ChannelPlan| {
            !self.leaves_out(channel.kind()) && !waived.contains(&channel.kind())
        };
        self.plan.shipping().filter(is_asked).collect()
    }

    /// The channels that a live run leaves out without a waiver, though the model says who may let them go.
    pub(crate) fn left_out(&self, waived: &[ChannelKind]) -> Vec<Diagnostic> {
        let kinds = self.plan.waivers.iter().filter_map(|waiver| waiver.channel);
        let is_left_out = |kind: &ChannelKind| {
            !self.is_rehearsal() && self.leaves_out(*kind) && !waived.contains(kind)
        };
        let refused = |kind: ChannelKind| {
            let what = "is left out, and the model says who may let it go";
            let remedy = format!("waive it: {}", to_leave_out(self.plan, kind));
            waivers::refused(format!("{} {what}", kind.label()), remedy)
        };
        kinds.filter(is_left_out).map(refused).collect()
    }

    /// The id of the build run, where one is named.
    pub(crate) fn build_run(&self) -> Option<Result<u64, Diagnostic>> {
        let id = self.text("build_run_id")?;
        Some(id.parse().map_err(|_| {
            Diagnostic::new(Rule::WrongInput, format!("`{id}` is not the id of a run"))
                .with_remedy("take it from the address of the run's page: it is a number")
        }))
    }

    /// What the run is of.
    pub(crate) fn run(&self, channels: &[&ChannelPlan]) -> Result<Run, Diagnostic> {
        let git_ref = std::env::var("GITHUB_REF").unwrap_or_default();
        let (release_tag, build_run) = (self.text("release_tag"), self.text("build_run_id"));
        // Only what is a tag stands in a command that somebody shall paste.
        release_tag.map(tag::parsed).transpose()?;
        if release_tag.is_none() && build_run.is_none() {
            return Err(Diagnostic::new(
                Rule::WrongInput,
                "neither a tag nor a build run is named",
            )
            .with_remedy(format!("name the release's tag: {}", self.command(None))));
        }
        if release_tag.is_some() && build_run.is_some() {
            return Err(Diagnostic::new(
                Rule::WrongInput,
                "both a tag and a build run are named, and one of them leads to the other",
            )
            .with_remedy("name the tag, and leave `build_run_id` empty"));
        }
        if git_ref.starts_with("refs/tags/") {
            let (tag, _) = tag::of_run(self.plan, release_tag, &|tag| self.command(Some(tag)))?;
            return Ok(Run::OfTag(tag));
        }
        match (self.is_rehearsal(), self.text("recovery")) {
            (true, _) => Ok(Run::Rehearsal),
            (false, Some(reason)) => self.recovery(&git_ref, reason, channels),
            (false, None) => {
                let of = if git_ref.is_empty() { "no ref" } else { git_ref.as_str() };
                let what = format!(
                    "a release is published from its tag, but this run is of {of}: its commit, its plan and its jobs are not the release's"
                );
                Err(Diagnostic::new(Rule::RunNotOfTag, what)
                    .with_remedy(format!("dispatch on the tag: {}", self.command(release_tag))))
            }
        }
    }

    /// The command that publishes as this dispatch asks for, on the tag.
    fn command(&self, tag: Option<&str>) -> String {
        let tag = tag.map_or_else(|| self.plan.tag_at("X.Y.Z"), str::to_owned);
        let rehearsal = self.is_rehearsal();
        let own = ["release_tag", "build_run_id", "recovery", "rehearsal"];
        let others = self.inputs.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let others = others.filter_map(|(name, value)| match value {
            // What is not said is as it would be by itself.
            Value::Bool(false) => Some(format!(" -f {name}=false")),
            Value::String(text) if !text.trim().is_empty() && text != "auto" => {
                Some(format!(" -f {name}={}", quoted(text)))
            }
            _ => None,
        });
        let others: String = others.collect();
        format!(
            "gh workflow run release-publish.yml --ref {tag} -f release_tag={tag} -f rehearsal={rehearsal}{others}"
        )
    }

    /// Where the workflow at the tag is broken, the default branch publishes what the tag built.
    fn recovery(
        &self,
        git_ref: &str,
        reason: &str,
        channels: &[&ChannelPlan],
    ) -> Result<Run, Diagnostic> {
        let refused = |what: String, remedy: &str| {
            Err(Diagnostic::new(Rule::RunNotOfTag, what).with_remedy(remedy))
        };
        let branch = default_branch()?;
        if git_ref != format!("refs/heads/{branch}") {
            return refused(
                format!(
                    "only the default branch, {branch}, publishes what a tag built, and this run is of {git_ref}"
                ),
                "merge what mends the workflow, and dispatch on that branch",
            );
        }
        if self.text("build_run_id").is_none() {
            return refused(
                "a recovery publishes what one build run made, and `build_run_id` names none"
                    .to_owned(),
                "take the run's id from the address of its page",
            );
        }
        let makes_provenance = |channel: &&&ChannelPlan| match channel.kind() {
            // They show the commit of whichever run publishes with its identity.
            ChannelKind::Npm | ChannelKind::CratesIo => {
                channel.login() == Some(&Login::TrustedPublishing)
            }
            ChannelKind::GithubRelease
            | ChannelKind::Pypi
            | ChannelKind::Homebrew
            | ChannelKind::CargoBinstall => false,
        };
        if let Some(channel) = channels.iter().find(makes_provenance) {
            return refused(
                format!(
                    "{} would show the commit of {branch} as the one that was released",
                    channel.kind().label()
                ),
                &format!(
                    "leave it out ({}) and tag a new version for it",
                    to_leave_out(self.plan, channel.kind())
                ),
            );
        }
        Ok(Run::Recovery(reason.to_owned()))
    }

    /// The environments that the run must be admitted to.
    pub(crate) fn environments(&self, channels: &[&ChannelPlan]) -> Vec<String> {
        let approval = self.plan.publishing.approval.iter();
        let of_channels = channels.iter().filter_map(|channel| channel.environment());
        let mut names: Vec<String> = approval.chain(of_channels).map(ToString::to_string).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// What leaves a channel out: a waiver, where the model says who may let it go.
pub(super) fn to_leave_out(plan: &Plan, kind: ChannelKind) -> String {
    if plan.waivers.iter().any(|waiver| waiver.channel == Some(kind)) {
        format!("-f waive={} -f waiver_reason='…'", kind.id())
    } else {
        format!("-f {}=false", kind.input())
    }
}

/// A text as a shell takes it for one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The part of a run's event that says what the repository's default branch is
/// ([documentation](https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_dispatch)).
#[derive(Deserialize)]
struct Event {
    repository: Repository,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: String,
}

fn default_branch() -> Result<String, Diagnostic> {
    let path = std::env::var("GITHUB_EVENT_PATH").unwrap_or_default();
    let event: Event = json::read(Path::new(&path), "the event of this run")?;
    Ok(event.repository.default_branch)
}
