//! One artifact: its bytes and members against the manifest, the plan, and what its kind must be.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{ArtifactRecord, FileRecord};
use lockstep_schemas::plan::{PlannedFile, at_version};
use lockstep_schemas::platform::Os;
use lockstep_schemas::strings::{FileName, Sha256, TargetId};

use super::Release;
use super::places::places;
use crate::claims::{self, Subject};
use crate::findings::Findings;
use crate::{Contents, Expected, FileInside, Inside, matches, unfit_for_windows};

type Members = BTreeMap<String, FileInside>;

/// Checks one artifact. `manifest` is the digest of the bundle's manifest, which may stand in it.
pub(super) fn check(
    release: Release<'_>,
    expected: &Expected<'_>,
    name: &FileName,
    contents: &Contents,
    manifest: Option<&Sha256>,
    findings: &mut Findings,
) {
    let record = release.manifest.artifacts.iter().find(|record| record.name == *name);
    if let Some(record) = record {
        bytes(record, contents, findings);
    }
    let about = |rule, what: String| Diagnostic::new(rule, what).in_file(name.as_str());
    let subject = Subject { plan: release.plan, version: release.version, expected, name };
    let found = match &contents.inside {
        Inside::Members(found) => found,
        Inside::File(_) => {
            raw(release, expected, record, contents, &about, findings);
            return claims::check(subject, contents, &BTreeMap::new(), findings);
        }
        Inside::Refused(what) => {
            return findings.add(about(Rule::ArchiveRefused, format!("is refused: {what}")));
        }
    };
    // Of a member that is not as the manifest lists it nothing more is said.
    let reported =
        record.map(|record| members(record, found, &about, findings)).unwrap_or_default();
    let mut artifact =
        Artifact { release, expected, found, about: &about, reported, known: BTreeSet::new() };
    artifact.planned(findings);
    artifact.carried_manifest(manifest, findings);
    artifact.nothing_else(findings);
    let targets = artifact.targets();
    if expected.file.is_for(Os::Windows, release.plan) {
        let names = found.keys().map(String::as_str);
        unfit_for_windows(name.as_str(), names).for_each(|problem| findings.add(problem));
    }
    claims::check(subject, contents, &targets, findings);
}

/// That a file that is shipped as it was built is the one that the manifest says was built.
fn raw(
    release: Release<'_>,
    expected: &Expected<'_>,
    record: Option<&ArtifactRecord>,
    contents: &Contents,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    if record.is_some_and(|record| !record.members.is_empty()) {
        findings.add(about(
            Rule::ManifestMismatch,
            "has members in the manifest, and is one file".to_owned(),
        ));
    }
    let path = at_version(expected.file.path().unwrap_or_default(), release.version.as_str());
    let target = expected.file.target().and_then(|id| release.manifest.targets.get(id));
    let files = target.into_iter().flat_map(|target| &target.files);
    let mut built = files.filter(|file| matches(&path, file.path.as_str())).peekable();
    if built.peek().is_none() {
        findings.add(about(
            Rule::ManifestMismatch,
            format!("nothing in the manifest says that `{path}` was built"),
        ));
    }
    for file in built {
        let finding =
            || about(Rule::DigestMismatch, format!("SHA-256 of `{}`, which was built", file.path));
        findings.compare(finding, &file.sha256, &contents.digest.sha256);
    }
}

/// That an artifact's bytes are those that the manifest lists.
fn bytes(record: &ArtifactRecord, contents: &Contents, findings: &mut Findings) {
    let differs = |what: &str| {
        let what = what.to_owned();
        move || Diagnostic::new(Rule::DigestMismatch, what).in_file(&record.name)
    };
    let digest = &contents.digest;
    // Other bytes are mostly more or fewer, which says nothing new.
    if findings.compare(differs("SHA-256"), &record.sha256, &digest.sha256) {
        findings.compare(differs("size"), &record.size, &digest.size);
    }
    if let (Some(wanted), Some(found)) = (&record.integrity, &contents.integrity) {
        findings.compare(differs("npm's integrity"), wanted, found);
    }
}

/// That its members are those that the manifest lists; returns those that are not.
fn members(
    record: &ArtifactRecord,
    found: &Members,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) -> BTreeSet<String> {
    let mut reported = BTreeSet::new();
    let mut listed = BTreeSet::new();
    for member in &record.members {
        let finding = |rule, what: &str| about(rule, what.to_owned()).in_member(&member.path);
        if !listed.insert(member.path.as_str()) {
            findings.add(finding(Rule::ManifestMismatch, "is listed twice in the manifest"));
            continue;
        }
        let Some(inside) = found.get(&member.path) else {
            findings
                .add(finding(Rule::MemberMismatch, "is missing in it, and the manifest lists it"));
            reported.insert(member.path.clone());
            continue;
        };
        let digest = &inside.digest;
        let mut is_same = findings.compare(
            || finding(Rule::DigestMismatch, "SHA-256"),
            &member.sha256,
            &digest.sha256,
        ) && findings.compare(
            || finding(Rule::DigestMismatch, "size"),
            &member.size,
            &digest.size,
        );
        let link = |link: Option<&str>| link.map_or("a file".to_owned(), str::to_owned);
        let leads = || finding(Rule::MemberMismatch, "where it leads as a link");
        is_same &= findings.compare(leads, &link(member.link.as_deref()), &link(inside.link()));
        let bit = || finding(Rule::MemberMismatch, "executable bit");
        is_same &= findings.compare(bit, &member.executable, &digest.executable);
        if !is_same {
            reported.insert(member.path.clone());
        }
    }
    for name in found.keys().filter(|name| !listed.contains(name.as_str())) {
        let what = "is in it, and not in the manifest".to_owned();
        findings.add(about(Rule::MemberMismatch, what).in_member(name));
        reported.insert(name.clone());
    }
    reported
}

