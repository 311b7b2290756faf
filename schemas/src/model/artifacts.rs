//! Artifacts: the files that a build produces and a channel ships.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Archive, ChannelKind, yes};
use crate::is_false;
use crate::strings::{
    CrateName, FileNamePattern, GlobPattern, Id, NpmName, PathPattern, PythonName, PythonTag,
    RelativePath, Script, TargetId,
};

/// A kind of file that a build produces and a channel ships.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Artifact {
    /// A `.tar.gz`, `.tar.xz` or `.zip` with a fixed layout.
    Archive(Archive),
    /// An npm package with one target's binaries, which npm installs on that platform alone.
    NpmPlatformPackage(NpmPlatformPackage),
    /// An npm package for every platform.
    NpmPackage(NpmPackage),
    /// Python wheels that the build made.
    Wheel(Wheel),
    /// A Python source distribution that the build made.
    Sdist(Sdist),
    /// A crate.
    Crate(CratePackage),
    /// One file as it was built.
    Binary(Binary),
}

/// The kind of an artifact, by its name in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// [`Artifact::Archive`].
    Archive,
    /// [`Artifact::NpmPlatformPackage`].
    NpmPlatformPackage,
    /// [`Artifact::NpmPackage`].
    NpmPackage,
    /// [`Artifact::Wheel`].
    Wheel,
    /// [`Artifact::Sdist`].
    Sdist,
    /// [`Artifact::Crate`].
    Crate,
    /// [`Artifact::Binary`].
    Binary,
}

impl ArtifactKind {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Archive,
        Self::Binary,
        Self::NpmPlatformPackage,
        Self::NpmPackage,
        Self::Wheel,
        Self::Sdist,
        Self::Crate,
    ];

    /// The channels that can ship it.
    #[must_use]
    pub fn channels(self) -> &'static [ChannelKind] {
        match self {
            Self::Archive => {
                &[ChannelKind::GithubRelease, ChannelKind::Homebrew, ChannelKind::CargoBinstall]
            }
            Self::Binary => &[ChannelKind::GithubRelease, ChannelKind::CargoBinstall],
            Self::NpmPlatformPackage | Self::NpmPackage => &[ChannelKind::Npm],
            Self::Wheel | Self::Sdist => &[ChannelKind::GithubRelease, ChannelKind::Pypi],
            Self::Crate => &[ChannelKind::CratesIo],
        }
    }

    /// Whether npm packs and publishes it.
    #[must_use]
    pub fn is_npm(self) -> bool {
        matches!(self, Self::NpmPackage | Self::NpmPlatformPackage)
    }
}

impl fmt::Display for ArtifactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Archive => "archive",
            Self::NpmPlatformPackage => "npm-platform-package",
            Self::NpmPackage => "npm-package",
            Self::Wheel => "wheel",
            Self::Sdist => "sdist",
            Self::Crate => "crate",
            Self::Binary => "binary",
        })
    }
}

impl Artifact {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ArtifactKind {
        match self {
            Self::Archive(_) => ArtifactKind::Archive,
            Self::NpmPlatformPackage(_) => ArtifactKind::NpmPlatformPackage,
            Self::NpmPackage(_) => ArtifactKind::NpmPackage,
            Self::Wheel(_) => ArtifactKind::Wheel,
            Self::Sdist(_) => ArtifactKind::Sdist,
            Self::Crate(_) => ArtifactKind::Crate,
            Self::Binary(_) => ArtifactKind::Binary,
        }
    }

    /// Whether it exists once a target or once a release.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Archive(archive) => archive.scope,
            Self::Wheel(wheel) if wheel.built_on.is_some() => Scope::Release,
            Self::NpmPlatformPackage(_) | Self::Wheel(_) | Self::Binary(_) => Scope::Target,
            Self::NpmPackage(_) | Self::Sdist(_) | Self::Crate(_) => Scope::Release,
        }
    }

    /// The targets that the model names for it; `None` stands for all.
    #[must_use]
    pub fn targets(&self) -> Option<&[TargetId]> {
        match self {
            Self::Archive(Archive { targets, .. })
            | Self::NpmPlatformPackage(NpmPlatformPackage { targets, .. })
            | Self::NpmPackage(NpmPackage { targets, .. })
            | Self::Wheel(Wheel { targets, .. })
            | Self::Binary(Binary { targets, .. }) => targets.as_deref(),
            Self::Sdist(_) | Self::Crate(_) => None,
        }
    }

    /// Whether it has something for a target.
    #[must_use]
    pub fn is_packed_for(&self, target: &TargetId) -> bool {
        match self {
            Self::Sdist(_) | Self::Crate(_) => false,
            Self::Archive(archive) if archive.scope == Scope::Release => false,
            Self::Wheel(wheel) if wheel.built_on.is_some() => false,
            Self::Archive(_)
            | Self::NpmPlatformPackage(_)
            | Self::NpmPackage(_)
            | Self::Wheel(_)
            | Self::Binary(_) => self.targets().is_none_or(|targets| targets.contains(target)),
        }
    }

    /// Whether it has something that belongs to no target.
    #[must_use]
    pub fn is_of_no_target(&self) -> bool {
        match self {
            Self::Sdist(_) | Self::Crate(_) => true,
            Self::Archive(archive) => archive.scope == Scope::Release,
            Self::Wheel(wheel) => wheel.built_on.is_some(),
            // An npm package for every platform promises something for each of them.
            Self::NpmPackage(_) | Self::NpmPlatformPackage(_) | Self::Binary(_) => false,
        }
    }

    /// The check that its bytes run.
    #[must_use]
    pub fn smoke(&self) -> Option<&Smoke> {
        match self {
            Self::Archive(Archive { smoke, .. })
            | Self::NpmPlatformPackage(NpmPlatformPackage { smoke, .. })
            | Self::NpmPackage(NpmPackage { smoke, .. })
            | Self::Wheel(Wheel { smoke, .. })
            | Self::Binary(Binary { smoke, .. }) => smoke.as_ref(),
            Self::Sdist(_) | Self::Crate(_) => None,
        }
    }
}

