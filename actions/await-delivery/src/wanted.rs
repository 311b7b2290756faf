//! What users must get: the files that a channel ships, with the digests of the manifest.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep_bundle::{expected, listed};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{ArtifactRecord, Manifest};
use lockstep_schemas::model::{ArtifactKind, ChannelKind, Tier};
use lockstep_schemas::plan::{ChannelPlan, Plan, PlannedFile};
use lockstep_schemas::strings::{Sha256, TargetId};

/// Whose users are looked at: those of a target, or those of any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Users {
    /// Of this one.
    Of(TargetId),
    /// Of any: what belongs to no target.
    Any,
}

impl Users {
    /// As receipts and tables have it.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Of(target) => target.as_str(),
            Self::Any => "any",
        }
    }

    pub(crate) fn target(&self) -> Option<&TargetId> {
        match self {
            Self::Of(target) => Some(target),
            Self::Any => None,
        }
    }
}

/// A file that a channel must serve.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// Its name.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) kind: ArtifactKind,
    /// The package that it is, where it is one.
    pub(crate) package: Option<String>,
    /// What the plan says of it, where there is one.
    pub(crate) planned: Option<PlannedFile<'a>>,
    /// Its digest; none of what carries the manifest, where nothing else says it.
    pub(crate) sha256: Option<Sha256>,
    /// Its digest as npm has it.
    pub(crate) integrity: Option<String>,
    /// Whether the users that are looked at get it: it is waited for, and installed. Of what others get it is told where it is missing:
    /// what is promised to them has a runner of its own.
    pub(crate) is_own: bool,
}

impl Wanted<'_> {
    /// The name of the package, which every file of a registry has.
    pub(crate) fn package(&self) -> &str {
        self.package.as_deref().unwrap_or_default()
    }
}

/// The digests that a file of sums lists beside a manifest, where there is one.
pub(crate) fn sums(folder: &Path) -> BTreeMap<String, Sha256> {
    listed(folder).unwrap_or_default().into_iter().collect()
}

/// What a channel promises the users that are looked at.
pub(crate) fn tier(channel: &ChannelPlan, users: &Users) -> Tier {
    let of_target = users.target().and_then(|target| channel.promise_of(target));
    of_target.or(channel.tier.as_ref()).map_or(Tier::Official, |tier| tier.tier)
}

/// The files that a channel of the plan ships.
///
/// # Errors
///
/// Where a name cannot be made at this version, or the manifest does not list a file.
pub(crate) fn of_plan<'a>(
    plan: &'a Plan,
    channel: &ChannelPlan,
    manifest: &Manifest,
    sums: &BTreeMap<String, Sha256>,
    users: &Users,
) -> Result<Vec<Wanted<'a>>, Diagnostic> {
    let mut all = Vec::new();
    for expected in expected(plan.shipped_by(channel), &manifest.version)? {
        let file = expected.file;
        let is_own = is_own(plan, channel, file, users);
        let of = |name: String, sha256: Option<Sha256>, integrity: Option<String>| Wanted {
            name,
            kind: file.kind(),
            package: file.package().map(str::to_owned),
            planned: Some(file),
            sha256,
            integrity,
            is_own,
        };
        let mut records = manifest.artifacts.iter().filter(|record| expected.is_of(record));
        match records.next() {
            Some(record) => {
                let integrity = record.integrity.as_ref().map(ToString::to_string);
                all.push(of(record.name.to_string(), Some(record.sha256.clone()), integrity));
            }
            None if file.manifest().is_some() => {
                let sha256 = sums.get(&expected.name).cloned();
                all.push(of(expected.name, sha256, None));
            }
            None => {
                let message = format!("the manifest does not list `{}`", expected.name);
                return Err(Diagnostic::new(Rule::ManifestMismatch, message).with_remedy(
                    "it is the manifest of another plan: check out the release's tag",
                ));
            }
        }
    }
    Ok(all)
}

/// Whether the users that are looked at get a file.
fn is_own(plan: &Plan, channel: &ChannelPlan, file: PlannedFile<'_>, users: &Users) -> bool {
    match (file.users(), users) {
        (Some(of), Users::Of(target)) => of == target,
        (Some(_), Users::Any) => false,
        (None, Users::Any) => true,
        (None, Users::Of(target)) => match file {
            PlannedFile::Archive(_, archive) => {
                let mut of = archive.members.iter().map(|member| member.target.as_ref());
                of.any(|of| of.is_none_or(|of| of == target))
            }
            // Whoever has a wheel of their own does not build.
            PlannedFile::Sdist(plan_of) => !plan.shipped_by(channel).any(|other| {
                matches!(other, PlannedFile::Wheel(wheel, _) if wheel.package == plan_of.package)
                    && other.users().is_none_or(|of| of == target)
            }),
            PlannedFile::NpmPackage(_)
            | PlannedFile::Crate(_)
            | PlannedFile::NpmPlatformPackage(..)
            | PlannedFile::Wheel(..)
            | PlannedFile::Binary(..) => true,
        },
    }
}

/// The files of a registry, by the manifest alone.
///
/// # Errors
///
/// Where the channel is no registry, or the manifest has nothing for it or does not name a package.
pub(crate) fn of_manifest<'a>(
    kind: ChannelKind,
    manifest: &Manifest,
) -> Result<Vec<Wanted<'a>>, Diagnostic> {
    let is_of = |record: &&ArtifactRecord| match record.kind {
        ArtifactKind::NpmPackage | ArtifactKind::NpmPlatformPackage => kind == ChannelKind::Npm,
        ArtifactKind::Wheel | ArtifactKind::Sdist => kind == ChannelKind::Pypi,
        ArtifactKind::Crate => kind == ChannelKind::CratesIo,
        ArtifactKind::Archive | ArtifactKind::Binary => false,
    };
    let wanted = |record: &ArtifactRecord| -> Result<Wanted<'a>, Diagnostic> {
        let of_target = record.target.as_ref().and_then(|target| manifest.targets.get(target));
        let of_target = of_target.and_then(|target| target.package.clone());
        // Older manifests name packages of a platform alone.
        let of_target = of_target.filter(|_| record.kind == ArtifactKind::NpmPlatformPackage);
        let package = record.package.clone().or(of_target).ok_or_else(|| {
            let message = format!("the manifest does not say which package `{}` is", record.name);
            Diagnostic::new(Rule::ManifestMismatch, message)
                .with_remedy("a later Lockstep writes it: ask the project for a release with one")
        })?;
        Ok(Wanted {
            name: record.name.to_string(),
            kind: record.kind,
            package: Some(package),
            planned: None,
            sha256: Some(record.sha256.clone()),
            integrity: record.integrity.as_ref().map(ToString::to_string),
            is_own: true,
        })
    };
    let all: Vec<Wanted<'a>> =
        manifest.artifacts.iter().filter(is_of).map(wanted).collect::<Result<_, Diagnostic>>()?;
    if all.is_empty() {
        let message =
            format!("{} {} has nothing for {}", manifest.project, manifest.version, kind.label());
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .with_remedy("name a registry that it ships packages to: npm, pypi or crates-io"));
    }
    Ok(all)
}
