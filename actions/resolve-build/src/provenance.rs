//! Who made a downloaded bundle: what its manifest says of the run, and what the attestation of its files proves.

mod proofs;

use std::fs;
use std::path::Path;

use lockstep_bundle::{listed, manifest};
use lockstep_clients::gh;
use lockstep_github::GitHub;
use lockstep_provenance::{Expected, Roots};
use lockstep_runner::protocol::server;
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::receipt::CheckRecord;
use lockstep_schemas::strings::Tag;

use self::proofs::{Proven, Prover, keep};
use crate::Inputs;
use crate::publish::checks::{self, must_be};
use crate::publish::resolved::{self, Resolved};
use crate::publish::{WORKFLOW, earlier, workflow};

/// How many files with one fault are named.
const NAMED: usize = 3;

/// Proves the provenance of a bundle.
pub(crate) fn prove(asked: &Inputs, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let resolved = resolved::of(asked)?;
    let run = resolved.run_id;
    let github = crate::github(plan)?;
    let earlier = earlier::recorded(plan, &resolved.tag, &resolved.commit, &github)?;
    report.found(earlier::same_bytes(asked, &resolved.tag, earlier));
    let manifest = manifest(&asked.bundle)?;
    let checks = of_manifest(plan, &resolved, run, &manifest);
    checks::tell(&checks, report);
    if checks.iter().any(|check| !check.passed) {
        let message = format!(
            "the bundle is not what run {run} made of {}: {}",
            resolved.tag,
            checks::wrong(&checks)
        );
        report.problem(Diagnostic::new(Rule::ManifestOfAnother, message).with_remedy(
            "name the run that built the tag, if another one did: -f build_run_id=…; else the bundle was exchanged: tag a new version",
        ));
    }
    if plan.attestations {
        attested(asked, plan, &resolved, run, &github, report)?;
    } else {
        report.line(
            "The model has no attestations: nothing but GitHub's word says who made the bundle.",
        );
        // The workflow may be another commit's, which hands one on.
        report.output("attested", keep(&asked.attestation, &[])?);
    }
    Ok(())
}

/// What the manifest must say of the run.
fn of_manifest(
    plan: &Plan,
    resolved: &Resolved,
    run: u64,
    manifest: &Manifest,
) -> Vec<CheckRecord> {
    let Resolved { tag, commit, .. } = resolved;
    let source = &manifest.source;
    let built = manifest.run.as_ref();
    let workflow =
        format!("{}/.github/workflows/{WORKFLOW}@refs/tags/{tag}", plan.project.repository);
    let found_workflow = built.map_or("not said", |built| built.workflow.as_str());
    let found_run = built.map_or("not said".to_owned(), |built| built.id.to_string());
    let found_tag = if manifest.snapshot { "a snapshot's" } else { manifest.tag.as_str() };
    let repository = plan.project.repository.as_str();
    let found_workflow = spelt_as(repository, found_workflow);
    vec![
        must_be("manifest's repository", source.repository.as_str(), repository),
        must_be("manifest's tag", found_tag, tag.as_str()),
        must_be("manifest's commit", source.commit.as_str(), commit.as_str()),
        must_be("manifest's workflow", &found_workflow, &workflow),
        must_be("manifest's run", &found_run, &run.to_string()),
    ]
}

/// A text that begins with a repository, which GitHub spells in its own way, as the model spells that.
fn spelt_as(repository: &str, text: &str) -> String {
    match text.split_at_checked(repository.len()) {
        Some((found, rest)) if found.eq_ignore_ascii_case(repository) => {
            format!("{repository}{rest}")
        }
        _ => text.to_owned(),
    }
}

/// That an attestation of the build run is there, of every file.
fn attested(
    asked: &Inputs,
    plan: &Plan,
    resolved: &Resolved,
    run: u64,
    github: &GitHub<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let Some(files) = report.found(listed(&asked.bundle)) else { return Ok(()) };
    let roots = roots(plan)?;
    let server = server();
    let workflow = workflow();
    let git_ref = format!("refs/tags/{}", resolved.tag);
    let expected = Expected {
        server: &server,
        repository: &plan.project.repository,
        workflow: &workflow,
        git_ref: &git_ref,
        commit: Some(&resolved.commit),
        run: Some(run),
    };
    let prover = Prover { roots, expected, github };
    let Proven { proofs, unproven } = prover.prove(&files)?;
    for (why, names) in &unproven {
        report.problem(unproven_by(&resolved.tag, names, why));
    }
    let Some((name, _)) = files.first() else {
        report.problem(Diagnostic::new(Rule::ProvenanceUnproven, "the bundle lists no file"));
        return Ok(());
    };
    if unproven.is_empty() {
        let runs: Vec<&str> = proofs.iter().map(|proof| proof.run.as_str()).collect();
        report.line(format_args!("{} files are attested by {}", files.len(), runs.join(", ")));
        report.output("attested", keep(&asked.attestation, &proofs)?);
        let agrees = second_opinion(asked, plan, name, &prover.expected);
        if report.found(agrees) == Some(true) {
            report.line("gh agrees");
        }
    }
    Ok(())
}

/// What `gh` says of a file, where it is there and somebody is logged in.
fn second_opinion(
    asked: &Inputs,
    plan: &Plan,
    name: &str,
    expected: &Expected<'_>,
) -> Result<bool, Diagnostic> {
    let host = expected.server.split_once("://").map_or(expected.server, |(_, host)| host);
    if !gh::can_verify(host) {
        return Ok(false);
    }
    let workflow = format!(".github/workflows/{}", expected.workflow);
    let claims = gh::Claims {
        host,
        repository: expected.repository.as_str(),
        workflow: &workflow,
        git_ref: expected.git_ref,
        commit: expected.commit.map_or("", |commit| commit.as_str()),
    };
    let root = plan.publishing.trusted_root.as_ref().map(|root| Path::new(root.as_str()));
    gh::verify(&asked.bundle.join(name), &asked.attestation, claims, root).map_err(|said| {
        let message = format!("`gh attestation verify` does not agree that {WORKFLOW} built `{name}`: {said}");
        Diagnostic::new(Rule::ProvenanceUnproven, message).with_remedy(
            "where it could not ask, run the failed jobs again; where the two disagree, do not publish this bundle, and report it: one of them is wrong",
        )
    })?;
    Ok(true)
}

fn unproven_by(tag: &Tag, names: &[String], why: &str) -> Diagnostic {
    let files: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let message =
        format!("nothing proves that {WORKFLOW} built {}{more} of {tag}: {why}", files.join(", "));
    Diagnostic::new(Rule::ProvenanceUnproven, message).with_remedy(
        "where no attestation is there, run the failed jobs of the build run again; where one says another thing, do not publish this bundle",
    )
}

/// The roots of trust: the model's, or those that are built in.
fn roots(plan: &Plan) -> Result<Roots, Diagnostic> {
    let Some(path) = &plan.publishing.trusted_root else {
        return Roots::built_in()
            .map_err(|why| Diagnostic::new(Rule::ProvenanceUnproven, why.to_string()));
    };
    let text = fs::read_to_string(Path::new(path.as_str())).map_err(|error| {
        let message = format!("the roots of trust cannot be read: {error}");
        Diagnostic::new(Rule::FileUnreadable, message).in_file(path)
    })?;
    Roots::from_text(&text).map_err(|why| {
        Diagnostic::new(Rule::ProvenanceUnproven, why.to_string())
            .in_file(path)
            .with_remedy("write it anew: gh attestation trusted-root")
    })
}
