//! What a build is made of.

use std::path::Path;

use indexmap::IndexMap;
use lockstep_clients::git::{self, checked_out};
use lockstep_files::json;
use lockstep_gates::{self as gates, Release};
use lockstep_runner::{Failure, Report, protocol};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::ResolvedSource;
use lockstep_schemas::model::{SchemaVersion, Stage};
use lockstep_schemas::plan::{GatePlan, Plan};
use lockstep_schemas::receipt::Receipt;
use lockstep_schemas::strings::{CommitSha, GitRef, Version};

use crate::waivers::{self, Waivers};
use crate::{Inputs, snapshot, tag, used_up, variable};

/// Resolves tag, version, commit and sources, and asks the gates before the build.
pub(crate) fn resolve(asked: &Inputs, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let inputs = asked.dispatched()?;
    let input = |name: &str| inputs.get(name)?.as_str().filter(|value| !value.is_empty());
    let commit = report.found(commit());
    let built = if let Some(git_ref) = snapshot::git_ref(input("tag")) {
        report.output("waived", "[]");
        let wanted = report.found(snapshot::is_wanted(&git_ref, &asked.paths)).unwrap_or_default();
        report.output("wanted", wanted);
        snapshot::of_run(plan, &git_ref, report).map(|version| (String::new(), version))
    } else {
        release(asked, plan, &inputs, commit.as_ref(), report)
    };
    let mut sources = IndexMap::new();
    for source in &plan.sources {
        let given = source.git_ref.input.as_ref().and_then(|name| input(name.as_str()));
        let git_ref = given.map_or_else(
            || Ok(source.git_ref.default.clone()),
            |given| {
                given.parse::<GitRef>().map_err(|error| {
                    Diagnostic::new(Rule::WrongInput, format!("source `{}`: {error}", source.name))
                })
            },
        );
        let Some(git_ref) = report.found(git_ref) else { continue };
        if let Some(commit) = report.found(git::commit_of(&source.repository, &git_ref)) {
            report.line(format_args!("{}: {}@{commit}", source.name, source.repository));
            sources.insert(&source.name, ResolvedSource { git_ref, commit });
        }
    }
    let (Some((tag, version)), Some(commit)) = (built, commit) else { return Ok(()) };
    let of = if tag.is_empty() { "snapshot" } else { &tag };
    report.line(format_args!("{of}: version {version}, commit {commit}"));
    report.output("tag", tag);
    report.output("version", version);
    report.output("commit", commit);
    report.output("sources", json::line(&sources));
    Ok(())
}

/// The tag that a run builds, and its version.
fn release(
    asked: &Inputs,
    plan: &Plan,
    inputs: &IndexMap<String, serde_json::Value>,
    commit: Option<&CommitSha>,
    report: &mut Report,
) -> Option<(String, Version)> {
    let tag = inputs.get("tag").and_then(|tag| tag.as_str()).filter(|tag| !tag.is_empty());
    let tagged = report
        .found(tag::of_run(plan, tag, &|tag| format!("gh workflow run release.yml --ref {tag}")));
    if let (Some((tag, _)), Some(commit)) = (&tagged, commit) {
        report.found(tag::leads_to(plan, tag, commit));
    }
    let waivers = waivers::granted(plan, Stage::Build, inputs).unwrap_or_else(|problems| {
        report.problems(problems);
        Waivers::default()
    });
    let mut waived = waivers.gates();
    if let (Some((tag, version)), Some(commit)) = (&tagged, commit)
        && is_asked()
        && let Some(github) = report.found(crate::github(plan))
    {
        let found = used_up::published(plan, tag, version, commit, &github);
        let found = report.found(found).flatten();
        report.problems(found);
    }
    if let (Some((tag, version)), Some(commit)) = (&tagged, commit) {
        let release = Release { plan, tag, commit };
        let asks = |gate: &&GatePlan| gate.is_before(Stage::Build) && gates::asks_github(gate);
        // Without a gate that asks there need be nobody to ask.
        if (plan.gates.iter().any(|gate| asks(&gate)) || !waived.is_empty())
            && let Some(github) = report.found(crate::github(plan))
        {
            let gates = gates::ask(&release, &github, Stage::Build, &waived, report);
            let waivers = waivers.that_count(&gates);
            waivers::tell(&waivers, report);
            waived = Waivers(waivers.clone()).gates();
            let receipt = Receipt {
                schema: SchemaVersion::CURRENT,
                tag: tag.clone(),
                version: version.clone(),
                commit: commit.clone(),
                build: None,
                bundle: None,
                stage: Stage::Build,
                run: crate::this_run(),
                rehearsal: false,
                checks: Vec::new(),
                gates,
                waivers,
                problems: Vec::new(),
                files: Vec::new(),
                deliveries: Vec::new(),
            };
            report.found(crate::write(asked, &receipt));
        }
    }
    report.output("waived", json::line(&waived));
    tagged.map(|(tag, version)| (tag.to_string(), version))
}

/// Whether GitHub can be asked: a run always has a token, and on a laptop nothing is built that anybody publishes.
fn is_asked() -> bool {
    protocol::is_here() || variable("GITHUB_TOKEN").is_some()
}

/// The commit that is checked out, which must be the run's.
pub(crate) fn commit() -> Result<CommitSha, Diagnostic> {
    let found = checked_out(Path::new("."))?;
    match std::env::var("GITHUB_SHA").ok().filter(|sha| !sha.is_empty()) {
        Some(sha) if sha != found.as_str() => Err(Diagnostic::new(
            Rule::CheckoutMismatch,
            format!("{found} is checked out, but this run builds {sha}"),
        )
        .with_remedy(
            "a step checked out another commit: remove that step, and build the tagged commit",
        )),
        _ => Ok(found),
    }
}
