//! What an artifact says of itself, and what is promised of its binaries, held to its bytes. A client acts on all of it, and nobody
//! else looks. It needs no manifest: so of what is of one target it is told where that is packed, and of everything before it is published.

mod binary;
mod entries;
mod npm;
mod python;
mod record;

use std::collections::BTreeMap;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{Plan, PlannedFile};
use lockstep_schemas::strings::{FileName, TargetId, Version};

use self::binary::{Looked, Promised};
use crate::findings::Findings;
use crate::{Contents, Expected, FileInside, Inside};

type Members = BTreeMap<String, FileInside>;

/// An artifact of a release.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) version: &'a Version,
    pub(crate) expected: &'a Expected<'a>,
    pub(crate) name: &'a FileName,
}

impl Subject<'_> {
    pub(crate) fn about(&self, rule: Rule, what: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, what).in_file(self.name.as_str())
    }
}

/// Every claim of an artifact that its bytes do not bear out, as diagnostics of a file of its name.
#[must_use]
pub fn claims(
    plan: &Plan,
    version: &Version,
    expected: &Expected<'_>,
    name: &FileName,
    contents: &Contents,
) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    let subject = Subject { plan, version, expected, name };
    check(subject, contents, &BTreeMap::new(), &mut findings);
    findings.into_inner()
}

/// As [`claims`]. `targets` says of which target a member is in an artifact of several.
pub(crate) fn check(
    subject: Subject<'_>,
    contents: &Contents,
    targets: &BTreeMap<String, &TargetId>,
    findings: &mut Findings,
) {
    let found = match &contents.inside {
        Inside::Members(found) => found,
        Inside::File(recognized) => {
            let name = subject.name.as_str();
            let looked =
                Looked { name, is_linker_script: false, digest: &contents.digest, recognized };
            let about = |rule, what: String| subject.about(rule, what);
            return Promised::of(subject, None).check(&looked, &about, findings);
        }
        // Why it is refused is told by who opened it.
        Inside::Refused(_) => return,
    };
    let is_cxx =
        |name: &String| name.rsplit('/').next().is_some_and(|name| name.starts_with("libstdc++"));
    let brings_cxx = found.keys().any(is_cxx);
    // A link is looked at where it leads.
    for (member, inside) in found.iter().filter(|(_, inside)| inside.link().is_none()) {
        let about = |rule, what: String| subject.about(rule, what).in_member(member);
        let FileInside { digest, binary, is_linker_script, .. } = inside;
        let looked = Looked {
            name: member,
            is_linker_script: *is_linker_script,
            digest,
            recognized: binary,
        };
        let mut promised = Promised::of(subject, targets.get(member).copied());
        promised.brings_cxx = brings_cxx;
        promised.check(&looked, &about, findings);
    }
    match subject.expected.file {
        PlannedFile::NpmPackage(_) | PlannedFile::NpmPlatformPackage(..) => {
            npm::check(subject, found, findings);
        }
        PlannedFile::Wheel(..) => {
            record::check(subject, found, findings);
            python::wheel(subject, found, findings);
        }
        PlannedFile::Sdist(_) => {
            one_root(subject, found, findings);
            python::sdist(subject, found, findings);
        }
        PlannedFile::Crate(_) => one_root(subject, found, findings),
        PlannedFile::Archive(..) | PlannedFile::Binary(..) => {}
    }
}

/// That everything is below one folder of the artifact's own name, where pip and cargo look for it
/// ([PEP 625](https://peps.python.org/pep-0625/)).
fn one_root(subject: Subject<'_>, found: &Members, findings: &mut Findings) {
    let name = subject.name.as_str();
    let root = name.strip_suffix(".tar.gz").or(name.strip_suffix(".crate")).unwrap_or(name);
    let is_below = |path: &str| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    if let Some(stray) = found.keys().find(|path| !is_below(path)) {
        let what = format!("is not below `{root}/`, as everything in it must be");
        findings.add(subject.about(Rule::PackageClaim, what).in_member(stray));
    }
    if found.is_empty() {
        findings.add(subject.about(Rule::MemberMismatch, "is empty"));
    }
}
