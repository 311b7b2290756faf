//! What a release must contain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ArchiveFormat, ArtifactKind, BuildMode, Scope, Smoke};
use crate::placeholder::{Placeholder, expand};
use crate::strings::{Id, RelativePath, TargetId, Version};

/// What a release must contain of one artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArtifactPlan {
    /// Its id.
    pub id: Id,
    /// Its kind, as in the model.
    pub kind: ArtifactKind,
    /// Whether it exists once a target or once a release.
    pub scope: Scope,
    /// How an archive is packed.
    #[serde(default)]
    pub format: Option<ArchiveFormat>,
    /// The folder of the package's own metadata, where it has one.
    #[serde(default)]
    pub directory: Option<RelativePath>,
    /// The artifact of platform packages that an npm package lists as optional dependencies.
    #[serde(default)]
    pub platform_packages: Option<Id>,
    /// Whether `cargo package` holds to `Cargo.lock`.
    #[serde(default)]
    pub locked: Option<bool>,
    /// Whether a `.sha256` file is shipped beside each file.
    pub sidecar: bool,
    /// The check that its bytes run.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The files, one a target or one a release.
    pub files: Vec<ArtifactFile>,
}

impl ArtifactPlan {
    /// The name of one of its files at a version; a wheel's keeps its `*`.
    ///
    /// # Errors
    ///
    /// Where the version has no counterpart in the ecosystem of the artifact, in words.
    pub fn name_at(&self, file: &ArtifactFile, version: &Version) -> Result<String, String> {
        Ok(at_version(&file.name, &self.version_words(version)?))
    }

    /// Whether it is installed before it is uploaded: what is run, and what its client may refuse.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        self.smoke.is_some() || self.kind.is_npm() || self.kind == ArtifactKind::Wheel
    }

    /// A version in the words of the artifact's ecosystem.
    ///
    /// # Errors
    ///
    /// Where it has no counterpart there, in words.
    pub fn version_words(&self, version: &Version) -> Result<String, String> {
        match self.kind {
            ArtifactKind::Wheel | ArtifactKind::Sdist => version.python().ok_or_else(|| {
                format!("{version} has no counterpart in Python, so `{}` has no name", self.id)
            }),
            _ => Ok(version.to_string()),
        }
    }
}

/// A text of the plan with the version in its place.
#[must_use]
pub fn at_version(text: &str, version: &str) -> String {
    expand(text, |placeholder| (placeholder == Placeholder::Version).then(|| version.to_owned()))
}

/// One file that a release must contain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArtifactFile {
    /// The target that it is of, or whose build makes it.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// Its name; a wheel's has `*` where the build decides.
    pub name: String,
    /// The package's name, where it is one.
    #[serde(default)]
    pub package: Option<String>,
    /// Where the build leaves it, where Lockstep does not pack it.
    #[serde(default)]
    pub path: Option<String>,
    /// A folder to start a package from.
    #[serde(default)]
    pub template: Option<String>,
    /// What is in it.
    #[serde(default)]
    pub members: Vec<Placement>,
    /// Where the release's manifest stands in it.
    #[serde(default)]
    pub manifest: Option<String>,
}

/// One member of an archive or package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Placement {
    /// The built file that it is, where Lockstep packs it.
    #[serde(default)]
    pub from: Option<String>,
    /// Its place.
    pub to: String,
    /// The target that it is of, in an artifact of the whole release.
    #[serde(default)]
    pub target: Option<TargetId>,
    /// The build mode that it is of.
    #[serde(default)]
    pub mode: Option<BuildMode>,
}
