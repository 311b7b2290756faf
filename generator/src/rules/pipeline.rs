//! Sources, steps, gates and waivers: what jobs do beside what Lockstep renders by itself.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{GateCheck, Model, ResultsFormat};

use super::steps::{OfTarget, Steps, named_targets};
use crate::plan::{self};
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    sources(model, violations);
    let mut steps = Steps::of(model, violations);
    let build = Path::of("build");
    steps.check(&model.build.setup, &build.key("setup"), OfTarget::Once);
    steps.check(&model.build.compile, &build.key("compile"), OfTarget::EachMode);
    steps.check(&model.build.package, &build.key("package"), OfTarget::Once);
    let extra = Path::of("extra-steps");
    steps.check(&model.extra_steps.context, &extra.key("context"), OfTarget::No);
    steps.check(&model.extra_steps.assemble, &extra.key("assemble"), OfTarget::No);
    steps.check(&model.extra_steps.verify, &extra.key("verify"), OfTarget::No);
    steps.check(&model.lockstep.setup, &Path::of("lockstep").key("setup"), OfTarget::No);
    snapshots(model, violations);
    gates(model, violations);
    waivers(model, violations);
}

fn snapshots(model: &Model, violations: &mut Violations) {
    for (occasion, targets) in model.snapshots.targets() {
        let at = Path::of("snapshots").key(occasion).key("targets");
        if let Some(targets) = targets {
            named_targets(model, targets, &at, "no target would be built", violations);
        }
    }
    if let Some(pull_request) = &model.snapshots.pull_request {
        let at = Path::of("snapshots").key("pull-request").key("paths");
        violations.repeated(&pull_request.paths, &at);
    }
}

fn sources(model: &Model, violations: &mut Violations) {
    let at = Path::of("sources");
    for (index, source) in model.sources.iter().enumerate() {
        let before = &model.sources[..index];
        let at = at.index(index);
        if before.iter().any(|other| other.name == source.name) {
            let message = format!("two sources are called `{}`", source.name);
            violations.add(
                Rule::SourceTaken,
                at.key("name"),
                message,
                "give each a name of its own",
            );
        }
        let place = |source: &lockstep_schemas::model::Source| {
            source.path.as_ref().map_or(source.name.as_str(), |path| path.as_str()).to_owned()
        };
        if before.iter().any(|other| place(other) == place(source)) {
            let message = format!("two sources go to `{}`", place(source));
            violations.add(
                Rule::SourceTaken,
                at.key("path"),
                message,
                "give each a `path` of its own",
            );
        }
        let taken = ["lockstep", ".github", ".git"];
        if let Some(taken) = place(source).split('/').next().filter(|first| taken.contains(first)) {
            let message = format!("`{taken}` is taken: a source there would be in the way");
            violations.add(Rule::SourceTaken, at.key("path"), message, "name another folder");
        }
        if place(source) == "." {
            let message = "a source at the project's root would replace the project";
            violations.add(Rule::SourceTaken, at.key("path"), message, "name a folder");
        }
        let Some(input) = &source.git_ref.input else {
            continue;
        };
        if ["tag", "waive", "waiver_reason"].contains(&input.as_str()) {
            let message = format!("the input `{input}` is Lockstep's own");
            violations.add(
                Rule::SourceTaken,
                at.key("ref").key("input"),
                message,
                "give it another name",
            );
        }
        if before.iter().any(|other| other.git_ref.input.as_ref() == Some(input)) {
            let message = format!("two sources take the input `{input}`");
            violations.add(
                Rule::SourceTaken,
                at.key("ref").key("input"),
                message,
                "give each an input of its own",
            );
        }
    }
}

fn gates(model: &Model, violations: &mut Violations) {
    for (id, gate) in &model.gates {
        let before = Path::of("gates").key(id).key("before");
        if gate.before.all().is_empty() {
            violations.add(
                Rule::GateForm,
                before.clone(),
                "`before` is empty, so nothing waits for the gate",
                "name `tag`, `build` or `publish`, or several of them",
            );
        }
        violations.repeated(gate.before.all(), &before);
        let at = Path::of("gates").key(id).key("check");
        if let GateCheck::NoOpenBlockers { label, .. } = &gate.check
            && label.as_str().contains(',')
        {
            violations.add(
                Rule::GateForm,
                at.key("label"),
                "the label has a comma, which GitHub takes for the end of one label",
                "name a label without a comma",
            );
        }
        if let GateCheck::NoOpenBlockers { epic, .. } = &gate.check
            && !epic.as_str().contains("{tag}")
        {
            violations.add(
                Rule::GateForm,
                at.key("epic"),
                "the epic has no `{tag}`, so every release would have the same one",
                "write, for example, `Release blockers: {tag}`",
            );
        }
        if let GateCheck::Performance { measure, .. } = &gate.check
            && measure.format == ResultsFormat::Criterion
            && measure.results.is_none()
        {
            violations.add(
                Rule::GateForm,
                at.key("measure").key("format"),
                "criterion leaves a folder of results, and nothing says which",
                "name it: `results: target/criterion`",
            );
        }
        if let GateCheck::Workflow { workflow } = &gate.check
            && ["release.yml", "release-publish.yml"].contains(&workflow.as_str())
        {
            violations.add(
                Rule::GateForm,
                at.key("workflow"),
                format!("`{workflow}` cannot be its own gate"),
                "name the workflow that tests the project, such as ci.yml",
            );
        }
    }
}

fn waivers(model: &Model, violations: &mut Violations) {
    for (index, waiver) in model.waivers.iter().enumerate() {
        let at = Path::of("waivers").index(index);
        match (&waiver.gate, &waiver.channel) {
            (Some(_), Some(_)) => violations.add(
                Rule::WaiverForm,
                at.key_itself("channel"),
                "a waiver that names both a gate and a channel",
                "make two of it",
            ),
            (None, None) => violations.add(
                Rule::WaiverForm,
                at.clone(),
                "a waiver that names neither a gate nor a channel",
                "say what may be let go: `gate: …` or `channel: …`",
            ),
            _ => {}
        }
        if let Some(gate) = &waiver.gate
            && !model.gates.contains_key(gate)
        {
            let known = model.gates.keys().map(lockstep_schemas::strings::Id::as_str);
            violations.unknown(at.key("gate"), "gate", gate.as_str(), known);
        }
        let channels = model.channels.all();
        if let Some(channel) = waiver.channel
            && !channels.iter().any(|common| common.kind == channel)
        {
            let known = channels.iter().map(|common| common.kind.id());
            violations.unknown(at.key("channel"), "channel", channel.id(), known);
        }
        let is_deferred = channels.iter().any(|common| {
            Some(common.kind) == waiver.channel && !plan::ships_anything(model, common)
        });
        if let Some(channel) = waiver.channel.filter(|_| is_deferred) {
            violations.add(
                Rule::WaiverForm,
                at.key("channel"),
                format!("{} is deferred, so nothing of it can be let go", channel.label()),
                "take the waiver out until the channel ships something",
            );
        }
        if waiver.approvers.is_empty() {
            violations.add(
                Rule::WaiverForm,
                at.key("approvers"),
                "`approvers` is empty, so nobody may grant the waiver",
                "name the GitHub users who may",
            );
        }
        violations.repeated(&waiver.approvers, &at.key("approvers"));
    }
}
