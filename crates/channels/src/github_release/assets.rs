//! The files that a release must have.

use std::fs;
use std::path::Path;

use lockstep_bundle::{Shipped, Verified, shipped};
use lockstep_github::{Asset, AssetState};
use lockstep_runner::inputs::Attested;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, GithubReleasePlan, at_version};

/// Whether an asset has the bytes of a file.
pub(super) fn is(wanted: &Shipped, asset: &Asset) -> Result<bool, Diagnostic> {
    if asset.state == AssetState::Begun || asset.size != wanted.size {
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
    Ok(sha256 == wanted.sha256)
}

/// Whether some assets have a file, byte for byte.
pub(super) fn among(wanted: &Shipped, assets: &[Asset]) -> Result<bool, Diagnostic> {
    let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
    asset.map_or(Ok(false), |asset| is(wanted, asset))
}

/// All of them: the channel's artifacts with the digests beside them, the manifest, the digests of all of these, which are made
/// in a folder, and the attestation that proves all but those.
pub(super) fn wanted(
    bundle: &Verified<'_>,
    channel: &ChannelPlan,
    plan: &GithubReleasePlan,
    attested: &Attested,
    folder: &Path,
) -> Result<Vec<Shipped>, Diagnostic> {
    let manifest = bundle.manifest();
    let mut wanted = shipped(bundle.folder(), bundle.plan(), manifest, channel)?;
    if wanted.is_empty() {
        let message = "nothing of the bundle is for the GitHub release";
        return Err(Diagnostic::new(Rule::WrongInput, message));
    }
    let at = |name: &str| at_version(name, manifest.version.as_str());
    let sidecars: Vec<String> = wanted.iter().map(|one| format!("{}.sha256", one.name)).collect();
    for name in sidecars.into_iter().filter(|name| bundle.folder().join(name).is_file()) {
        wanted.push(Shipped::of_file(&name, bundle.folder().join(&name))?);
    }
    wanted.push(Shipped::of_file(&at(&plan.manifest), bundle.folder().join(names::MANIFEST))?);
    if let Some(name) = &plan.sums {
        let lines = wanted.iter().map(|one| format!("{}  {}\n", one.sha256, one.name));
        wanted.push(made(&at(name), &lines.collect::<String>(), folder)?);
    }
    if let Some(name) = &plan.attestation {
        wanted.push(attestation(&at(name), attested)?);
    }
    Ok(wanted)
}

/// The attestation, which must be the one that was proved.
fn attestation(name: &str, attested: &Attested) -> Result<Shipped, Diagnostic> {
    let Some(proved) = &attested.attested else {
        let message =
            format!("the release carries `{name}`, and nothing says which attestation was proved");
        return Err(Diagnostic::new(Rule::WrongInput, message).with_remedy(
            "run the workflow of the tag, which hands it on; by hand, `resolve-build --stage provenance` proves the bundle, and puts out its digest for `--attested`",
        ));
    };
    let path = &attested.attestation;
    let file = Shipped::of_file(name, path.clone())?;
    if file.sha256 == *proved {
        return Ok(file);
    }
    Err(Diagnostic::new(Rule::ChangedInTransit, "is not the attestation that was proved")
        .in_file(path.shown())
        .differs(proved, &file.sha256)
        .with_remedy(
            "start the workflow again: it proves the bundle anew, and hands on what proved it",
        ))
}

/// A file that is made.
fn made(name: &str, text: &str, folder: &Path) -> Result<Shipped, Diagnostic> {
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("the folder of what is uploaded cannot be made: {error}");
        Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
    })?;
    let path = folder.join(name);
    lockstep_files::write(&path, text)?;
    Shipped::of_file(name, path)
}
