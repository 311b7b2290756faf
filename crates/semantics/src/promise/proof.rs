//! Each promise, asked of every run.

use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::strings::Id;
use lockstep_schemas::workflow::{Fact, Role};

use super::{Also, Asked, Broken, Promise};
use crate::bdd::{Bdd, FALSE, TRUE};
use crate::expression::Expression;
use crate::graph::{Graph, Job, Powers};
use crate::run::Runs;

/// The promises that a graph breaks, each by its shortest run; none where it keeps them all.
pub fn prove(graph: &Graph, asked: Asked) -> Vec<Broken> {
    let reports = asked.also.contains(&Also::Reports);
    let is_asked = reports || !asked.publishes.is_empty();
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
    proof.broken.sort_by(|a, b| (a.promise, &a.job).cmp(&(b.promise, &b.job)));
    proof.broken
}

/// Whether a promise speaks of a job.
fn matters(job: &Job) -> bool {
    job.powers != Powers::default()
        || job.has(|role| *role == Role::Attest || role.publishes().is_some())
}

/// A step by its job and its place there.
type At = (usize, usize);

pub(super) struct Proof<'g> {
    pub(super) runs: Runs<'g>,
    asked: Asked,
    /// A job whose end a counterexample shows besides.
    pub(super) also: Option<usize>,
    broken: Vec<Broken>,
}

/// What a step does to which a check is given.
fn in_words(check: &Role) -> String {
    match check {
        Role::Gates => "looks at the gates".to_owned(),
        Role::Gate(id) => format!("is the gate `{id}`"),
        Role::Provenance => "proves where the bundle comes from".to_owned(),
        Role::Verify => "verifies the bundle".to_owned(),
        Role::Preflight(channel) => format!("asks {} what is in the way", channel.label()),
        Role::Approve => "asks anybody to approve".to_owned(),
        Role::Prepare(channel) => format!("prepares what becomes public on {}", channel.label()),
        Role::Publish(channel) => format!("publishes to {}", channel.label()),
        Role::Plain
        | Role::ProjectCode
        | Role::Look(_)
        | Role::Attest
        | Role::Deliver
        | Role::Report => "is there for what is asked".to_owned(),
    }
}

/// Whether all that a job may is to file issues.
fn of_files(powers: &Powers) -> bool {
    let issues = Powers { writes: ["issues".to_owned()].into(), ..Powers::default() };
    *powers == issues
}

