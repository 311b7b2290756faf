//! The rules that every rendered workflow keeps, whatever the model.

use std::collections::BTreeSet;

use github_actions_models::common::expr::{BoE, LoE};
use github_actions_models::common::{BasePermission, Permission, Permissions, Uses};
use github_actions_models::workflow::job::{NormalJob, Step};
use github_actions_models::workflow::{Concurrency, Job};
use lockstep_tests::sets::{File, SETS, all, needs, workflows};

/// Calls a check on every job of steps.
fn each_job(check: impl Fn(&File, &str, &NormalJob)) {
    for file in all() {
        for (id, job) in &file.workflow.jobs {
            if let Job::NormalJob(job) = job {
                check(&file, id, job);
            }
        }
    }
}

fn granted(permissions: &Permissions) -> Vec<(&str, &Permission)> {
    match permissions {
        Permissions::Explicit(map) => map.iter().map(|(scope, p)| (scope.as_str(), p)).collect(),
        Permissions::Base(base) => panic!("permissions are spelt out, not {base:?}"),
    }
}

fn reads_at_most(permissions: &Permissions) -> bool {
    granted(permissions).iter().all(|(scope, p)| *scope == "contents" && **p == Permission::Read)
}

#[test]
fn no_permission_by_default() {
    for file in all() {
        assert_ne!(file.workflow.permissions, Permissions::Base(BasePermission::Default));
        assert!(granted(&file.workflow.permissions).is_empty(), "{}", file.path.display());
        for job in file.workflow.jobs.values() {
            match job {
                Job::NormalJob(job) => granted(&job.permissions),
                Job::ReusableWorkflowCallJob(job) => granted(&job.permissions),
            };
        }
    }
}

#[test]
fn time_is_limited() {
    each_job(|file, id, job| assert!(job.timeout_minutes.is_some(), "{}: {id}", file.name));
}

/// A workflow that is not only called has a group, and a release is never cancelled half-way.
#[test]
fn concurrency() {
    for file in all() {
        if file.name.starts_with("build-") {
            assert!(file.workflow.concurrency.is_none(), "{}", file.name);
            continue;
        }
        let Some(Concurrency::Rich { group, cancel_in_progress }) = &file.workflow.concurrency
        else {
            panic!("{} has a group", file.name)
        };
        assert!(!group.contains("github.workflow"), "a called workflow's is its caller's");
        if file.name.starts_with("release") {
            assert!(matches!(cancel_in_progress, BoE::Literal(false)), "{}", file.name);
        }
    }
}

#[test]
fn third_party_actions_are_pinned_with_their_version_behind() {
    for file in all() {
        for line in file.text.lines() {
            // Deeper lines are a script's.
            let uses =
                ["    uses: ", "        uses: "].iter().find_map(|key| line.strip_prefix(key));
            let Some(uses) = uses else { continue };
            if uses.starts_with("$/") {
                continue;
            }
            let (action, rest) = uses.split_once('@').unwrap_or_else(|| panic!("{line}"));
            let (commit, version) = rest.split_once(" # v").unwrap_or_else(|| panic!("{line}"));
            assert!(action.contains('/') && !version.is_empty(), "{line}");
            assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
        }
    }
}

#[test]
fn scripts_hold_no_expression() {
    each_job(|file, id, job| {
        for step in &job.steps {
            if let Step::Run(step) = step {
                assert!(!step.run.contains("${{"), "{}: {id}: {}", file.name, step.run);
                assert!(
                    step.shell.is_some(),
                    "{}: {id}: a shell that is the same anywhere",
                    file.name
                );
            }
        }
    });
}

#[test]
fn checkouts_leave_no_credentials() {
    each_job(|file, id, job| {
        for step in &job.steps {
            let Step::Uses(step) = step else { continue };
            if !step.uses.raw().starts_with("actions/checkout@") {
                continue;
            }
            let LoE::Literal(with) = &step.with else { panic!("spelt out") };
            let persists = with.get("persist-credentials").map(ToString::to_string);
            assert_eq!(persists.as_deref(), Some("false"), "{}: {id}", file.name);
        }
    });
}

