//! That `SHA256SUMS` and the `.sha256` files say what the bytes are.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep_bundle::Digest;
use lockstep_schemas::manifest::names;
use lockstep_schemas::verification::Finding;

use crate::Release;
use crate::findings::Findings;

/// The largest file of digests that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(crate) fn check(
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
    let path = folder.join(name);
    if path.metadata().is_ok_and(|metadata| metadata.len() > LARGEST) {
        return findings.add(Finding::new(name, "is larger than any file of digests"));
    }
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            return findings.add(Finding::new(name, format!("can not be read: {error}")));
        }
    };
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        match line.split_once("  ") {
            Some((digest, file)) if listed.insert(file, digest).is_none() => {}
            _ => findings.add(
                Finding::new(name, "is no digest and name, or a name again").at_line(index + 1),
            ),
        }
    }
    for (file, digest) in files {
        match listed.remove(*file) {
            Some(found) => {
                let finding = || Finding::new(name, format!("what it says of `{file}`"));
                findings.compare(finding, &digest.sha256.as_str(), &found);
            }
            None => findings.add(Finding::new(name, format!("does not list `{file}`"))),
        }
    }
    for file in listed.keys() {
        // Of a file that could not be read that was told.
        if name != names::SUMS || !there.iter().any(|name| name == file) {
            findings.add(Finding::new(name, format!("lists `{file}`, which is none of its files")));
        }
    }
}
