//! What was found, for people, for the job summary, and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use lockstep_runner::{Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::verification::{Verification, VerifiedArtifact};

/// Shows a row for each artifact. The artifacts of another release were not looked at, and have none.
pub(crate) fn show(manifest: &Manifest, problems: &[Diagnostic], report: &mut Report) {
    let is_looked_at = problems.iter().all(|problem| problem.rule != Rule::ManifestOfAnother);
    let of = |name: &str| {
        let is_of = |problem: &&Diagnostic| {
            let file = problem.place.file.as_deref().map(Path::new);
            file.and_then(Path::file_name).is_some_and(|file| file == name)
        };
        problems.iter().filter(is_of).count()
    };
    let artifacts = manifest.artifacts.iter().map(|record| VerifiedArtifact {
        name: record.name.clone(),
        target: record.target.clone(),
        size: record.size,
        sha256: record.sha256.clone(),
        members: record.members.len(),
        problems: of(record.name.as_str()),
    });
    let verification = Verification {
        project: manifest.project.clone(),
        version: manifest.version.clone(),
        tag: manifest.tag.clone(),
        commit: manifest.source.commit.clone(),
        artifacts: if is_looked_at { artifacts.collect() } else { Vec::new() },
    };
    report.result(&verification);
    if is_looked_at {
        report.summarize(markdown(&verification));
        report.line(table(&verification).trim_end());
    }
    if problems.is_empty() {
        let bytes: u128 = manifest.artifacts.iter().map(|artifact| u128::from(artifact.size)).sum();
        report.line(format_args!(
            "{} {}: {} artifacts, {bytes} bytes, every one as the manifest says",
            manifest.project,
            manifest.version,
            manifest.artifacts.len()
        ));
        if manifest.run.is_some() && !manifest.snapshot {
            report.line("Who made it, `verify-provenance` proves by its attestation.");
        }
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
