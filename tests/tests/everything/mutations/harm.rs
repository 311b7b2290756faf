//! What a run does that is promised against, by its own judgement: of steps that ran, as the interpreter tells them.

use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::workflow::Role;
use lockstep_semantics::{Also, Asked, Graph, Powers};
use serde_json::Value;

/// What happened to the jobs and steps of a run.
struct Ended<'a> {
    given: &'a Value,
    jobs: &'a Value,
}

impl Ended<'_> {
    fn steps(&self, job: &str, list: usize) -> &[Value] {
        self.jobs[job][list].as_array().map_or(&[], Vec::as_slice)
    }

    fn started(&self, job: &str, step: &str) -> bool {
        self.steps(job, 1).iter().any(|one| one == step)
    }

    fn succeeded(&self, job: &str, step: &str) -> bool {
        self.steps(job, 2).iter().any(|one| one == step)
    }

    fn starts(&self, job: &str) -> bool {
        let never_began = self.jobs[job][0] == "cancelled" && self.steps(job, 1).is_empty();
        self.jobs[job][0] != "skipped" && !never_began
    }

    fn is_selected(&self, channel: ChannelKind) -> bool {
        self.given["outputs"]["resolve"][channel.id()] != "false"
    }
}

/// What a run of a mutant does that is promised against. What its steps are there for, the graph says as it was.
pub fn breaches(
    whole: &Graph,
    mutant: &Graph,
    asked: &Asked,
    given: &Value,
    jobs: &Value,
) -> Vec<String> {
    let ended = Ended { given, jobs };
    let mut breaches = Vec::new();
    for job in &whole.jobs {
        for step in &job.steps {
            let is_public =
                matches!(step.role, Role::Confirm(_)) || step.role.publishes().is_some();
            if is_public && ended.started(&job.id, &step.name) {
                without(whole, asked, &job.id, &step.role, &ended, &mut breaches);
            }
        }
    }
    let rehearsal = given["inputs"]["rehearsal"] == true;
    let event = given["event"].as_str().unwrap_or_default();
    // A run of the whole file that this event does not start is no run of it.
    if !mutant.events.iter().any(|started| started == event) {
        return Vec::new();
    }
    let pull_request = ["pull_request", "pull_request_target", "merge_group"].contains(&event);
    for job in &mutant.jobs {
        let signs = job.steps.iter().any(|step| step.role.publishes().is_some());
        let has_more = signs || job.powers != Powers::default();
        if has_more && ended.started(&job.id, super::ADDED) {
            breaches.push(format!("{} runs what somebody added", job.id));
        }
        let powers = !job.powers.writes.is_empty() || job.powers.identity || job.powers.secrets;
        let preflight = job.id.starts_with("preflight") && job.powers.writes.is_empty();
        if powers && ended.starts(&job.id) && (pull_request || rehearsal && !preflight) {
            breaches.push(format!("{} reaches {}", job.id, job.powers.in_words()));
        }
    }
    let has_report = whole.jobs.iter().any(|job| job.id == "report");
    let report = whole.jobs.iter().filter(|job| job.id == "report").flat_map(|job| &job.steps);
    let reported = report
        .filter(|step| step.role == Role::Report)
        .any(|step| ended.started("report", &step.name));
    if asked.also.contains(&Also::Reports) && has_report && !rehearsal && !reported {
        breaches.push("no report".to_owned());
    }
    breaches
}

fn is_registry(role: &Role) -> bool {
    matches!(role, Role::Publish(ChannelKind::Npm | ChannelKind::Pypi | ChannelKind::CratesIo))
}

/// What had to succeed before a step that publishes, and did not.
fn without(
    whole: &Graph,
    asked: &Asked,
    job: &str,
    role: &Role,
    ended: &Ended<'_>,
    breaches: &mut Vec<String>,
) {
    let is_staged = |channel: Option<ChannelKind>| {
        channel.is_some_and(|channel| asked.staged.contains(&channel))
    };
    for other in &whole.jobs {
        for step in &other.steps {
            let must = match &step.role {
                Role::Gates | Role::Provenance | Role::Gate(_) | Role::Approve => true,
                Role::Verify => other.id == job || other.id == "resolve",
                Role::Preflight(channel) => ended.is_selected(*channel),
                Role::Prepare(channel) | Role::Look(channel) => {
                    ended.is_selected(*channel)
                        && (is_registry(role) || *role == Role::Publish(ChannelKind::GithubRelease))
                }
                Role::Publish(channel) => {
                    ended.is_selected(*channel)
                        && (*role == Role::Publish(ChannelKind::GithubRelease)
                            && is_registry(&step.role)
                            || is_registry(role)
                                && is_staged(Some(*channel))
                                && !is_staged(role.channel())
                            || role.channel() == Some(ChannelKind::Homebrew)
                                && matches!(role, Role::Publish(_) | Role::Confirm(_))
                                && step.role == Role::Publish(ChannelKind::GithubRelease))
                }
                Role::Plain
                | Role::ProjectCode
                | Role::Confirm(_)
                | Role::Attest
                | Role::Deliver
                | Role::Report => false,
            };
            if must && !ended.succeeded(&other.id, &step.name) {
                breaches.push(format!("{job} publishes without `{}` of {}", step.name, other.id));
            }
        }
    }
}
