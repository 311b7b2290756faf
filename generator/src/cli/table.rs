//! The plan as people read it.

use std::fmt::Write as _;

use lockstep_runner::Table;
use lockstep_schemas::plan::{ChannelPlan, Plan};
use lockstep_schemas::workflow::{Job, JobBody, Matrix, Workflow};

use super::Release;

/// The plan's targets, tiers, artifacts, gates and jobs.
pub fn of(release: &Release) -> String {
    let plan = &release.plan;
    let jobs = jobs(release.workflows.workflows());
    let sections = [head(plan), targets(plan), tiers(plan), artifacts(plan), gates(plan), jobs];
    let filled: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    filled.join("\n")
}

fn head(plan: &Plan) -> String {
    format!("{} ({}), tag {}\n", plan.project.name, plan.project.repository, plan.tag)
}

fn targets(plan: &Plan) -> String {
    let mut rows = Table::new(["target", "triple", "runner", "built in", "floor"]);
    for target in &plan.targets {
        let image =
            target.container.as_ref().map(lockstep_schemas::strings::ContainerImage::as_str);
        let image = image.map_or("runner", |image| image.split('@').next().unwrap_or(image));
        let glibc = target.glibc.as_ref().map(|floor| format!("glibc {floor}"));
        let macos = target.macos.as_ref().map(|floor| format!("macOS {floor}"));
        rows.row([
            target.id.to_string(),
            target.triple.to_string(),
            target.runner.to_string(),
            image.to_owned(),
            glibc.or(macos).unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    rows.to_string()
}

fn tiers(plan: &Plan) -> String {
    let mut ids: Vec<String> = plan.targets.iter().map(|target| target.id.to_string()).collect();
    for tier in plan.channels.iter().flat_map(|channel| &channel.tiers) {
        ids.extend(tier.target.clone().filter(|target| !ids.contains(target)));
    }
    if plan.channels.iter().any(|channel| channel.tier.is_some()) {
        ids.push("any".to_owned());
    }
    let kinds = plan.channels.iter().map(|channel| channel.kind().to_string());
    let mut rows = Table::new(std::iter::once("tier".to_owned()).chain(kinds));
    for id in ids {
        let tiers = plan.channels.iter().map(|channel| tier(channel, &id));
        rows.row(std::iter::once(id.clone()).chain(tiers));
    }
    let mut text = rows.to_string();
    for channel in &plan.channels {
        for promise in channel.tiers.iter().chain(&channel.tier) {
            let target = promise.target.as_deref().unwrap_or("any");
            if let Some(note) = &promise.note {
                let _ = writeln!(text, "  {target} on {}: {note}", channel.kind());
            }
            if let Some(way) = &promise.way {
                let _ =
                    writeln!(text, "  {target} on {}, all the same: {}", channel.kind(), way.by);
            }
            for condition in &promise.promotion {
                let _ = writeln!(text, "  {target} on {}, to move up: {condition}", channel.kind());
            }
        }
    }
    for (name, note) in &plan.documented {
        let _ = writeln!(text, "  {name}: {note}");
    }
    text
}

fn tier(channel: &ChannelPlan, id: &str) -> String {
    let named = channel.tiers.iter().find(|tier| tier.target.as_deref() == Some(id));
    let promise = named.or_else(|| channel.tier.as_ref().filter(|_| id == "any"));
    promise.map_or_else(|| "-".to_owned(), |promise| promise.tier.to_string())
}

fn artifacts(plan: &Plan) -> String {
    let mut rows = Table::new(["artifact", "kind", "file", "channels"]);
    for artifact in &plan.artifacts {
        let channels: Vec<&str> = plan
            .channels
            .iter()
            .filter(|channel| channel.artifacts.contains(artifact.id()))
            .map(|channel| channel.kind().id())
            .collect();
        for (index, file) in artifact.files().into_iter().enumerate() {
            let first = |text: &str| {
                if index == 0 { text.to_owned() } else { String::new() }
            };
            rows.row([
                first(artifact.id().as_str()),
                first(&artifact.kind().to_string()),
                file.name().to_owned(),
                first(&channels.join(", ")),
            ]);
        }
    }
    rows.to_string()
}

fn gates(plan: &Plan) -> String {
    if plan.gates.is_empty() {
        return String::new();
    }
    let mut rows = Table::new(["gate", "before", "what for"]);
    for gate in &plan.gates {
        let description = gate.description.as_ref().map(ToString::to_string);
        rows.row([
            gate.id.to_string(),
            gate.before.iter().map(|stage| stage.id()).collect::<Vec<_>>().join(", "),
            description.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    rows.to_string()
}

fn jobs(workflows: &[Workflow]) -> String {
    let mut rows = Table::new(["workflow", "job", "jobs", "environment", "after"]);
    for workflow in workflows {
        for (index, job) in workflow.jobs.iter().enumerate() {
            let needs: Vec<&str> =
                job.needs.iter().map(lockstep_schemas::strings::JobId::as_str).collect();
            rows.row([
                if index == 0 { workflow.file.to_string() } else { String::new() },
                job.id.to_string(),
                count(job).to_string(),
                job.environment().map_or_else(|| "-".to_owned(), ToString::to_string),
                if needs.is_empty() { "-".to_owned() } else { needs.join(", ") },
            ]);
        }
    }
    rows.to_string()
}

/// How many jobs a job is.
fn count(job: &Job) -> usize {
    match &job.body {
        JobBody::Call(_) => 1,
        JobBody::Run(run) => match &run.matrix {
            Matrix::None => 1,
            Matrix::Build(entries) => entries.len(),
            Matrix::Install(entries) => entries.len(),
        },
    }
}
