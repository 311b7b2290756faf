//! The bundle summed up: `SHA256SUMS`, and the `.sha256` files beside artifacts.

use std::io;
use std::path::Path;

use lockstep_bundle::{Digest, WorkingFolder, expected, list};
use lockstep_schemas::manifest::names;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Version;
use lockstep_toolkit::{Failure, Problem, Report};

pub(crate) fn write(
    plan: &Plan,
    version: &Version,
    folder: WorkingFolder<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let bundle = folder.bundle();
    let there = list(&bundle)?;
    if !there.iter().any(|name| name == names::MANIFEST) {
        return Err(Failure::from(
            Problem::new(format!("has no {}", names::MANIFEST))
                .of_file(bundle.display())
                .with_remedy("`hash-artifacts --merge` writes it before this"),
        ));
    }
    for expected in expected(plan.files().filter(|(artifact, _)| artifact.sidecar), version)? {
        let name = expected.among(&there).map_err(|problem| problem.of_file(bundle.display()));
        let Some(name) = report.found(name) else { continue };
        let digest = report.found(Digest::of_file(&bundle.join(name.as_str())));
        if let Some(digest) = digest {
            put(&bundle.join(format!("{name}.sha256")), &line(&digest, name.as_str()))?;
        }
    }
    let mut sums = String::new();
    for name in list(&bundle)?.iter().filter(|name| *name != names::SUMS) {
        if let Some(digest) = report.found(Digest::of_file(&bundle.join(name))) {
            sums.push_str(&line(&digest, name));
        }
    }
    if report.has_problems() {
        return Ok(());
    }
    put(&bundle.join(names::SUMS), &sums)?;
    report.line(sums.trim_end());
    Ok(())
}

/// A file's line, as [`sha256sum`](https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html)
/// reads it.
fn line(digest: &Digest, name: &str) -> String {
    format!("{}  {name}\n", digest.sha256)
}

fn put(path: &Path, text: &str) -> Result<(), Problem> {
    let written: io::Result<()> = std::fs::write(path, text);
    written.map_err(|error| {
        Problem::new(format!("can not be written: {error}")).of_file(path.display())
    })
}
