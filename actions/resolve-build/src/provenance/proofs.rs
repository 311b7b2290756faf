//! Which attestations prove the files of a bundle.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lockstep_bundle::Digest;
use lockstep_github::{GitHub, Why};
use lockstep_provenance::{Attestation, Expected, Refused, Roots, prove_by_any};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::Sha256;

/// After how many files that nothing proves GitHub is asked no more.
const ASKED: usize = 5;

/// An attestation that proves a file of the bundle.
pub(super) struct Proof {
    attestation: Attestation,
    /// It in one line, without anything that is not signed or needed to verify it, however GitHub writes it.
    text: String,
    /// The page of the attempt of the run that signed it.
    pub(super) run: String,
}

impl Proof {
    /// A run that is repeated makes another attestation. The first one is taken, so that it is the same one each time.
    fn rank(&self) -> (u32, &str) {
        let attempt = self.run.rsplit('/').next().and_then(|attempt| attempt.parse().ok());
        (attempt.unwrap_or(u32::MAX), &self.text)
    }
}

/// What proves files.
pub(super) struct Prover<'a> {
    pub(super) roots: Roots,
    pub(super) expected: Expected<'a>,
    pub(super) github: &'a GitHub<'a>,
}

/// What was proven.
pub(super) struct Proven {
    /// By what.
    pub(super) proofs: Vec<Proof>,
    /// The files that nothing proves, by why.
    pub(super) unproven: BTreeMap<String, Vec<String>>,
}

impl Prover<'_> {
    /// Proves files by as few attestations as can be.
    ///
    /// # Errors
    ///
    /// Where GitHub does not answer.
    pub(super) fn prove(&self, files: &[(String, Sha256)]) -> Result<Proven, Diagnostic> {
        let mut proofs: Vec<Proof> = Vec::new();
        let mut unproven: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // The manifest names the attempt of its run, so what is of it is of no other attempt that made the same bytes.
        let (manifest, others): (Vec<_>, Vec<_>) =
            files.iter().partition(|(name, _)| name == names::MANIFEST);
        for (name, digest) in manifest.into_iter().chain(others) {
            let known = proofs.iter().map(|proof| &proof.attestation);
            let mut found = prove_by_any(known, digest, &self.roots, &self.expected).map(|_| ());
            // As a rule one attestation covers all files, so one question is enough. Where none does, a few questions are.
            if found.is_err() && unproven.values().map(Vec::len).sum::<usize>() < ASKED {
                let proof = self.best(of_github(self.github, digest)?, digest, files);
                found = proof.map(|proof| proofs.push(proof));
            }
            if let Err(Refused(why)) = found {
                unproven.entry(why.join("; ")).or_default().push(name.clone());
            }
        }
        Ok(Proven { proofs, unproven })
    }

    fn proves(&self, attestation: &Attestation, digest: &Sha256) -> Result<String, Refused> {
        attestation.prove(digest, &self.roots, &self.expected)
    }

    /// Of those that prove a file the one that proves most of the others, and of several such the first one.
    fn best(
        &self,
        found: Vec<Attestation>,
        digest: &Sha256,
        files: &[(String, Sha256)],
    ) -> Result<Proof, Refused> {
        let refused = prove_by_any(&found, digest, &self.roots, &self.expected).err();
        let mut proofs = Vec::new();
        for attestation in found {
            let Ok(run) = self.proves(&attestation, digest) else { continue };
            let text = attestation.text()?;
            proofs.push(Proof { attestation, text, run });
        }
        let covers = |proof: &Proof| {
            let proven =
                |(_, digest): &&(String, Sha256)| self.proves(&proof.attestation, digest).is_ok();
            files.iter().filter(proven).count()
        };
        if proofs.len() > 1 {
            proofs.sort_by_cached_key(|proof| {
                let (attempt, text) = proof.rank();
                (Reverse(covers(proof)), attempt, text.to_owned())
            });
        }
        proofs.into_iter().next().ok_or_else(|| refused.unwrap_or_else(|| Refused(Vec::new())))
    }
}

/// The attestations that GitHub has of a file; one that cannot be read proves nothing.
fn of_github(github: &GitHub<'_>, digest: &Sha256) -> Result<Vec<Attestation>, Diagnostic> {
    match github.attestations(digest) {
        Ok(texts) => Ok(texts.iter().filter_map(|text| Attestation::read(text).ok()).collect()),
        Err(error) if error.why == Why::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Writes down the attestations that prove the bundle, one a line as `gh attestation download` does, and returns the digest
/// of that.
pub(super) fn keep(path: &Path, proofs: &[Proof]) -> Result<Sha256, Diagnostic> {
    let lines: String = proofs.iter().flat_map(|proof| [proof.text.as_str(), "\n"]).collect();
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the attestation cannot be kept: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
    })?;
    lockstep_files::write(path, &lines)?;
    Ok(Digest::of_file(path)?.sha256)
}