#[test]
fn no_caches() {
    each_job(|file, id, job| {
        for step in &job.steps {
            let Step::Uses(step) = step else { continue };
            let uses = step.uses.raw();
            assert!(!uses.starts_with("actions/cache"), "{}: {id}", file.name);
            let off = match uses.split('@').next() {
                Some("actions/setup-node") => Some("package-manager-cache"),
                Some("astral-sh/setup-uv") => Some("enable-cache"),
                _ => None,
            };
            let LoE::Literal(with) = &step.with else { panic!("spelt out") };
            if let Some(off) = off {
                let value = with.get(off).map(ToString::to_string);
                assert_eq!(value.as_deref(), Some("false"), "{}: {id}: {uses}", file.name);
            }
        }
    });
}

/// Secrets reach jobs that publish, and preflight; each has an environment.
#[test]
fn secrets_need_an_environment() {
    for file in all() {
        let raw: serde_yaml::Value = serde_yaml::from_str(&file.text).unwrap();
        for (id, job) in &file.workflow.jobs {
            let text = serde_yaml::to_string(&raw["jobs"][id.as_str()]).unwrap();
            if !text.contains("secrets.") {
                continue;
            }
            assert_eq!(file.name, "release-publish.yml", "{id}");
            let Job::NormalJob(job) = job else { panic!("{id}: no secret goes to a call") };
            assert!(job.environment.is_some(), "{id}");
            assert!(
                ["preflight-", "prepare-", "publish-"].iter().any(|of| id.starts_with(of)),
                "{id}"
            );
        }
    }
}

/// Jobs of `release-publish.yml` that could have a side effect: by permission, secret or
/// environment.
fn has_means(job: &NormalJob, text: &str) -> bool {
    !reads_at_most(&job.permissions) || job.environment.is_some() || text.contains("secrets.")
}

#[test]
fn a_rehearsal_has_no_means() {
    let mut twins = 0;
    for file in all().iter().filter(|file| file.name == "release-publish.yml") {
        let raw: serde_yaml::Value = serde_yaml::from_str(&file.text).unwrap();
        for (id, job) in &file.workflow.jobs {
            let Some(live) = id.strip_prefix("rehearse-") else { continue };
            twins += 1;
            let Job::NormalJob(twin) = job else { panic!("{id} has steps") };
            let text = serde_yaml::to_string(&raw["jobs"][id.as_str()]).unwrap();
            assert!(!has_means(twin, &text), "{id}");
            assert!(!text.contains("mode: live"), "{id}");
            // It does what its live job does, in the same order, but for the token.
            let Job::NormalJob(live) = &file.workflow.jobs[live] else {
                panic!("{live} has steps")
            };
            let names = |job: &NormalJob| -> Vec<String> {
                let name = |step: &Step| match step {
                    Step::Uses(step) => step.shared.name.clone(),
                    Step::Run(step) => step.shared.name.clone(),
                    _ => None,
                };
                let all = job.steps.iter().filter_map(name);
                all.filter(|name| !name.starts_with("Trade this run's identity")).collect()
            };
            assert_eq!(names(live), names(twin), "{id}");
        }
    }
    assert!(twins > 0, "there are twins");
}

