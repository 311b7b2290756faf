//! A second build of a target, compared with the first.

use std::path::Path;

use lockstep_bundle::{Contents, Digest, Expected, matching};
use lockstep_runner::{Failure, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{FileRecord, MemberRecord};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{PlannedFile, at_version};
use lockstep_schemas::strings::{FileName, TargetId};

use crate::Origin;

/// What to do where two builds differ.
const REMEDY: &str = "what differs from folder to folder and from hour to hour must not be in it: give the compiler `--remap-path-prefix` or `-ffile-prefix-map`, and clocks `SOURCE_DATE_EPOCH`; or take `reproducible` out";

/// What the first build made.
pub(crate) struct First<'a> {
    /// The folder of what is packed.
    pub(crate) out: &'a Path,
    pub(crate) packed: &'a [(Expected<'a>, FileName)],
    pub(crate) files: &'a [FileRecord],
}

impl First<'_> {
    /// That every file of it is the same in a second build: those that something is packed from, and the members of packages that
    /// the build made.
    pub(crate) fn compare(
        &self,
        again: &Path,
        release: Origin<'_>,
        target: &TargetId,
        report: &mut Report,
    ) -> Result<(), Failure> {
        if !again.is_dir() {
            return Err(Failure::new(
                Rule::FileUnreadable,
                format!("{} is no folder: a second build of {target} is made there", again.shown()),
            ));
        }
        for file in self.files {
            let path = again.join(file.path.as_str());
            let Some(digest) = report.found(second(&path)) else { continue };
            if digest.sha256 != file.sha256 {
                let message = format!("has other bytes in a second build of {target}");
                let problem = Diagnostic::new(Rule::NotReproducible, message)
                    .in_file(file.path.as_str())
                    .differs(&file.sha256, &digest.sha256);
                report.problem(problem.with_remedy(REMEDY));
            }
        }
        for (expected, name) in self.packed {
            let (PlannedFile::Wheel(..) | PlannedFile::Sdist(_)) = expected.file else { continue };
            let pattern =
                at_version(expected.file.path().unwrap_or_default(), release.version.as_str());
            let found = matching(again, &pattern)?;
            let same_name = |path: &&String| path.rsplit('/').next() == Some(name.as_str());
            let Some(path) = found.iter().find(same_name) else {
                report.problem(missing(&again.join(name.as_str())));
                continue;
            };
            let first = Contents::of(expected.file, &self.out.join(name.as_str()))?;
            let other = Contents::of(expected.file, &again.join(path))?;
            report.problems(differences(name, target, &first, &other));
        }
        Ok(())
    }
}

fn second(path: &Path) -> Result<Digest, Diagnostic> {
    if path.is_file() { Digest::of_file(path) } else { Err(missing(path)) }
}

fn missing(path: &Path) -> Diagnostic {
    Diagnostic::new(Rule::NotReproducible, "was not made by a second build")
        .in_file(path.shown())
        .with_remedy("a second build runs the scripts of the model in a copy of the checkout, and no action: what an action builds cannot be built twice")
}

/// The members of a package that are not the same; of one whose members are, that it is not packed the same.
fn differences(
    name: &FileName,
    target: &TargetId,
    first: &Contents,
    other: &Contents,
) -> Vec<Diagnostic> {
    if first.digest.sha256 == other.digest.sha256 {
        return Vec::new();
    }
    let (first, other) = (first.members(), other.members());
    let differs = |what: &str| {
        Diagnostic::new(Rule::NotReproducible, format!("{what} in a second build of {target}"))
            .in_file(name.as_str())
            .with_remedy(REMEDY)
    };
    let of = |all: &[MemberRecord], path: &str| {
        all.iter().find(|member| member.path == path).map(|member| member.sha256.to_string())
    };
    let mut paths: Vec<&str> =
        first.iter().chain(&other).map(|member| member.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let none = || "none".to_owned();
    let members = paths.into_iter().filter_map(|path| {
        let (one, two) = (of(&first, path), of(&other, path));
        (one != two).then(|| {
            let problem = differs("has other bytes").in_member(path);
            problem.differs(&one.unwrap_or_else(none), &two.unwrap_or_else(none))
        })
    });
    let members: Vec<Diagnostic> = members.collect();
    if members.is_empty() {
        return vec![differs("is packed otherwise, with the same members,")];
    }
    members
}
