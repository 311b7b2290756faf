//! Proof: a job graph → a proved one, or the runs that break what is promised of it.
//!
//! What a graph promises, and how that is proved, `lockstep_semantics` says; here is what a set's workflows are
//! asked for.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::{ChannelPlan, Destination, FormulaPlan, Plan};
use lockstep_schemas::workflow::{OutputKind, Role, Workflow};
use lockstep_semantics::{Also, Asked, Broken, Graph, Known, Promise, Step, prove};

/// A set of workflows of which no run breaks a promise.
#[derive(Debug)]
pub struct Proved(Vec<Workflow>);

impl Proved {
    /// Proves a set.
    pub fn new(plan: &Plan, workflows: Vec<Workflow>) -> Result<Self, Vec<Diagnostic>> {
        let broken = broken(plan, &workflows);
        if broken.is_empty() { Ok(Self(workflows)) } else { Err(diagnostics(&broken)) }
    }

    /// The workflows.
    #[must_use]
    pub fn workflows(&self) -> &[Workflow] {
        &self.0
    }
}

/// The promises that a set breaks.
#[must_use]
pub fn broken(plan: &Plan, workflows: &[Workflow]) -> Vec<Broken> {
    let broken = workflows
        .iter()
        .flat_map(|workflow| prove(&Graph::of(workflow, workflows), asked(plan, workflow)));
    broken.collect()
}

/// What is asked of a workflow.
#[must_use]
pub fn asked(plan: &Plan, workflow: &Workflow) -> Asked {
    let is = |name: &str| workflow.file.as_str() == name;
    let scripts = plan.gates.iter().filter(|gate| gate.is_before(Stage::Publish));
    let scripts = scripts.filter_map(|gate| match gate.check {
        GateCheck::Tracker { .. } | GateCheck::Compatibility { .. } | GateCheck::Script { .. } => {
            Some(Role::Gate(gate.id.clone()))
        }
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::Pushed { .. }
        | GateCheck::NoOpenBlockers { .. }
        | GateCheck::Performance { .. } => None,
    });
    let preflights = plan.shipping().map(|channel| Role::Preflight(channel.kind()));
    let approval = plan.publishing.approval.as_ref().map(|_| Role::Approve);
    let checks = [Role::Gates, Role::Verify, Role::Provenance].into_iter().chain(approval);
    let builds = is("release.yml");
    let reports = builds || is("release-publish.yml");
    // A channel that has no smoke check is installed from by nobody: the rules say where it must have one.
    let delivers = plan.shipping().any(|channel| channel.smoke.is_some());
    let also = [
        Some(Also::Verifies),
        reports.then_some(Also::Reports),
        builds.then_some(Also::Snapshots),
        delivers.then_some(Also::Delivers),
        (delivers && is("verify.yml")).then_some(Also::Installs),
    ];
    let also = also.into_iter().flatten();
    let publishes = plan.shipping().filter(|_| is("release-publish.yml"));
    Asked {
        waivable: plan.waivers.iter().filter_map(|waiver| waiver.gate.clone()).collect(),
        publishes: publishes.flat_map(publishing).collect(),
        staged: plan
            .shipping()
            .filter(|channel| channel.is_staged())
            .map(ChannelPlan::kind)
            .collect(),
        checks: checks.chain(scripts).chain(preflights).collect(),
        also: also.collect(),
    }
}

/// The steps that a channel is published by.
fn publishing(channel: &ChannelPlan) -> Vec<Role> {
    let kind = channel.kind();
    let in_two = || vec![Role::Prepare(kind), Role::Publish(kind)];
    match &channel.to {
        Destination::GithubRelease(_) => in_two(),
        Destination::Homebrew(tap) => match tap.update {
            FormulaPlan::Push { .. } => in_two(),
            FormulaPlan::Verify => vec![Role::Look(kind), Role::Confirm(kind)],
        },
        Destination::Npm(_) | Destination::Pypi(_) | Destination::CratesIo(_) => {
            vec![Role::Publish(kind)]
        }
        // It installs the assets of the release.
        Destination::CargoBinstall(_) => Vec::new(),
    }
}

/// The graph of a rendered file's text, with the roles that the steps of the model's workflow have.
pub fn graph_of(
    file: &str,
    text: &str,
    workflow: &Workflow,
    all: &[Workflow],
) -> Result<Graph, Diagnostic> {
    let typed = Graph::of(workflow, all);
    let job_of = |id: &str| typed.jobs.iter().find(|job| job.id == id);
    let role = |job: &str, step: &str| {
        let mut steps = job_of(job).into_iter().flat_map(|job| &job.steps);
        // Of a call the file says no steps: what the called workflow is there for, it is.
        let is_it = |one: &&Step| {
            let is_purpose = step.is_empty() && matches!(one.role, Role::Deliver | Role::Report);
            is_purpose || one.name == step
        };
        // A step that the model does not have, somebody added: what it does, nobody knows.
        let added = if step.is_empty() { Role::Plain } else { Role::ProjectCode };
        steps.find(is_it).map_or(added, |step| step.role.clone())
    };
    let output = |job: &str, name: &str| {
        let mut outputs = job_of(job).into_iter().flat_map(|job| &job.outputs);
        let output = outputs.find(|(known, _)| known.eq_ignore_ascii_case(name));
        output.map_or(OutputKind::Text, |(_, kind)| *kind)
    };
    read(file, text, &Known { role: &role, output: &output })
}

/// The graph of a file's text.
pub fn read(file: &str, text: &str, known: &Known<'_>) -> Result<Graph, Diagnostic> {
    Graph::read(file, text, known).map_err(|error| {
        let problem = Diagnostic::new(Rule::NoWorkflow, error.what).in_file(file);
        let problem = if error.line > 0 { problem.at_line(error.line) } else { problem };
        problem.with_remedy("actionlint says more of what is wrong with a workflow")
    })
}

/// Broken promises as whatever else is wrong.
#[must_use]
pub fn diagnostics(broken: &[Broken]) -> Vec<Diagnostic> {
    broken.iter().map(diagnostic).collect()
}

fn diagnostic(broken: &Broken) -> Diagnostic {
    let rule = match broken.promise {
        Promise::Gated => Rule::PublishUngated,
        Promise::Approved => Rule::PublishUnapproved,
        Promise::Ordered => Rule::PublishOrder,
        Promise::Complete => Rule::ChannelMissing,
        Promise::Harmless => Rule::PullRequestPower,
        Promise::Rehearsed => Rule::RehearsalPower,
        Promise::NothingSkipped => Rule::SkippedIsPassed,
        Promise::Reported => Rule::NoReport,
        Promise::Delivered => Rule::NoDelivery,
        Promise::Apart => Rule::ProjectCodeBeside,
    };
    let job = broken.job.as_ref().map(|job| format!("job `{job}` ")).unwrap_or_default();
    let message = if broken.run.jobs.is_empty() {
        // What is not there needs no run to be missed in.
        format!("{job}{}", broken.what)
    } else {
        format!("{job}{}; the shortest run that does:\n{}", broken.what, broken.run)
    };
    let problem = Diagnostic::new(rule, message.trim_end()).in_file(&broken.file);
    let problem = if broken.line > 0 { problem.at_line(broken.line) } else { problem };
    problem.with_remedy(&broken.remedy)
}
