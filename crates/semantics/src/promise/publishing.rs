//! What is promised of the jobs that publish and sign: what came before them.

use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::strings::Id;
use lockstep_schemas::workflow::{Fact, Role};

use super::proof::{At, Proof, in_words};
use super::{Also, Promise};
use crate::bdd::{Bdd, FALSE, TRUE};
use crate::expression::Expression;

impl Proof<'_> {
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
        // The job that resolved the release says it.
        let jobs = &self.runs.graph.jobs;
        let says = jobs.iter().find(|job| {
            job.has(|role| *role == Role::Gates)
                && job.outputs.iter().any(|(name, _)| name == "waived")
        });
        let Some(Ok(by)) = says.map(|job| job.id.parse()) else { return FALSE };
        let waived = Expression::from(&Fact::Waived { by, gate: gate.clone() });
        self.runs.when(job, &waived)
    }

    pub(super) fn publishing(&mut self, job: usize) {
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
        for at in self.steps(|role| matches!(role, Role::Confirm(_))) {
            let (starts, role) = (self.starts(at), self.role(at));
            if let Some(channel) = role.channel().filter(|_| at.0 == job) {
                self.ordered(job, starts, &role, channel);
            }
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
        // What was built behind a closed gate is not vouched for either.
        let gates = self.steps(|role| matches!(role, Role::Gates | Role::Gate(_)));
        for step in checks.into_iter().chain(gates) {
            let passed = self.passes(step);
            let not = self.runs.table.not(passed);
            let bad = self.runs.table.and(starts, not);
            let what = format!("can sign though `{}` did not succeed", self.id(step.0));
            let remedy = format!("let it need `{}` and its success", self.id(step.0));
            self.broken(Promise::Gated, Some(at.0), bad, &what, &remedy);
        }
    }

    /// When a step succeeds, or is a gate that was let go. Only a script can be: what looks at all gates says itself which of
    /// them it let go.
    fn passes(&mut self, step: At) -> Bdd {
        let succeeds = self.succeeds(step);
        let Role::Gate(gate) = self.role(step) else { return succeeds };
        let waived = self.waived(step.0, &gate);
        self.runs.table.or(succeeds, waived)
    }

    fn gated(&mut self, job: usize, starts: Bdd) {
        self.has_checks(job, starts);
        for step in self.steps(|_| true) {
            let passed = self.passes(step);
            let (passed, asked) = match self.role(step) {
                Role::Gates | Role::Provenance | Role::Gate(_) => (passed, TRUE),
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
                | Role::Confirm(_)
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
        let is_public = matches!(role, Role::Publish(_) | Role::Confirm(_));
        if !is_public {
            return;
        }
        let is_prepared = |other: &Role| matches!(other, Role::Prepare(_) | Role::Look(_));
        let staged = self.asked.staged.clone();
        let is_approved =
            |other: &Role| matches!(other, Role::Publish(channel) if staged.contains(channel));
        let must_come_first = |other: &Role| match channel {
            // What a registry accepts stays: all that can be taken back is made before, and approved what can be rejected.
            ChannelKind::Npm | ChannelKind::Pypi | ChannelKind::CratesIo => {
                is_prepared(other) || !staged.contains(&channel) && is_approved(other)
            }
            ChannelKind::GithubRelease => {
                is_prepared(other)
                    || matches!(other, Role::Publish(channel) if channel.is_registry())
            }
            ChannelKind::Homebrew => *other == Role::Publish(ChannelKind::GithubRelease),
            ChannelKind::CargoBinstall => false,
        };
        for step in self.steps(must_come_first) {
            let Some(other) = self.role(step).channel() else { continue };
            // A formula leads to the release's assets: without the release it leads nowhere.
            let selected = self.selected(other);
            let passed = self.succeeds(step);
            let not = self.runs.table.not(passed);
            let bad = self.runs.table.all([starts, selected, not]);
            let what = format!("can go public before `{}` succeeded", self.id(step.0));
            let remedy = format!(
                "let it need `{0}` and its success, where {other} is selected",
                self.id(step.0)
            );
            self.broken(Promise::Ordered, Some(job), bad, &what, &remedy);
        }
    }

    fn nothing_skipped(&mut self, job: usize) {
        let starts = self.runs.jobs[job].starts;
        for need in self.runs.graph.jobs[job].needs.clone() {
            let channels: Vec<ChannelKind> = self.runs.graph.jobs[need]
                .steps
                .iter()
                // To be asked what is in the way of it is no part of publishing to a channel.
                .filter(|step| !matches!(step.role, Role::Preflight(_)))
                .filter_map(|step| step.role.channel())
                .collect();
            let left_out: Vec<Bdd> =
                channels.into_iter().map(|channel| self.left_out(channel)).collect();
            // A job of no channel is left out by nobody; one of several, where all of them are.
            let left_out = if left_out.is_empty() { FALSE } else { self.runs.table.all(left_out) };
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
}