impl Proof<'_> {
    fn steps(&self, role: impl Fn(&Role) -> bool) -> Vec<At> {
        let jobs = self.runs.graph.jobs.iter().enumerate();
        let steps = jobs.flat_map(|(job, of)| {
            of.steps.iter().enumerate().map(move |(at, step)| ((job, at), &step.role))
        });
        steps.filter(|(_, is)| role(is)).map(|(at, _)| at).collect()
    }

    /// When a step starts.
    fn starts(&self, (job, step): At) -> Bdd {
        self.runs.jobs[job].steps[step].starts
    }

    /// When a step ran and succeeded.
    fn succeeds(&self, (job, step): At) -> Bdd {
        self.runs.jobs[job].steps[step].succeeds
    }

    pub(super) fn id(&self, job: usize) -> &str {
        &self.runs.graph.jobs[job].id
    }

    /// Takes a promise for broken where `bad` can be.
    fn broken(&mut self, promise: Promise, job: Option<usize>, bad: Bdd, what: &str, remedy: &str) {
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

    /// When this release ships to a channel, as far as the graph says so: where a job of the channel can start.
    fn selected(&mut self, channel: ChannelKind) -> Bdd {
        let kind = channel.id();
        let outputs = self
            .runs
            .graph
            .jobs
            .iter()
            .enumerate()
            .filter(|(_, job)| job.outputs.iter().any(|(name, _)| name == kind));
        let outputs: Vec<usize> = outputs.map(|(at, _)| at).collect();
        let said = outputs.into_iter().map(|job| self.runs.says(job, kind, "true"));
        let said: Vec<Bdd> = said.collect();
        // A graph that selects nothing ships to all.
        if said.is_empty() { TRUE } else { self.runs.table.any(said) }
    }

    /// When a gate that may be was let go on record.
    fn waived(&mut self, job: usize, gate: &Id) -> Bdd {
        if !self.asked.waivable.contains(gate) {
            return FALSE;
        }
        let waived = Expression::from(&Fact::Waived(gate.clone()));
        self.runs.when(job, &waived)
    }

    fn publishing(&mut self, job: usize) {
        let steps = self.runs.graph.jobs[job].steps.iter().enumerate();
        let publishing: Vec<(usize, Role, ChannelKind)> = steps
            .filter_map(|(at, step)| Some((at, step.role.clone(), step.role.publishes()?)))
            .collect();
        for (at, role, channel) in publishing {
            let starts = self.starts((job, at));
            self.gated(job, starts);
            self.ordered(job, starts, &role, channel);
        }
        if self.runs.graph.jobs[job].has(|role| role.publishes().is_some()) {
            self.nothing_skipped(job);
        }
        for at in self.steps(|role| *role == Role::Attest) {
            if at.0 == job {
                self.attested(at);
            }
        }
    }

    /// That nothing is signed which was not verified.
    fn attested(&mut self, at: At) {
        let starts = self.starts(at);
        let checks = self.steps(|role| *role == Role::Verify);
        if checks.is_empty() {
            let what = "signs what no step verifies";
            let remedy = "let a job that it needs verify the bundle";
            self.broken(Promise::Gated, Some(at.0), starts, what, remedy);
        }
        for step in checks {
            let passed = self.succeeds(step);
            let not = self.runs.table.not(passed);
            let bad = self.runs.table.and(starts, not);
            let what = format!("can sign though `{}` did not succeed", self.id(step.0));
            let remedy = format!("let it need `{}` and its success", self.id(step.0));
            self.broken(Promise::Gated, Some(at.0), bad, &what, &remedy);
        }
    }

    fn gated(&mut self, job: usize, starts: Bdd) {
        self.has_checks(job, starts);
        for step in self.steps(|_| true) {
            let passed = self.succeeds(step);
            let (passed, asked) = match self.role(step) {
                Role::Gates | Role::Provenance => (passed, TRUE),
                // Only a script can be waived: what looks at all gates says itself which it let go.
                Role::Gate(gate) => {
                    let waived = self.waived(step.0, &gate);
                    (self.runs.table.or(passed, waived), TRUE)
                }
                // A job that verifies the bundle again for itself is no check of another.
                Role::Verify if step.0 == job || !self.publishes(step.0) => (passed, TRUE),
                Role::Preflight(channel) => (passed, self.selected(channel)),
                Role::Approve if self.asks_for_approval() => (passed, TRUE),
                Role::Verify
                | Role::Approve
                | Role::Plain
                | Role::ProjectCode
                | Role::Prepare(_)
                | Role::Look(_)
                | Role::Publish(_)
                | Role::Attest
                | Role::Deliver
                | Role::Report => continue,
            };
            self.before(job, starts, passed, asked, step);
        }
        if self.asks_for_approval() && self.steps(|role| *role == Role::Approve).is_empty() {
            let what = "publishes, and no job asks anybody to approve";
            let remedy = "let a job with a protected environment come before it";
            self.broken(Promise::Approved, Some(job), starts, what, remedy);
        }
    }

    fn asks(&self, also: Also) -> bool {
        self.asked.also.contains(&also)
    }

    fn asks_for_approval(&self) -> bool {
        self.asked.checks.contains(&Role::Approve)
    }

    /// That every check which is asked for is a step of some other job, and so can be waited for.
    fn has_checks(&mut self, job: usize, starts: Bdd) {
        for check in self.asked.checks.clone() {
            if check == Role::Approve {
                continue;
            }
            let steps = self.steps(|role| *role == check);
            if steps.into_iter().all(|(at, _)| self.publishes(at)) {
                let what = format!("publishes, and no step before it {}", in_words(&check));
                self.broken(
                    Promise::Gated,
                    Some(job),
                    starts,
                    &what,
                    "add it to a job that it needs",
                );
            }
        }
        let of = &self.runs.graph.jobs[job];
        if self.asks(Also::Verifies) && !of.has(|role| *role == Role::Verify) {
            let what = "publishes what it did not verify";
            self.broken(Promise::Gated, Some(job), starts, what, "let it verify the bundle first");
        }
    }

    fn role(&self, (job, step): At) -> Role {
        self.runs.graph.jobs[job].steps[step].role.clone()
    }

    fn publishes(&self, job: usize) -> bool {
        self.runs.graph.jobs[job].has(|role| role.publishes().is_some())
    }

    /// That a step passed before a job publishes, where it is asked for.
    fn before(&mut self, job: usize, starts: Bdd, passed: Bdd, asked: Bdd, step: At) {
        let not = self.runs.table.not(passed);
        let bad = self.runs.table.all([starts, asked, not]);
        let name = &self.runs.graph.jobs[step.0].steps[step.1].name;
        let what = format!("can publish though `{name}` in `{}` did not pass", self.id(step.0));
        let remedy = format!(
            "let `{}` need `{}` and its success, and nothing of that step continue on error",
            self.id(job),
            self.id(step.0)
        );
        self.broken(Promise::Gated, Some(job), bad, &what, &remedy);
    }

    fn ordered(&mut self, job: usize, starts: Bdd, role: &Role, channel: ChannelKind) {
        let is_public = matches!(role, Role::Publish(_));
        if !is_public {
            return;
        }
        let is_prepared = |other: &Role| matches!(other, Role::Prepare(_));
        let must_come_first = |other: &Role| match channel {
            // What a registry accepts stays: all that can be taken back is made before.
            ChannelKind::Npm | ChannelKind::Pypi | ChannelKind::CratesIo => is_prepared(other),
            ChannelKind::GithubRelease => {
                is_prepared(other)
                    || matches!(other, Role::Publish(channel) if channel.is_registry())
            }
            ChannelKind::Homebrew => *other == Role::Publish(ChannelKind::GithubRelease),
            ChannelKind::CargoBinstall => false,
        };
        for step in self.steps(must_come_first) {
            let Some(other) = self.role(step).publishes() else { continue };
            // A formula leads to the release's assets: without the release it leads nowhere.
            let selected = self.selected(other);
            let passed = self.succeeds(step);
            let not = self.runs.table.not(passed);
            let bad = self.runs.table.all([starts, selected, not]);
            let what = format!("can publish before `{}` succeeded", self.id(step.0));
            let remedy = format!(
                "let it need `{0}` and its success, where {other} is selected",
                self.id(step.0)
            );
            self.broken(Promise::Ordered, Some(job), bad, &what, &remedy);
        }
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

    fn nothing_skipped(&mut self, job: usize) {
        let starts = self.runs.jobs[job].starts;
        for need in self.runs.graph.jobs[job].needs.clone() {
            let channels: Vec<ChannelKind> = self.runs.graph.jobs[need]
                .steps
                .iter()
                .filter_map(|step| match step.role {
                    // To be asked what is in the way of it is no part of publishing to a channel.
                    Role::Preflight(_) => None,
                    _ => step.role.channel(),
                })
                .collect();
            let left_out: Vec<Bdd> =
                channels.into_iter().map(|channel| self.left_out(channel)).collect();
            let left_out = self.runs.table.any(left_out);
            let succeeded = self.runs.jobs[need].succeeds;
            let fine = self.runs.table.or(succeeded, left_out);
            let not = self.runs.table.not(fine);
            let bad = self.runs.table.and(starts, not);
            let what = format!("can start though `{}` did not succeed", self.id(need));
            let remedy = format!("ask for `needs.{}.result == 'success'`", self.id(need));
            self.broken(Promise::NothingSkipped, Some(job), bad, &what, &remedy);
        }
    }

    /// When a job said that this release does not ship to a channel.
    fn left_out(&mut self, channel: ChannelKind) -> Bdd {
        let jobs = 0..self.runs.graph.jobs.len();
        let said = jobs.map(|job| self.runs.says(job, channel.id(), "false"));
        let said: Vec<Bdd> = said.collect();
        self.runs.table.any(said)
    }

    fn powers(&mut self, job: usize) {
        let of = &self.runs.graph.jobs[job];
        let powers = of.powers.clone();
        if powers == Powers::default() {
            return;
        }
        let starts = self.runs.jobs[job].starts;
        let pull_request = self.runs.is_event("pull_request");
        let bad = self.runs.table.and(starts, pull_request);
        let what = format!("reaches {} in a pull request", powers.in_words());
        let remedy = "let it start where `github.event_name != 'pull_request'` alone";
        self.broken(Promise::Harmless, Some(job), bad, &what, remedy);
        if self.asks(Also::Snapshots) {
            let on_tag = self.runs.when(job, &Expression::from(&Fact::OnTag));
            let snapshot = self.runs.table.not(on_tag);
            // An issue says what stopped a build, and gives nothing away.
            let files = of_files(&powers);
            let bad = if files { FALSE } else { self.runs.table.and(starts, snapshot) };
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
        let signs = of.has(|role| *role == Role::Attest || role.publishes().is_some());
        let code = of.steps.iter().find(|step| step.role == Role::ProjectCode);
        let Some(code) = code.filter(|_| signs) else { return };
        let what =
            format!("runs code of the project (`{}`) beside what it signs or publishes", code.name);
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
