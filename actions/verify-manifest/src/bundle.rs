//! The bundle's bytes against the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lockstep_bundle::{Digest, expected, integrity, list};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::plan::Plan;
use lockstep_toolkit::{Failure, Problem, Report};

use crate::{Inputs, members};

pub(crate) fn check(
    inputs: &Inputs,
    plan: &Plan,
    manifest: &Manifest,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = &inputs.bundle;
    let there = list(folder)?;
    let sidecars = plan.files().filter(|(artifact, _)| artifact.sidecar);
    let with_manifest = plan.files().filter(|(_, file)| file.manifest.is_some());
    let mut wanted: BTreeSet<String> =
        [names::MANIFEST, names::PLAN, names::SUMS].map(str::to_owned).into();
    wanted.extend(manifest.artifacts.iter().map(|artifact| artifact.name.to_string()));
    for expected in expected(with_manifest, &inputs.version)? {
        wanted.insert(expected.name);
    }
    for expected in expected(sidecars, &inputs.version)? {
        // Where the file itself is missing, that is told, and not its sidecar.
        if let Ok(name) = expected.among(&there) {
            wanted.insert(format!("{name}.sha256"));
        }
    }
    let mut digests = BTreeMap::new();
    for name in &there {
        let path = folder.join(name);
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if !wanted.contains(name) {
            let problem = Problem::new("is neither in the plan nor in the manifest");
            report.problem(problem.of_file(path.display()).with_remedy("take it out"));
        } else if !is_file {
            report.problem(
                Problem::new("is a link or a folder, and must be a file").of_file(path.display()),
            );
        } else if let Some(digest) = report.found(Digest::of_file(&path)) {
            digests.insert(name.as_str(), digest);
        }
    }
    for name in wanted.iter().filter(|name| !there.contains(name)) {
        report.problem(Problem::new("is missing").of_file(folder.join(name).display()));
    }
    for artifact in &manifest.artifacts {
        let path = folder.join(artifact.name.as_str());
        let Some(found) = digests.get(artifact.name.as_str()) else { continue };
        let mut differs = |what: &str, found: &str, wanted: &str| {
            if found != wanted {
                let message = format!("its {what} is {found}, the manifest says {wanted}");
                report.problem(Problem::new(message).of_file(path.display()));
            }
        };
        differs("SHA-256", found.sha256.as_str(), artifact.sha256.as_str());
        differs("size", &found.size.to_string(), &artifact.size.to_string());
        if let Some(wanted) = &artifact.integrity {
            match integrity(&path) {
                Ok(found) => differs("integrity", found.as_str(), wanted.as_str()),
                Err(problem) => report.problem(problem),
            }
        }
    }
    for expected in expected(plan.files(), &inputs.version)? {
        // A missing file was told as missing.
        if let Ok(name) = expected.among(&there) {
            let path = folder.join(name.as_str());
            members::check(&expected, &path, plan, manifest, &inputs.version, report);
        }
    }
    sums(inputs, manifest, &digests, report);
    plan_is_ours(inputs, report);
    Ok(())
}

/// That the plan in the bundle is the one that it is verified against.
fn plan_is_ours(inputs: &Inputs, report: &mut Report) {
    let carried = inputs.bundle.join(names::PLAN);
    let (Ok(ours), Ok(carried_plan)) = (std::fs::read(&inputs.plan.plan), std::fs::read(&carried))
    else {
        // A missing file is told as missing.
        return;
    };
    if ours != carried_plan {
        report.problem(
            Problem::new(format!("is another plan than {}", inputs.plan.plan.display()))
                .of_file(carried.display())
                .with_remedy(
                    "a bundle is verified against the plan of the commit that it was built from",
                ),
        );
    }
}

/// That `SHA256SUMS` and the `.sha256` files say what the bytes are.
fn sums(
    inputs: &Inputs,
    manifest: &Manifest,
    digests: &BTreeMap<&str, Digest>,
    report: &mut Report,
) {
    let is_artifact = |name: &str| manifest.artifacts.iter().any(|a| a.name.as_str() == name);
    for name in digests.keys().filter(|name| !is_artifact(name)) {
        if *name == names::SUMS {
            let others = digests.iter().filter(|(other, _)| **other != names::SUMS);
            says(inputs, name, &others.collect(), report);
        } else if let Some(of) = name.strip_suffix(".sha256") {
            says(inputs, name, &digests.get_key_value(of).into_iter().collect(), report);
        }
    }
}

/// That a file of digests lists some files, with their digests, and no other.
fn says(inputs: &Inputs, name: &str, files: &BTreeMap<&&str, &Digest>, report: &mut Report) {
    let path = inputs.bundle.join(name);
    let problem = |message: String| Problem::new(message).of_file(path.display());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return report.problem(problem(format!("can not be read: {error}"))),
    };
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        match line.split_once("  ") {
            Some((digest, file)) if listed.insert(file, digest).is_none() => {}
            _ => report.problem(
                problem("is no digest and name, or a name again".to_owned()).at(index + 1, 1),
            ),
        }
    }
    for (file, digest) in files {
        match listed.remove(**file) {
            Some(found) if found == digest.sha256.as_str() => {}
            Some(found) => {
                let message =
                    format!("says {found} of `{file}`, whose SHA-256 is {}", digest.sha256);
                report.problem(problem(message));
            }
            None => report.problem(problem(format!("does not list `{file}`"))),
        }
    }
    for file in listed.keys() {
        report.problem(problem(format!("lists `{file}`, which is not there")));
    }
}

/// What is in the bundle, for the job summary.
pub(crate) fn table(manifest: &Manifest) -> String {
    let mut table = format!("### {} {}\n\n", manifest.project, manifest.version);
    table.push_str("| file | target | bytes | SHA-256 |\n| --- | --- | --: | --- |\n");
    for artifact in &manifest.artifacts {
        let target = artifact.target.as_ref().map_or("", |target| target.as_str());
        let _ = writeln!(
            table,
            "| `{}` | {target} | {} | `{}` |",
            artifact.name, artifact.size, artifact.sha256
        );
    }
    table
}
