//! Where the manifest comes from: a file, or the release on GitHub.

use std::fs;
use std::path::{Path, PathBuf};

use lockstep_bundle::{Digest, manifest};
use lockstep_github::{GitHub, Why};
use lockstep_provenance::{Attestation, Expected, Refused, Roots, prove_by_any};
use lockstep_registries::Web;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::at_version;
use lockstep_schemas::strings::{Repository, Tag, Version, WorkflowFile};

/// The largest file of roots of trust that is read, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Where the manifest comes from.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    /// A file, which somebody verified before.
    File(&'a Path),
    /// An asset of the release.
    Release(Asset<'a>),
}

/// The manifest as an asset of a release.
#[derive(Debug)]
pub(crate) struct Asset<'a> {
    pub(crate) github: &'a GitHub<'a>,
    pub(crate) repository: &'a Repository,
    pub(crate) version: &'a Version,
    pub(crate) tag: Tag,
    /// Its name, with `{version}`.
    pub(crate) name: &'a str,
    /// Where it is kept.
    pub(crate) folder: &'a Path,
    /// What must have built it, where that is to be proved.
    pub(crate) proof: Option<Proof<'a>>,
}

/// What must have built a manifest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) server: &'a str,
    pub(crate) workflow: &'a WorkflowFile,
    pub(crate) trusted_root: Option<&'a PathBuf>,
}

impl Source<'_> {
    /// The manifest, and its file; none where it is not there yet.
    ///
    /// # Errors
    ///
    /// Where it is of another version, or nothing proves where it comes from.
    pub(crate) fn read(
        &self,
        version: &Version,
        web: &Web<'_>,
    ) -> Result<Option<(Manifest, PathBuf)>, Diagnostic> {
        let (found, file) = match self {
            Self::File(path) => {
                (lockstep_files::json::read::<Manifest>(path, "the manifest")?, (*path).to_owned())
            }
            Self::Release(asset) => {
                let Some(found) = asset.fetch(web)? else { return Ok(None) };
                (found, asset.folder.join(names::MANIFEST))
            }
        };
        if found.version != *version {
            let message = format!("the manifest is of {}, and not of {version}", found.version);
            return Err(Diagnostic::new(Rule::ManifestOfAnother, message));
        }
        if found.snapshot {
            let message = format!("{version} is a snapshot, and nobody publishes one");
            return Err(Diagnostic::new(Rule::ManifestOfAnother, message));
        }
        Ok(Some((found, file)))
    }
}

impl Asset<'_> {
    fn fetch(&self, web: &Web<'_>) -> Result<Option<Manifest>, Diagnostic> {
        let release = match self.github.release_of(&self.tag) {
            Err(error) if matches!(error.why, Why::NotFound) => return Ok(None),
            release => release.map_err(Diagnostic::from)?,
        };
        let name = at_version(self.name, self.version.as_str());
        let assets = self.github.assets(release.id).map_err(Diagnostic::from)?;
        let Some(asset) = assets.iter().find(|asset| asset.name == name) else {
            let mut names: Vec<&str> = assets.iter().map(|asset| asset.name.as_str()).collect();
            names.sort_unstable();
            let message = format!("the release {} has no manifest `{name}`", self.tag);
            return Err(Diagnostic::new(Rule::ManifestMismatch, message)
                .with_remedy(format!("name it with --asset; it has {}", names.join(", "))));
        };
        fs::create_dir_all(self.folder).map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, error.to_string()).in_file(self.folder.shown())
        })?;
        let path = self.folder.join(names::MANIFEST);
        if !web.download("GitHub", &asset.browser_download_url, &path)? {
            let message = format!(
                "`{name}` of {} is there, and nobody can download it without a login",
                self.tag
            );
            return Err(Diagnostic::new(Rule::DeliveryFailed, message).with_remedy(
                "the repository is private: download the manifest yourself, and name it with --manifest",
            ));
        }
        let digest = Digest::of_file(&path)?.sha256;
        if asset.sha256().is_some_and(|said| said != digest) {
            let message = format!("`{name}` is not what GitHub says of it");
            return Err(Diagnostic::new(Rule::DigestMismatch, message)
                .with_remedy("run it again: the download was incomplete, or of something else"));
        }
        let found = manifest(self.folder)?;
        if let Some(proof) = &self.proof {
            proof.prove(self, &digest, &found)?;
        }
        Ok(Some(found))
    }
}

impl Proof<'_> {
    /// That the workflow of the repository built the manifest, from the commit that it names.
    fn prove(
        &self,
        asset: &Asset<'_>,
        digest: &lockstep_schemas::strings::Sha256,
        found: &Manifest,
    ) -> Result<(), Diagnostic> {
        let unproven = |why: &dyn std::fmt::Display| {
            let message =
                format!("nothing proves where the manifest of {} comes from: {why}", asset.tag);
            Diagnostic::new(Rule::ProvenanceUnproven, message).with_remedy(
                "do not use what is not proven; ask the project whether its release is whole",
            )
        };
        let roots = match self.trusted_root {
            Some(path) => {
                let read = lockstep_files::bounded(path, LARGEST);
                let text = read.map_err(|error| {
                    let message = format!("cannot be read: {error}");
                    Diagnostic::new(Rule::FileUnreadable, message).in_file(path.shown())
                })?;
                Roots::from_text(&String::from_utf8_lossy(&text)).map_err(|why| unproven(&why))?
            }
            None => Roots::built_in().map_err(|why| unproven(&why))?,
        };
        let texts = match asset.github.attestations(digest) {
            Err(error) if matches!(error.why, Why::NotFound) => Vec::new(),
            texts => texts.map_err(Diagnostic::from)?,
        };
        let read = |text: &String| Attestation::read(text).ok();
        let attestations: Vec<Attestation> = texts.iter().filter_map(read).collect();
        let git_ref = format!("refs/tags/{}", asset.tag);
        let expected = Expected {
            server: self.server,
            repository: asset.repository,
            workflow: self.workflow,
            git_ref: &git_ref,
            commit: Some(&found.source.commit),
            run: None,
        };
        prove_by_any(&attestations, digest, &roots, &expected)
            .map(drop)
            .map_err(|Refused(why)| unproven(&why.join("; ")))
    }
}
