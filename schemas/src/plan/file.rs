//! One file of a release, whatever its kind.

use super::{
    ArchiveFile, ArchivePlan, BinaryFile, BinaryPlan, CratePlan, NpmPackagePlan, Placement, Plan,
    PlatformPackageFile, PlatformPackagePlan, SdistPlan, WheelFile, WheelPlan,
};
use crate::model::{ArtifactKind, Smoke};
use crate::placeholder::{Placeholder, expand};
use crate::platform::Os;
use crate::strings::{Id, TargetId, Version};

/// A text of the plan with the version in its place.
#[must_use]
pub fn at_version(text: &str, version: &str) -> String {
    expand(text, |placeholder| (placeholder == Placeholder::Version).then(|| version.to_owned()))
}

/// One file that a release must contain, with its artifact.
#[derive(Debug, Clone, Copy)]
pub enum PlannedFile<'a> {
    /// An archive.
    Archive(&'a ArchivePlan, &'a ArchiveFile),
    /// The npm package of a target.
    NpmPlatformPackage(&'a PlatformPackagePlan, &'a PlatformPackageFile),
    /// An npm package for every platform.
    NpmPackage(&'a NpmPackagePlan),
    /// A wheel.
    Wheel(&'a WheelPlan, &'a WheelFile),
    /// A source distribution.
    Sdist(&'a SdistPlan),
    /// A crate.
    Crate(&'a CratePlan),
    /// A file as it is built.
    Binary(&'a BinaryPlan, &'a BinaryFile),
}

impl<'a> PlannedFile<'a> {
    /// The artifact's id.
    #[must_use]
    pub fn artifact(self) -> &'a Id {
        match self {
            Self::Archive(plan, _) => &plan.id,
            Self::NpmPlatformPackage(plan, _) => &plan.id,
            Self::NpmPackage(plan) => &plan.id,
            Self::Wheel(plan, _) => &plan.id,
            Self::Sdist(plan) => &plan.id,
            Self::Crate(plan) => &plan.id,
            Self::Binary(plan, _) => &plan.id,
        }
    }

    /// The folder that an npm package starts from, below the project's.
    #[must_use]
    pub fn npm_folder(self) -> Option<&'a str> {
        match self {
            Self::NpmPackage(plan) => Some(plan.directory.as_str()),
            Self::NpmPlatformPackage(_, file) => file.template.as_deref(),
            Self::Archive(..)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_)
            | Self::Binary(..) => None,
        }
    }

    /// The artifact's kind.
    #[must_use]
    pub fn kind(self) -> ArtifactKind {
        match self {
            Self::Archive(..) => ArtifactKind::Archive,
            Self::NpmPlatformPackage(..) => ArtifactKind::NpmPlatformPackage,
            Self::NpmPackage(_) => ArtifactKind::NpmPackage,
            Self::Wheel(..) => ArtifactKind::Wheel,
            Self::Sdist(_) => ArtifactKind::Sdist,
            Self::Crate(_) => ArtifactKind::Crate,
            Self::Binary(..) => ArtifactKind::Binary,
        }
    }

    /// Its name, with `{version}`, and `*` where the build decides.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Self::Archive(_, file) => &file.name,
            Self::NpmPlatformPackage(_, file) => &file.name,
            Self::NpmPackage(plan) => &plan.name,
            Self::Wheel(_, file) => &file.name,
            Self::Sdist(plan) => &plan.name,
            Self::Crate(plan) => &plan.name,
            Self::Binary(_, file) => &file.name,
        }
    }

    /// The target that it is of, or whose build makes it.
    #[must_use]
    pub fn target(self) -> Option<&'a TargetId> {
        match self {
            Self::Archive(_, file) => file.target.as_ref(),
            Self::NpmPlatformPackage(_, file) => Some(&file.target),
            Self::Wheel(_, file) => Some(&file.target),
            Self::Sdist(plan) => Some(&plan.target),
            Self::Binary(_, file) => Some(&file.target),
            Self::NpmPackage(_) | Self::Crate(_) => None,
        }
    }

    /// The target whose users it is for; none for what is for users of any, such as a crate or a source.
    #[must_use]
    pub fn users(self) -> Option<&'a TargetId> {
        match self {
            Self::Archive(_, file) => file.target.as_ref(),
            Self::NpmPlatformPackage(_, file) => Some(&file.target),
            Self::Wheel(_, file) => (!file.is_for_everybody()).then_some(&file.target),
            Self::Binary(_, file) => Some(&file.target),
            Self::NpmPackage(_) | Self::Crate(_) | Self::Sdist(_) => None,
        }
    }

    /// Whether users on an operating system get it: those of its target, or of the targets that it has files of. What has files of no target
    /// is for those of every one.
    #[must_use]
    pub fn is_for(self, os: Os, plan: &'a Plan) -> bool {
        let of = |target: &TargetId| plan.target(target).is_some_and(|target| target.os == os);
        let platforms = match self {
            Self::NpmPackage(package) => package.platform_packages.as_ref(),
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_)
            | Self::Binary(..) => None,
        };
        let platforms = plan.files().filter(|file| Some(file.artifact()) == platforms);
        let of_platforms = platforms.filter_map(Self::users);
        let of_members = self.members().iter().filter_map(|member| member.target.as_ref());
        let mut users = self.users().into_iter().chain(of_members).chain(of_platforms).peekable();
        match users.peek() {
            Some(_) => users.any(of),
            None => plan.targets.iter().any(|target| target.os == os),
        }
    }

    /// The package's name, where it is one.
    #[must_use]
    pub fn package(self) -> Option<&'a str> {
        match self {
            Self::NpmPlatformPackage(_, file) => Some(&file.package),
            Self::NpmPackage(plan) => Some(plan.package.as_str()),
            Self::Wheel(plan, _) => Some(plan.package.as_str()),
            Self::Sdist(plan) => Some(plan.package.as_str()),
            Self::Crate(plan) => Some(plan.package.as_str()),
            Self::Archive(..) | Self::Binary(..) => None,
        }
    }

    /// What Lockstep puts into it.
    #[must_use]
    pub fn members(self) -> &'a [Placement] {
        match self {
            Self::Archive(_, file) => &file.members,
            Self::NpmPlatformPackage(_, file) => &file.members,
            Self::NpmPackage(plan) => &plan.members,
            Self::Wheel(..) | Self::Sdist(_) | Self::Crate(_) | Self::Binary(..) => &[],
        }
    }

    /// What must be in it, where the build packs it.
    #[must_use]
    pub fn required(self) -> &'a [String] {
        match self {
            Self::Wheel(_, file) => &file.required,
            Self::Sdist(plan) => &plan.required,
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_)
            | Self::Binary(..) => &[],
        }
    }

    /// Where the build leaves it, where it is shipped as the build made it.
    #[must_use]
    pub fn path(self) -> Option<&'a str> {
        match self {
            Self::Wheel(_, file) => Some(&file.path),
            Self::Sdist(plan) => Some(&plan.path),
            Self::Binary(_, file) => Some(&file.path),
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_) => None,
        }
    }

    /// Where the release's manifest stands in it.
    #[must_use]
    pub fn manifest(self) -> Option<&'a str> {
        match self {
            Self::Archive(_, file) => file.manifest.as_deref(),
            Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_)
            | Self::Binary(..) => None,
        }
    }

    /// The check that its bytes run.
    #[must_use]
    pub fn smoke(self) -> Option<&'a Smoke> {
        match self {
            Self::Archive(plan, _) => plan.smoke.as_ref(),
            Self::NpmPlatformPackage(plan, _) => plan.smoke.as_ref(),
            Self::NpmPackage(plan) => plan.smoke.as_ref(),
            Self::Wheel(plan, _) => plan.smoke.as_ref(),
            Self::Binary(plan, _) => plan.smoke.as_ref(),
            Self::Sdist(_) | Self::Crate(_) => None,
        }
    }

    /// Whether a `.sha256` file is shipped beside it.
    #[must_use]
    pub fn has_sidecar(self) -> bool {
        match self {
            Self::Archive(plan, _) => plan.sidecar,
            Self::Binary(plan, _) => plan.sidecar,
            Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Wheel(..)
            | Self::Sdist(_)
            | Self::Crate(_) => false,
        }
    }

    /// Whether it is installed before it is uploaded: what is run, and what its client may refuse.
    #[must_use]
    pub fn is_installed(self) -> bool {
        match self {
            Self::NpmPlatformPackage(..) | Self::NpmPackage(_) | Self::Wheel(..) => true,
            Self::Archive(..) | Self::Sdist(_) | Self::Crate(_) | Self::Binary(..) => {
                self.smoke().is_some()
            }
        }
    }

    /// Its name at a version; a wheel's keeps its `*`.
    ///
    /// # Errors
    ///
    /// Where the version has no counterpart in the ecosystem of the artifact, in words.
    pub fn name_at(self, version: &Version) -> Result<String, String> {
        Ok(at_version(self.name(), &self.version_words(version)?))
    }

    /// A version in the words of the artifact's ecosystem.
    ///
    /// # Errors
    ///
    /// Where it has no counterpart there, in words.
    pub fn version_words(self, version: &Version) -> Result<String, String> {
        match self {
            Self::Wheel(..) | Self::Sdist(_) => version.python().ok_or_else(|| {
                format!(
                    "{version} has no counterpart in Python, so `{}` has no name",
                    self.artifact()
                )
            }),
            Self::Archive(..)
            | Self::NpmPlatformPackage(..)
            | Self::NpmPackage(_)
            | Self::Crate(_)
            | Self::Binary(..) => Ok(version.to_string()),
        }
    }
}