/// What can have a side effect runs live alone, has a twin, and needs no rehearsal job.
#[test]
fn what_has_means_is_live_and_has_a_twin() {
    for file in all().iter().filter(|file| file.name == "release-publish.yml") {
        let raw: serde_yaml::Value = serde_yaml::from_str(&file.text).unwrap();
        let ids: BTreeSet<&String> = file.workflow.jobs.keys().collect();
        // What live runs and rehearsals both do.
        let is_shared = |id: &str| {
            ["programs", "resolve", "look", "announce"].contains(&id)
                || id.starts_with("gate-")
                || id.starts_with("preflight-")
        };
        for (id, job) in &file.workflow.jobs {
            let rehearsal = id.starts_with("rehearse-");
            for need in needs(job) {
                assert!(
                    is_shared(need) || need.starts_with("rehearse-") == rehearsal,
                    "{id} needs {need}"
                );
            }
            let Job::NormalJob(job) = job else { continue };
            let value = &raw["jobs"][id.as_str()];
            if rehearsal || !has_means(job, &serde_yaml::to_string(value).unwrap()) {
                continue;
            }
            let condition = value["if"].as_str().unwrap_or_default();
            let reads = |(_, access): &(&str, &Permission)| **access == Permission::Read;
            if is_shared(id) && granted(&job.permissions).iter().all(reads) {
                assert!(job.environment.is_none() || id.starts_with("preflight-"), "{id}");
                continue;
            }
            if id.starts_with("preflight-") {
                // It is shown what would publish, and nothing else: where the environment admits the run.
                assert!(condition.contains("outputs.admitted == 'true'"), "{id}: {condition}");
                let more = granted(&job.permissions);
                let may = |(scope, access): &(&str, &Permission)| {
                    *scope == "id-token" || **access == Permission::Read
                };
                assert!(more.iter().all(may), "{id}: {more:?}");
                continue;
            }
            assert!(condition.contains("!inputs.rehearsal"), "{id}: {condition}");
            let has_twin = ids.contains(&format!("rehearse-{id}"));
            // Nobody approves a rehearsal, and nothing that is published is on record of one.
            assert!(has_twin || id == "approve" || id == "record", "{id} has a twin");
        }
    }
}

/// npm and PyPI trust one top-level workflow by its file's name.
#[test]
fn publishing_is_inline() {
    for file in all() {
        for (id, job) in &file.workflow.jobs {
            let granted = match job {
                Job::NormalJob(job) => granted(&job.permissions),
                Job::ReusableWorkflowCallJob(job) => {
                    assert!(reads_at_most(&job.permissions), "{}: {id}", file.name);
                    continue;
                }
            };
            let identity = granted.iter().any(|(scope, _)| *scope == "id-token");
            assert!(
                !identity
                    || id.starts_with("publish-")
                    || id.starts_with("preflight-")
                    || (file.name == "release.yml" && id == "attest"),
                "{}: {id}",
                file.name
            );
        }
    }
}

/// A called workflow's jobs may have no more than the caller's job gives.
#[test]
fn called_jobs_read_at_most() {
    for file in all() {
        if !file.text.contains("workflow_call:") {
            continue;
        }
        for job in file.workflow.jobs.values() {
            if let Job::NormalJob(job) = job {
                assert!(reads_at_most(&job.permissions), "{}", file.name);
            }
        }
    }
}

/// Every permission says why, but for reading the repository.
#[test]
fn permissions_say_why() {
    for file in all() {
        for line in file.text.lines() {
            let is_grant = |end: &str| line.trim_end().ends_with(end);
            let permission =
                line.starts_with("      ") && (is_grant(": write") || is_grant(": read"));
            assert!(!permission || line.trim() == "contents: read", "{}: {line}", file.name);
        }
    }
}

/// A third party's action is one that the plan pins; nothing else is fetched.
#[test]
fn only_known_actions() {
    for folder in &*SETS {
        let plan = std::fs::read_to_string(folder.join(lockstep_generator::render::PLAN)).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        for file in workflows(folder) {
            for job in file.workflow.jobs.values() {
                let Job::NormalJob(job) = job else { continue };
                for step in &job.steps {
                    if let Step::Uses(step) = step
                        && let Uses::Repository(uses) = &step.uses
                    {
                        let pin = &plan["pins"][uses.slug()]["commit"];
                        assert_eq!(pin.as_str(), Some(uses.git_ref()), "{}", step.uses.raw());
                    }
                }
            }
        }
    }
}
