//! The title and the notes of a release, of the templates that the model has for them.

use std::fmt::Write as _;

use lockstep_bundle::Verified;
use lockstep_files::bounded;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::draft::Draft;
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::model::ArtifactKind;
use lockstep_schemas::notes::{Part, parts};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, Destination, GithubReleasePlan, Plan, PlannedFile};

use super::Settings;

/// The longest notes that GitHub takes, in characters.
const LONGEST: usize = 125_000;
/// The largest notes that are read, in bytes.
const LARGEST: u64 = 4 << 20;

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

/// The notes, in Markdown, behind the comment that says of which bundle they are.
pub(super) fn notes(
    plan: &GithubReleasePlan,
    bundle: &Verified<'_>,
    settings: &Settings,
    assets: &[String],
    draft: &Draft,
) -> Result<String, Diagnostic> {
    let manifest = bundle.manifest();
    let link = link(bundle, &settings.server);
    let said = changelog(bundle)?.unwrap_or_else(|| link.clone());
    let with = |changelog: &str| {
        let text = filled(&plan.notes, |part| match part {
            Part::Project => manifest.project.clone(),
            Part::Version => manifest.version.to_string(),
            Part::Tag => manifest.tag.to_string(),
            Part::Changelog => changelog.to_owned(),
            Part::Install => install(bundle.plan(), manifest, settings),
            Part::Assets => {
                assets.iter().fold(String::new(), |all, name| format!("{all}- `{name}`\n"))
            }
        });
        format!("{}\n{}\n", draft.comment(), text.trim())
    };
    let text = with(&said);
    let text = if text.chars().count() > LONGEST { with(&link) } else { text };
    Ok(text.chars().take(LONGEST).collect())
}

fn filled(template: &str, text: impl Fn(Part) -> String) -> String {
    parts(template).fold(String::new(), |all, part| match part {
        Ok(part) => all + text(part).trim(),
        Err(literal) => all + literal,
    })
}

/// What the changelog says of the version, where it says something.
fn changelog(bundle: &Verified<'_>) -> Result<Option<String>, Diagnostic> {
    let path = bundle.folder().join(names::NOTES);
    if !path.is_file() {
        return Ok(None);
    }
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(path.shown())
    };
    let bytes = bounded(&path, LARGEST).map_err(|error| unreadable(&error))?;
    lockstep_files::text(bytes).map(Some).map_err(|error| unreadable(&error))
}

/// Where the changelog is, where there is one.
fn link(bundle: &Verified<'_>, server: &str) -> String {
    let manifest = bundle.manifest();
    let Some(file) = &bundle.plan().versions.released.changelog else { return String::new() };
    let repository = &manifest.source.repository;
    format!("[{file}]({server}/{repository}/blob/{}/{file})", manifest.tag)
}

/// How users install the version, channel by channel.
fn install(plan: &Plan, manifest: &Manifest, settings: &Settings) -> String {
    let mut text = String::new();
    let is_shipped = |channel: &&ChannelPlan| {
        settings.channels.as_ref().is_none_or(|all| all.contains(&channel.kind()))
    };
    for channel in plan.shipping().filter(is_shipped) {
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
        let mut names: Vec<&str> = Vec::new();
        for name in files.filter_map(PlannedFile::package) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
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
