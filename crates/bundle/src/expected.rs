//! The files that a release must contain, and which of the files at hand they are.

use std::collections::BTreeSet;

use lockstep_runner::Failure;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::ArtifactRecord;
use lockstep_schemas::plan::{Plan, PlannedFile, TargetPlan, at_version};
use lockstep_schemas::strings::{FileName, TargetId, Version};

/// A file that a release must contain.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// What the plan says of it.
    pub file: PlannedFile<'a>,
    /// Its name at the release's version; a wheel's is for people, and has a `*` where the build decides.
    pub name: String,
    /// The release's version in the words of its ecosystem.
    pub version: String,
}

/// Files of the plan by their names at a version.
pub fn expected<'a>(
    files: impl Iterator<Item = PlannedFile<'a>>,
    version: &Version,
) -> Result<Vec<Expected<'a>>, Diagnostic> {
    files
        .map(|file| {
            let version = file
                .version_words(version)
                .map_err(|error| Diagnostic::new(Rule::WrongForm, error))?;
            Ok(Expected { file, name: at_version(file.name(), &version), version })
        })
        .collect()
}

/// A target of the plan.
pub fn target<'a>(plan: &'a Plan, id: &TargetId) -> Result<&'a TargetPlan, Failure> {
    plan.target(id).ok_or_else(|| {
        let known: Vec<&str> = plan.targets.iter().map(|target| target.id.as_str()).collect();
        Failure::new(Rule::WrongInput, format!("the plan has no target `{id}`"))
            .with_remedy(format!("it has {}", known.join(", ")))
    })
}

impl Expected<'_> {
    /// Whether a manifest's record is of it.
    #[must_use]
    pub fn is_of(&self, record: &ArtifactRecord) -> bool {
        record.artifact == *self.file.artifact()
            && record.kind == self.file.kind()
            && self.is_named(record.name.as_str())
            && record.target.as_ref() == self.file.target()
            // Older manifests do not name it.
            && record.package.as_deref().is_none_or(|name| Some(name) == self.file.package())
    }

    /// Whether a file of that name can be it. A wheel's name may say more than was promised, such as an older floor.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        match self.file {
            PlannedFile::Wheel(plan, file) => {
                file.is(name, plan.package.as_str(), &self.version).is_ok()
            }
            PlannedFile::Archive(..)
            | PlannedFile::NpmPlatformPackage(..)
            | PlannedFile::NpmPackage(_)
            | PlannedFile::Sdist(_)
            | PlannedFile::Crate(_)
            | PlannedFile::Binary(..) => name == self.name,
        }
    }

    /// The names of a manifest's records of its artifact and target: what is of another may serve its users too.
    #[must_use]
    pub fn named_in(&self, records: &[ArtifactRecord]) -> Vec<String> {
        let own = records.iter().filter(|record| {
            record.artifact == *self.file.artifact() && record.target.as_ref() == self.file.target()
        });
        // One that is listed twice is told by itself.
        let names: BTreeSet<String> = own.map(|record| record.name.to_string()).collect();
        names.into_iter().collect()
    }

    /// Its one name among those at hand.
    pub fn among(&self, names: &[String]) -> Result<FileName, Diagnostic> {
        let matches: Vec<&String> = names.iter().filter(|name| self.is_named(name)).collect();
        let what = format!("{} of artifact `{}`", self.file.kind(), self.file.artifact());
        match matches.as_slice() {
            [] => Err(Diagnostic::new(
                Rule::ArtifactMissing,
                format!("`{}` is missing: the {what}", self.name),
            )),
            [name] => name.parse().map_err(|error| {
                Diagnostic::new(Rule::ArtifactMissing, format!("the {what}: {error}"))
            }),
            many => {
                let names: Vec<&str> = many.iter().map(|name| name.as_str()).collect();
                let message = format!(
                    "{} files match `{}`, but there must be one {what}: {}",
                    many.len(),
                    self.name,
                    names.join(", ")
                );
                Err(Diagnostic::new(Rule::ArtifactMissing, message))
            }
        }
    }
}