/// An archive or a package, opened.
struct Artifact<'a, F: Fn(Rule, String) -> Diagnostic> {
    release: Release<'a>,
    expected: &'a Expected<'a>,
    found: &'a Members,
    about: &'a F,
    /// Members that something was said of.
    reported: BTreeSet<String>,
    /// Members that the plan knows.
    known: BTreeSet<String>,
}

impl<F: Fn(Rule, String) -> Diagnostic> Artifact<'_, F> {
    fn finding(&self, rule: Rule, member: &str, what: impl Into<String>) -> Diagnostic {
        (self.about)(rule, what.into()).in_member(member)
    }

    /// That every member of the plan is in it, and is the file that was built.
    fn planned(&mut self, findings: &mut Findings) {
        let version = self.release.version;
        for pattern in self.expected.file.required() {
            let pattern = at_version(pattern, version.as_str());
            if !self.found.keys().any(|name| matches(&pattern, name)) {
                findings.add(self.finding(Rule::MemberMismatch, &pattern, "is missing").with_remedy(
                    "the model says that it must be there: the build that makes this file must put it in",
                ));
            }
        }
        for member in self.expected.file.members() {
            let places = places(member, self.release.manifest, version);
            if member.target.is_some() && !places.iter().any(|(_, built)| built.is_some()) {
                let what = "nothing in the manifest says that it was built";
                findings.add(self.finding(
                    Rule::MemberMismatch,
                    &at_version(&member.to, version.as_str()),
                    what,
                ));
            }
            for (place, built) in places {
                let inside = self.found.get(&place);
                if !self.reported.contains(&place) {
                    match (inside, built) {
                        (None, _) => {
                            findings.add(self.finding(Rule::MemberMismatch, &place, "is missing"));
                        }
                        (Some(inside), Some(built)) => {
                            self.is_built(&place, inside, built, findings);
                        }
                        (Some(_), None) => {}
                    }
                }
                self.known.insert(place);
            }
        }
    }

    fn is_built(
        &self,
        place: &str,
        inside: &FileInside,
        built: &FileRecord,
        findings: &mut Findings,
    ) {
        let finding = |rule, what: &str| {
            self.finding(rule, place, format!("{what} of `{}`, which was built", built.path))
        };
        let digest = &inside.digest;
        findings.compare(
            || finding(Rule::DigestMismatch, "SHA-256"),
            &built.sha256,
            &digest.sha256,
        );
        findings.compare(
            || finding(Rule::MemberMismatch, "executable bit"),
            &built.executable,
            &digest.executable,
        );
    }

    /// That the manifest stands in it where the plan says.
    fn carried_manifest(&mut self, manifest: Option<&Sha256>, findings: &mut Findings) {
        let Some(place) = self.expected.file.manifest() else { return };
        let place = at_version(place, self.release.version.as_str());
        match (self.found.get(&place), manifest) {
            (None, _) => {
                findings.add(self.finding(
                    Rule::MemberMismatch,
                    &place,
                    "is missing: the manifest",
                ));
            }
            (Some(inside), Some(manifest)) => {
                let finding = || {
                    self.finding(Rule::MemberMismatch, &place, "is not the manifest: its SHA-256")
                };
                findings.compare(finding, manifest, &inside.digest.sha256);
            }
            (Some(_), None) => {}
        }
        self.known.insert(place);
    }

    /// That nothing is in it that the model does not give it. A package has files of its own beside that;
    /// and of members of no target with a pattern, which are the checkout's, only the places are known here.
    fn nothing_else(&self, findings: &mut Findings) {
        let PlannedFile::Archive(_, archive) = self.expected.file else { return };
        let open = archive.members.iter().filter(|member| member.target.is_none());
        let open: Vec<String> =
            open.map(|member| at_version(&member.to, self.release.version.as_str())).collect();
        for name in self.found.keys().filter(|name| !self.known.contains(*name)) {
            let is_open = open.iter().any(|pattern| matches(pattern, name));
            if !is_open && !self.reported.contains(name) {
                findings.add(self.finding(
                    Rule::MemberMismatch,
                    name,
                    "is in it, and the model does not put it there",
                ));
            }
        }
    }

    /// Of which target each member is, in an artifact of several.
    fn targets(&self) -> BTreeMap<String, &TargetId> {
        let Release { manifest, version, .. } = self.release;
        let of_release = self.expected.file.target().is_none();
        let mut targets = BTreeMap::new();
        for member in self.expected.file.members().iter().filter(|_| of_release) {
            if let Some(target) = &member.target {
                let places = places(member, manifest, version);
                targets.extend(places.into_iter().map(|(place, _)| (place, target)));
            }
        }
        targets
    }
}
