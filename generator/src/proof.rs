//! Proof: a job graph → a proved one, or the runs that break what is promised of it.
//!
//! What a graph promises, and how that is proved, `lockstep_semantics` says; here is what a set's workflows are
//! asked for, and what is known to be broken today.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{GateCheck, Stage};
use lockstep_schemas::plan::{ChannelPlan, Destination, FormulaPlan, Plan};
use lockstep_schemas::workflow::{OutputKind, Role, Workflow};
use lockstep_semantics::{Asked, Broken, Graph, Known, Promise, Step, prove};

/// A set of workflows of which no run breaks a promise, but for the [exceptions](EXCEPTIONS).
#[derive(Debug)]
pub struct Proved(Vec<Workflow>);

impl Proved {
    /// Proves a set.
    pub fn new(plan: &Plan, workflows: Vec<Workflow>) -> Result<Self, Vec<Diagnostic>> {
        let broken =
            broken(plan, &workflows, &|file, promise, job| exception(file, promise, job).is_some());
        if broken.is_empty() { Ok(Self(workflows)) } else { Err(diagnostics(&broken)) }
    }

    /// The workflows.
    #[must_use]
    pub fn workflows(&self) -> &[Workflow] {
        &self.0
    }
}

/// A promise that rendered workflows break today, and why that is not mended yet.
#[derive(Debug)]
pub struct Exception {
    /// The promise.
    pub promise: Promise,
    /// The workflow's file.
    pub file: &'static str,
    /// The job; all of the file where it is empty.
    pub job: &'static str,
    /// What is missing.
    pub why: &'static str,
}

/// What is broken today. A test holds that each is, and prints the run that breaks it.
pub static EXCEPTIONS: [Exception; 5] = [
    Exception {
        promise: Promise::Approved,
        file: "release-publish.yml",
        job: "",
        why: "each environment asks for approval by itself; no job asks once, before the draft",
    },
    Exception {
        promise: Promise::Delivered,
        file: "release-publish.yml",
        job: "",
        why: "delivery starts where all was published, and not where some was",
    },
    Exception {
        promise: Promise::Reported,
        file: "release.yml",
        job: "",
        why: "a build run has no report",
    },
    Exception {
        promise: Promise::Apart,
        file: "release.yml",
        job: "assemble",
        why: "the bundle is attested where it is packed",
    },
    Exception {
        promise: Promise::Apart,
        file: "release-publish.yml",
        job: "",
        why: "a model's setup steps run in every job that uses an action of Lockstep's",
    },
];

/// The exception that a broken promise is, where it is known.
#[must_use]
pub fn exception(file: &str, promise: Promise, job: Option<&str>) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| {
        exception.promise == promise
            && exception.file == file
            && (exception.job.is_empty() || Some(exception.job) == job)
    })
}

/// The promises that a set breaks, but for those that are excepted: by the file, the promise and the job.
pub fn broken(
    plan: &Plan,
    workflows: &[Workflow],
    excepted: &dyn Fn(&str, Promise, Option<&str>) -> bool,
) -> Vec<Broken> {
    let broken = workflows.iter().flat_map(|workflow| {
        let graph = Graph::of(workflow, workflows);
        let excepted = |promise, job: Option<&str>| excepted(workflow.file.as_str(), promise, job);
        prove(&graph, asked(plan, workflow), &excepted)
    });
    broken.collect()
}

/// What is asked of a workflow.
#[must_use]
pub fn asked(plan: &Plan, workflow: &Workflow) -> Asked {
    let is = |name: &str| workflow.file.as_str() == name;
    let scripts = plan.gates.iter().filter(|gate| gate.before == Stage::Publish);
    let scripts = scripts.filter_map(|gate| match gate.check {
        GateCheck::Script { .. } => Some(Role::Gate(gate.id.clone())),
        GateCheck::Workflow { .. }
        | GateCheck::CommitStatus { .. }
        | GateCheck::NoOpenBlockers { .. } => None,
    });
    let preflights = plan.channels.iter().map(|channel| Role::Preflight(channel.kind()));
    let provenance = plan.attestations.then_some(Role::Provenance);
    let checks = [Role::Gates, Role::Verify].into_iter().chain(provenance);
    let publishes = plan.channels.iter().filter(|_| is("release-publish.yml"));
    Asked {
        waivable: plan.waivers.iter().filter_map(|waiver| waiver.gate.clone()).collect(),
        publishes: publishes.flat_map(publishing).collect(),
        checks: checks.chain(scripts).chain(preflights).collect(),
        verifies: true,
        report: is("release.yml") || is("release-publish.yml"),
        approval: true,
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
            FormulaPlan::Verify => Vec::new(),
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
        steps.find(is_it).map_or(Role::Plain, |step| step.role.clone())
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
