//! The title and the notes of a release, of the templates that the model has for them.

use std::fmt::Write as _;

use lockstep_bundle::Verified;
use lockstep_files::bounded;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::notes::{Part, parts};
use lockstep_schemas::plan::{ChannelPlan, Destination, GithubReleasePlan, Plan, PlannedFile};

/// The longest notes that GitHub takes, in characters.
const LONGEST: usize = 125_000;
/// How much of them the changelog may take: the rest is for what else stands there.
const LONGEST_CHANGELOG: usize = 100_000;

/// The title.
pub(super) fn title(plan: &GithubReleasePlan, manifest: &Manifest) -> String {
    filled(&plan.title, |part| match part {
        Part::Project => manifest.project.clone(),
        Part::Version => manifest.version.to_string(),
        Part::Tag => manifest.tag.to_string(),
        // The rules let no title have one.
        Part::Changelog | Part::Install | Part::Assets => String::new(),
    })
}

/// The notes, in Markdown.
pub(super) fn notes(
    plan: &GithubReleasePlan,
    bundle: &Verified<'_>,
    server: &str,
    assets: &[String],
) -> Result<String, Diagnostic> {
    let manifest = bundle.manifest();
    let changelog = changelog(bundle, server)?;
    let text = filled(&plan.notes, |part| match part {
        Part::Project => manifest.project.clone(),
        Part::Version => manifest.version.to_string(),
        Part::Tag => manifest.tag.to_string(),
        Part::Changelog => changelog.clone(),
        Part::Install => install(bundle.plan(), manifest),
        Part::Assets => assets.iter().fold(String::new(), |all, name| format!("{all}- `{name}`\n")),
    });
    let text = format!("{}\n", text.trim());
    Ok(text.chars().take(LONGEST).collect())
}

fn filled(template: &str, text: impl Fn(Part) -> String) -> String {
    parts(template).fold(String::new(), |all, part| match part {
        Ok(part) => all + text(part).trim(),
        Err(literal) => all + literal,
    })
}

/// What the changelog says of the version; where it says nothing, or more than there is room for, where it is.
fn changelog(bundle: &Verified<'_>, server: &str) -> Result<String, Diagnostic> {
    let manifest = bundle.manifest();
    let path = bundle.folder().join(names::NOTES);
    if path.is_file() {
        let unreadable = |error: &dyn std::fmt::Display| {
            Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
                .in_file(path.display())
        };
        let bytes = bounded(&path, 4 << 20).map_err(|error| unreadable(&error))?;
        let text = lockstep_files::text(bytes).map_err(|error| unreadable(&error))?;
        if text.chars().count() <= LONGEST_CHANGELOG {
            return Ok(text);
        }
    }
    let Some(file) = &bundle.plan().versions.released.changelog else { return Ok(String::new()) };
    let repository = &manifest.source.repository;
    Ok(format!("[{file}]({server}/{repository}/blob/{}/{file})", manifest.tag))
}

/// How users install the version, channel by channel.
fn install(plan: &Plan, manifest: &Manifest) -> String {
    let mut text = String::new();
    for channel in &plan.channels {
        for command in commands(plan, channel, manifest) {
            let _ = writeln!(text, "{command}");
        }
    }
    if text.is_empty() { text } else { format!("## Install\n\n```sh\n{text}```\n") }
}

/// The commands that install from a channel.
fn commands(plan: &Plan, channel: &ChannelPlan, manifest: &Manifest) -> Vec<String> {
    let version = &manifest.version;
    let is_of = |kinds: &[ArtifactKind]| {
        let files = plan.files().filter(|file| channel.artifacts.contains(file.artifact()));
        let files = files.filter(|file| kinds.contains(&file.kind()));
        let mut names: Vec<&str> = files.filter_map(PlannedFile::package).collect();
        names.dedup();
        names
    };
    let each = |names: Vec<&str>, command: &dyn Fn(&str) -> String| {
        names.into_iter().map(command).collect::<Vec<String>>()
    };
    match &channel.to {
        Destination::Npm(_) => {
            let roots = is_of(&[ArtifactKind::NpmPackage]);
            let names =
                if roots.is_empty() { is_of(&[ArtifactKind::NpmPlatformPackage]) } else { roots };
            each(names, &|name| format!("npm install {name}@{version}"))
        }
        Destination::Pypi(_) => {
            let python = version.python().unwrap_or_else(|| version.to_string());
            let names = is_of(&[ArtifactKind::Wheel, ArtifactKind::Sdist]);
            each(names, &|name| format!("pip install {name}=={python}"))
        }
        Destination::CratesIo(_) => {
            let names = is_of(&[ArtifactKind::Crate]);
            each(names, &|name| format!("cargo install {name} --version {version} --locked"))
        }
        Destination::Homebrew(formula) => {
            let (owner, tap) = formula.tap.as_str().split_once('/').unwrap_or_default();
            let tap = tap.strip_prefix("homebrew-").unwrap_or(tap);
            let name = formula.formula.as_str().rsplit('/').next().unwrap_or_default();
            vec![format!("brew install {owner}/{tap}/{}", name.trim_end_matches(".rb"))]
        }
        Destination::CargoBinstall(binstall) => {
            let crates = plan.files().filter(|file| *file.artifact() == binstall.crate_artifact);
            let names = crates.filter_map(PlannedFile::package).collect();
            each(names, &|name| format!("cargo binstall {name}@{version}"))
        }
        // Its assets stand below the notes.
        Destination::GithubRelease(_) => Vec::new(),
    }
}
