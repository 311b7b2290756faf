//! The files that a release must have.

use std::fs;
use std::path::{Path, PathBuf};

use lockstep_bundle::{Digest, Verified};
use lockstep_github::{Asset, AssetState, GitHub};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::plan::{ChannelPlan, GithubReleasePlan, at_version};
use lockstep_schemas::strings::{FileName, Sha256};

/// A file that the release must have.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) name: FileName,
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) sha256: Sha256,
}

impl Wanted {
    /// Whether an asset has its bytes.
    pub(super) fn is(&self, asset: &Asset) -> Result<bool, Diagnostic> {
        if asset.state == AssetState::Begun || asset.size != self.size {
            return Ok(false);
        }
        let Some(sha256) = asset.sha256() else {
            let message = format!(
                "this GitHub does not say the digest of `{}`, so nobody can read it back",
                asset.name
            );
            return Err(Diagnostic::new(Rule::GithubFailed, message)
                .with_remedy("a newer version of GitHub Enterprise Server says it"));
        };
        Ok(sha256 == self.sha256)
    }
}

/// All of them: the channel's artifacts with the digests beside them, the manifest, and what the model names besides: the digests
/// of all of these, and the attestation. Those two are made in a folder.
pub(super) fn wanted(
    github: &GitHub<'_>,
    bundle: &Verified<'_>,
    channel: &ChannelPlan,
    plan: &GithubReleasePlan,
    folder: &Path,
) -> Result<Vec<Wanted>, Diagnostic> {
    let manifest = bundle.manifest();
    let of = channel.artifacts.as_slice();
    let artifacts = manifest.artifacts.iter().filter(|artifact| of.contains(&artifact.artifact));
    let mut wanted: Vec<Wanted> = artifacts
        .map(|artifact| Wanted {
            name: artifact.name.clone(),
            path: bundle.folder().join(artifact.name.as_str()),
            size: artifact.size,
            sha256: artifact.sha256.clone(),
        })
        .collect();
    let Some(first) = wanted.first().map(|first| first.sha256.clone()) else {
        let message = "nothing of the bundle is for the GitHub release";
        return Err(Diagnostic::new(Rule::WrongInput, message));
    };
    let at = |name: &str| at_version(name, manifest.version.as_str());
    let sidecars: Vec<String> = wanted.iter().map(|one| format!("{}.sha256", one.name)).collect();
    for name in sidecars.into_iter().filter(|name| bundle.folder().join(name).is_file()) {
        wanted.push(file(&name, bundle.folder().join(&name))?);
    }
    wanted.push(file(&at(&plan.manifest), bundle.folder().join(names::MANIFEST))?);
    if let Some(name) = &plan.attestation {
        let texts = github.attestations(&first)?;
        let lines: String =
            texts.iter().map(|text| text.replace(['\n', '\r'], "") + "\n").collect();
        wanted.push(made(&at(name), &lines, folder)?);
    }
    if let Some(name) = &plan.sums {
        let lines = wanted.iter().map(|one| format!("{}  {}\n", one.sha256, one.name));
        wanted.push(made(&at(name), &lines.collect::<String>(), folder)?);
    }
    Ok(wanted)
}

/// A file that is there.
fn file(name: &str, path: PathBuf) -> Result<Wanted, Diagnostic> {
    let digest = Digest::of_file(&path)?;
    let name: FileName = name.parse().map_err(|error| {
        Diagnostic::new(Rule::WrongInput, format!("an asset cannot be called `{name}`: {error}"))
    })?;
    Ok(Wanted { name, path, size: digest.size, sha256: digest.sha256 })
}

/// A file that is made.
fn made(name: &str, text: &str, folder: &Path) -> Result<Wanted, Diagnostic> {
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the folder of what is uploaded cannot be made: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.display())
    })?;
    let path = folder.join(name);
    lockstep_files::write(&path, text)?;
    file(name, path)
}
