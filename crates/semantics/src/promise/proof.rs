//! Each promise, asked of every run.

use lockstep_schemas::workflow::{Fact, Role};

use super::{Also, Asked, Broken, Promise};
use crate::bdd::{Bdd, FALSE, TRUE};
use crate::expression::Expression;
use crate::graph::{Graph, Job, Powers};
use crate::run::Runs;

/// The promises that a graph breaks, each by its shortest run; none where it keeps them all.
pub fn prove(graph: &Graph, asked: Asked) -> Vec<Broken> {
    let reports = asked.also.contains(&Also::Reports);
    let installs = asked.also.contains(&Also::Installs);
    let is_asked = reports || installs || !asked.publishes.is_empty();
    if !is_asked && !graph.jobs.iter().any(matters) {
        return Vec::new();
    }
    let runs = Runs::of(graph);
    let mut proof = Proof { runs, asked, also: None, broken: Vec::new() };
    for job in 0..graph.jobs.len() {
        proof.publishing(job);
        proof.powers(job);
        proof.apart(job);
    }
    proof.complete();
    proof.reported();
    proof.delivered();
    proof.installed();
    proof.broken.sort_by(|a, b| (a.promise, &a.job).cmp(&(b.promise, &b.job)));
    proof.broken
}

/// Whether a promise speaks of a job.
fn matters(job: &Job) -> bool {
    job.powers != Powers::default()
        || job.has(|role| *role == Role::Attest || role.publishes().is_some())
}

/// A step by its job and its place there.
pub(super) type At = (usize, usize);

pub(super) struct Proof<'g> {
    pub(super) runs: Runs<'g>,
    pub(super) asked: Asked,
    /// A job whose end a counterexample shows besides.
    pub(super) also: Option<usize>,
    broken: Vec<Broken>,
}

/// What a step does to which a check is given.
pub(super) fn in_words(check: &Role) -> String {
    match check {
        Role::Gates => "looks at the gates".to_owned(),
        Role::Gate(id) => format!("is the gate `{id}`"),
        Role::Provenance => "proves where the bundle comes from".to_owned(),
        Role::Verify => "verifies the bundle".to_owned(),
        Role::Preflight(channel) => format!("asks {} what is in the way", channel.label()),
        Role::Approve => "asks for approval".to_owned(),
        Role::Prepare(channel) => format!("prepares what becomes public on {}", channel.label()),
        Role::Publish(channel) => format!("publishes to {}", channel.label()),
        Role::Look(channel) | Role::Confirm(channel) => {
            format!("looks at what a maintainer made on {}", channel.label())
        }
        Role::Plain | Role::ProjectCode | Role::Attest | Role::Deliver | Role::Report => {
            "is there for what is asked".to_owned()
        }
    }
}

/// The events in which what somebody else wrote is looked at, and nothing of it is merged.
const PULL_REQUESTS: [&str; 5] =
    ["pull_request", "pull_request_target", "merge_group", "workflow_run", "issue_comment"];

