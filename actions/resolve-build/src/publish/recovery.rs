//! A recovery: the default branch publishes what a tag built, so its jobs must publish to where the tag's plan says.

use std::path::Path;

use lockstep_clients::git;
use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Plan};

use super::Published;
use super::dispatch::to_leave_out;

/// The channels of the branch that are not the tag's.
pub(super) fn channels_differ(
    plan: &Plan,
    plan_file: &Path,
    published: &Published,
    channels: &[&ChannelPlan],
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let Published { tag, commit, .. } = published;
    let file = plan_file.to_string_lossy().replace('\\', "/");
    let text = git::file_at(Path::new("."), &plan.project.repository, commit, &file)?;
    let at_tag: Plan = json::of_json(text.as_bytes()).map_err(|error| {
        let message = format!("the plan of {tag} cannot be read by this Lockstep: {error}");
        Diagnostic::new(Rule::DocumentInvalid, message).in_file(&file)
    })?;
    let differs = channels.iter().filter(|channel| !at_tag.channels.contains(channel));
    let differs = differs.map(|channel| {
        let (kind, label) = (channel.kind(), channel.kind().label());
        let has_it = at_tag.channels.iter().any(|known| known.kind() == kind);
        let what = if has_it { "is another one there" } else { "is not there" };
        let message = format!("this branch would ship to {label} as its plan says, and {tag}'s was built for its own, in which {label} {what}");
        Diagnostic::new(Rule::PlanMismatch, message).in_file(&file).with_remedy(format!(
            "make the channel what it was at {tag}, or leave it out: {}",
            to_leave_out(plan, kind)
        ))
    });
    Ok(differs.collect())
}
