//! What was found, for people, for the job summary, and as JSON.

use std::fmt::Write as _;

use lockstep_files::json;
use lockstep_runner::{Report, Table};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::verification::{Verification, VerifiedArtifact};

use crate::Inputs;
use crate::findings::{Findings, problem};

/// Tells everything. `is_looked_at` is whether the artifacts were.
pub(crate) fn tell(
    inputs: &Inputs,
    manifest: &Manifest,
    findings: Findings,
    is_looked_at: bool,
    report: &mut Report,
) {
    let problems = findings.into_inner();
    for finding in &problems {
        report.problem(problem(finding, &inputs.bundle));
    }
    let artifacts = manifest.artifacts.iter().map(|record| VerifiedArtifact {
        name: record.name.clone(),
        target: record.target.clone(),
        size: record.size,
        sha256: record.sha256.clone(),
        members: record.members.len(),
        problems: problems.iter().filter(|one| one.file == record.name.as_str()).count(),
    });
    let verification = Verification {
        project: manifest.project.clone(),
        version: manifest.version.clone(),
        tag: manifest.tag.clone(),
        commit: manifest.source.commit.clone(),
        artifacts: if is_looked_at { artifacts.collect() } else { Vec::new() },
        problems,
    };
    if is_looked_at {
        report.summarize(markdown(&verification));
    }
    if inputs.json {
        report.line(json::text(&verification).trim_end());
    } else if is_looked_at {
        report.line(table(&verification).trim_end());
    }
    if verification.problems.is_empty() && !inputs.json {
        let bytes: u128 = manifest.artifacts.iter().map(|artifact| u128::from(artifact.size)).sum();
        report.line(format_args!(
            "{} {}: {} artifacts, {bytes} bytes, every one as the manifest says",
            manifest.project,
            manifest.version,
            manifest.artifacts.len()
        ));
    }
}

fn state(artifact: &VerifiedArtifact) -> String {
    match artifact.problems {
        0 => "good".to_owned(),
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}

fn target(artifact: &VerifiedArtifact) -> &str {
    artifact.target.as_ref().map_or("", |target| target.as_str())
}

/// A row an artifact.
fn table(verification: &Verification) -> String {
    let mut table = Table::new(["file", "target", "bytes", "members", "state", "SHA-256"]);
    for artifact in &verification.artifacts {
        table.row([
            artifact.name.to_string(),
            target(artifact).to_owned(),
            artifact.size.to_string(),
            artifact.members.to_string(),
            state(artifact),
            artifact.sha256.to_string(),
        ]);
    }
    table.with_numbers(&[2, 3]).to_string()
}

fn markdown(verification: &Verification) -> String {
    let mut table = format!("### {} {}\n\n", verification.project, verification.version);
    table.push_str("| file | target | bytes | members | state | SHA-256 |\n");
    table.push_str("| --- | --- | --: | --: | --- | --- |\n");
    for artifact in &verification.artifacts {
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {} | `{}` |",
            artifact.name,
            target(artifact),
            artifact.size,
            artifact.members,
            state(artifact),
            artifact.sha256
        );
    }
    table.push('\n');
    table
}