impl Proof<'_> {
    pub(super) fn steps(&self, role: impl Fn(&Role) -> bool) -> Vec<At> {
        let jobs = self.runs.graph.jobs.iter().enumerate();
        let steps = jobs.flat_map(|(job, of)| {
            of.steps.iter().enumerate().map(move |(at, step)| ((job, at), &step.role))
        });
        steps.filter(|(_, is)| role(is)).map(|(at, _)| at).collect()
    }

    /// When a step starts.
    pub(super) fn starts(&self, (job, step): At) -> Bdd {
        self.runs.jobs[job].steps[step].starts
    }

    /// When a step ran and succeeded.
    pub(super) fn succeeds(&self, (job, step): At) -> Bdd {
        self.runs.jobs[job].steps[step].succeeds
    }

    pub(super) fn id(&self, job: usize) -> &str {
        &self.runs.graph.jobs[job].id
    }

    /// Reports a promise as broken if `bad` is possible.
    pub(super) fn broken(
        &mut self,
        promise: Promise,
        job: Option<usize>,
        bad: Bdd,
        what: &str,
        remedy: &str,
    ) {
        let Some(fewest) = self.runs.table.fewest(bad) else { return };
        let mut run = self.counterexample(&fewest, job);
        if bad == TRUE {
            run.given = vec!["any way".to_owned()];
        }
        self.broken.push(Broken {
            promise,
            file: self.runs.graph.file.clone(),
            job: job.map(|job| self.id(job).to_owned()),
            line: job.map_or(0, |job| self.runs.graph.jobs[job].line),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
            run,
        });
    }

    pub(super) fn asks(&self, also: Also) -> bool {
        self.asked.also.contains(&also)
    }

    pub(super) fn role(&self, (job, step): At) -> Role {
        self.runs.graph.jobs[job].steps[step].role.clone()
    }

    /// That every step which is asked for is there: what is not published by any would be missed by nobody else.
    fn complete(&mut self) {
        for role in self.asked.publishes.clone() {
            if self.steps(|is| *is == role).is_empty() {
                let what = format!("no step {}", in_words(&role));
                let remedy = "add it, or take the channel out of the model";
                self.broken(Promise::Complete, None, TRUE, &what, remedy);
            }
        }
    }

    fn powers(&mut self, job: usize) {
        let of = &self.runs.graph.jobs[job];
        let powers = of.powers.clone();
        if powers == Powers::default() {
            return;
        }
        let starts = self.runs.jobs[job].starts;
        let events = PULL_REQUESTS.map(|event| self.runs.is_event(event));
        let pull_request = self.runs.table.any(events);
        let bad = self.runs.table.and(starts, pull_request);
        let what = format!("reaches {} in a pull request", powers.in_words());
        let remedy =
            "give it a workflow of its own, which no pull request and no merge queue starts";
        self.broken(Promise::Harmless, Some(job), bad, &what, remedy);
        if self.asks(Also::Snapshots) {
            let on_tag = self.runs.when(job, &Expression::from(&Fact::OnTag));
            let snapshot = self.runs.table.not(on_tag);
            let bad = self.runs.table.and(starts, snapshot);
            let what = format!("reaches {} in a snapshot", powers.in_words());
            let remedy = "let it start where `github.ref_type == 'tag'` alone";
            self.broken(Promise::Harmless, Some(job), bad, &what, remedy);
        }
        if !self.runs.graph.inputs.iter().any(|input| input.name == "rehearsal") {
            return;
        }
        // A job that checks what it would publish by is shown it, and cannot publish: its programs have no permit.
        let checks = of.has(|role| matches!(role, Role::Preflight(_)))
            && !of.has(|role| role.publishes().is_some());
        if checks && powers.writes.is_empty() {
            return;
        }
        let rehearsal = self.runs.is_on("rehearsal");
        let bad = self.runs.table.and(starts, rehearsal);
        let what = format!("reaches {} in a rehearsal", powers.in_words());
        let remedy =
            "let it start where `!inputs.rehearsal` alone: the input is a boolean, and no text";
        self.broken(Promise::Rehearsed, Some(job), bad, &what, remedy);
    }

    fn apart(&mut self, job: usize) {
        let of = &self.runs.graph.jobs[job];
        let signs = of.has(|role| *role == Role::Attest || role.publishes().is_some())
            || of.powers != Powers::default();
        let code = of.steps.iter().find(|step| step.role == Role::ProjectCode);
        let Some(code) = code.filter(|_| signs) else { return };
        let what = format!(
            "runs code of the project (`{}`) beside what can sign, publish or write",
            code.name
        );
        let starts = self.runs.jobs[job].starts;
        self.broken(Promise::Apart, Some(job), starts, &what, "give it a job of its own");
    }

    fn reported(&mut self) {
        if !self.asks(Also::Reports) {
            return;
        }
        let reports = self.steps(|role| *role == Role::Report);
        let reports: Vec<Bdd> = reports.into_iter().map(|step| self.starts(step)).collect();
        let reported = self.runs.table.any(reports);
        let not = self.runs.table.not(reported);
        let rehearsal = self.runs.is_on("rehearsal");
        let live = self.runs.table.not(rehearsal);
        let bad = self.runs.table.and(not, live);
        let remedy = "let a job report under `always()`";
        self.broken(Promise::Reported, None, bad, "a run can end without a report", remedy);
    }

    /// That what is called to deliver does: each of its jobs starts where a version is given.
    fn installed(&mut self) {
        if !self.asks(Also::Installs) {
            return;
        }
        let version =
            "version".parse().ok().map(|name| Expression::from(&Fact::InputIsEmpty(name)));
        for step in self.steps(|role| *role == Role::Deliver) {
            let none = version.as_ref().map_or(FALSE, |none| self.runs.when(step.0, none));
            // That a step before it failed, the job says.
            let job = &self.runs.jobs[step.0];
            let (starts, cancelled) = (job.starts, job.cancelled());
            let fine = self.runs.table.any([none, starts, cancelled]);
            let bad = self.runs.table.not(fine);
            let what = "is not started for a version that is given";
            let remedy = "let it start wherever `inputs.version` is not empty";
            self.broken(Promise::Delivered, Some(step.0), bad, what, remedy);
        }
    }

    fn delivered(&mut self) {
        if !self.asks(Also::Delivers) {
            return;
        }
        let deliver: Vec<Bdd> = self
            .steps(|role| *role == Role::Deliver)
            .into_iter()
            // A call delivers: when its steps run, the called workflow says.
            .map(|(job, _)| self.runs.jobs[job].starts)
            .collect();
        let looked = self.runs.table.any(deliver);
        self.also = self.steps(|role| *role == Role::Deliver).first().map(|(job, _)| *job);
        // Nobody waits for the delivery of a run that somebody cancelled; its report says what is public.
        let cancelled = self.steps(|role| *role == Role::Deliver);
        let cancelled: Vec<Bdd> =
            cancelled.into_iter().map(|(job, _)| self.runs.jobs[job].cancelled()).collect();
        let cancelled = self.runs.table.any(cancelled);
        let done = self.runs.table.or(looked, cancelled);
        let not = self.runs.table.not(done);
        for step in self.steps(|role| matches!(role, Role::Publish(_))) {
            let published = self.succeeds(step);
            let bad = self.runs.table.and(published, not);
            let what = "can publish, and nobody looks whether users can install it";
            let remedy = "let delivery start wherever something was published";
            self.broken(Promise::Delivered, Some(step.0), bad, what, remedy);
        }
    }
}
