//! That `SHA256SUMS` and the `.sha256` files say what the bytes are.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;

use super::Release;
use crate::findings::Findings;
use crate::{Digest, sums};

pub(super) fn check(
    release: Release<'_>,
    folder: &Path,
    there: &[String],
    digests: &BTreeMap<&str, Digest>,
    findings: &mut Findings,
) {
    let is_artifact =
        |name: &str| release.manifest.artifacts.iter().any(|a| a.name.as_str() == name);
    for name in digests.keys().filter(|name| !is_artifact(name)) {
        if *name == names::SUMS {
            let others = digests.iter().filter(|(other, _)| **other != names::SUMS);
            let others = others.map(|(name, digest)| (*name, digest)).collect();
            says(folder, name, there, &others, findings);
        } else if let Some(of) = name.strip_suffix(".sha256") {
            let of = digests.get_key_value(of).map(|(name, digest)| (*name, digest));
            says(folder, name, there, &of.into_iter().collect(), findings);
        }
    }
}

/// That a file of digests lists some files, with their digests, and no other.
fn says(
    folder: &Path,
    name: &str,
    there: &[String],
    files: &BTreeMap<&str, &Digest>,
    findings: &mut Findings,
) {
    let text = match sums::text(folder, name) {
        Ok(text) => text,
        Err(problem) => return findings.add(problem),
    };
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        match sums::line(line) {
            Some((digest, file)) if listed.insert(file, digest).is_none() => {}
            _ => findings.add(
                finding(name, "is not a digest and a name, or repeats a name").at_line(index + 1),
            ),
        }
    }
    for (file, digest) in files {
        match listed.remove(*file) {
            Some(found) => {
                let differs = || finding(name, format!("what it says of `{file}`"));
                findings.compare(differs, &digest.sha256.as_str(), &found);
            }
            None => findings.add(finding(name, format!("does not list `{file}`"))),
        }
    }
    for file in listed.keys() {
        // Of a file that could not be read that was told.
        if name != names::SUMS || !there.iter().any(|name| name == file) {
            findings.add(finding(name, format!("lists `{file}`, which is not one of its files")));
        }
    }
}

fn finding(name: &str, what: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Rule::SumsMismatch, what).in_file(name)
}