/// Whether an artifact exists once a target or once a release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Once a target, packed where that target is built.
    #[default]
    Target,
    /// Once a release, packed with the files of every target at hand.
    Release,
}

/// A check that an artifact or an installed package runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Smoke {
    /// The script. Before publishing it runs on the target's runner, once for each build mode
    /// (`LOCKSTEP_MODE`), in the folder that the artifact was unpacked to. `LOCKSTEP_ARTIFACT` is the
    /// file, `LOCKSTEP_ROOT` the project's root, `LOCKSTEP_EMULATOR` what runs a cross-built target. After publishing it runs where the channel's own
    /// client installed it.
    pub run: Script,
    /// Whether its output must contain the release's version.
    #[serde(default)]
    pub prints_version: bool,
    /// Whether a failure of an artifact's check is told and recorded, and stops nothing, where no channel promises the file as
    /// `official`. It is tried three times, so that what fails now and then is told from what never runs. What is `official` it
    /// stops all the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub advisory: bool,
}

/// An npm package with one target's binaries, which npm installs on that platform alone
/// ([`os`, `cpu`, `libc`](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmPlatformPackage {
    /// The package's name, with `{target}` or another fact of the target in it.
    pub package: NpmName,
    /// What is in it: built file → place in the package. A pair with `{mode}` stands for one of
    /// each mode.
    pub files: IndexMap<GlobPattern, GlobPattern>,
    /// A folder with a `package.json`, README and the like to start from; `{target}` may stand in
    /// its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<PathPattern>,
    /// The targets that it is packed for. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// The check that its bytes run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}

/// An npm package for every platform: pure JavaScript, one that carries every target's native files,
/// or one that depends on platform packages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmPackage {
    /// The package's name.
    pub package: NpmName,
    /// The folder of its `package.json`.
    pub directory: RelativePath,
    /// What each target puts into it: built file → place in the package, with `{target}` or `{npm}` in the place, and in the
    /// file's path where that differs too. A file without one in either is the checkout's, or that of the build of `built-on`.
    /// Execute bits are kept.
    #[serde(default)]
    pub native_files: IndexMap<GlobPattern, GlobPattern>,
    /// The one target whose build makes the files of no target, such as the loader that napi-rs writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_on: Option<TargetId>,
    /// The artifact of platform packages that it lists as optional dependencies, each at the very
    /// version of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_packages: Option<Id>,
    /// The targets whose files it carries and whose users it serves. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// The check that its bytes run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}

/// Python wheels that the build made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wheel {
    /// The project's name.
    pub package: PythonName,
    /// Where the build leaves them. Of the files that match, one must be for each Python of each target.
    pub path: GlobPattern,
    /// The Pythons that a target has a wheel for each: `[cp312, cp313, cp313t, pp311]`, or `[py3]` for a wheel whose programs need
    /// none. Without it a target has one wheel, for whatever Python its build makes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pythons: Vec<PythonTag>,
    /// The oldest Python of a target's one wheel, which serves every later one by the
    /// [stable interface](https://docs.python.org/3/c-api/stable.html): `cp39`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abi3: Option<PythonTag>,
    /// The one target whose build makes a wheel for every platform, such as `py3-none-any`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_on: Option<TargetId>,
    /// Members that it must have.
    #[serde(default)]
    pub members: Vec<GlobPattern>,
    /// The targets that make one. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// The check that its bytes run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}

/// A Python source distribution that the build made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sdist {
    /// The project's name.
    pub package: PythonName,
    /// Where the build leaves it.
    pub path: GlobPattern,
    /// The one target whose build makes it.
    pub built_on: TargetId,
    /// Members that it must have, below the folder that everything in it stands in: `*/Cargo.lock`.
    #[serde(default)]
    pub members: Vec<GlobPattern>,
}

/// A crate, packed by `cargo package`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CratePackage {
    /// The crate's name.
    pub package: CrateName,
    /// The folder of its `Cargo.toml`.
    pub directory: RelativePath,
    /// Whether `Cargo.lock` is held to.
    #[serde(default = "yes")]
    pub locked: bool,
}

/// One file as it was built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Binary {
    /// Where the build leaves it. With `{mode}` in it there is one of each mode.
    pub path: PathPattern,
    /// Its name as it is shipped; with `{mode}` in it where `path` has it.
    pub name: FileNamePattern,
    /// The targets that make one. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// Whether a `.sha256` file is shipped beside it.
    #[serde(default)]
    pub sidecar: bool,
    /// The check that its bytes run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}
