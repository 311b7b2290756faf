//! `formula`: a maintainer's clone of a tap is brought to a release, or compared with it.

use std::path::{Path, PathBuf};

use lockstep_clients::gh;
use lockstep_files::{bounded, diff, json, write};
use lockstep_formula::{Digests, Release, archives, wanted};
use lockstep_runner::protocol::server;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::{Manifest, names};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, HomebrewPlan, Plan, at_version};
use lockstep_schemas::strings::{Tag, Version};
use tempfile::TempDir;

use super::load_release;
use super::output::{Output, Stop};

/// The largest formula or file of digests that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Of which release, and where the formula is.
#[derive(Debug, Clone, clap::Args)]
pub struct Bringing {
    /// The run that built the release, whose bundle `gh` downloads.
    #[arg(long, value_name = "ID", group = "of")]
    run: Option<u64>,
    /// The tag of the release, whose manifest `gh` downloads.
    #[arg(long, value_name = "TAG", group = "of")]
    release: Option<Tag>,
    /// The folder with the release's bundle: `gh run download RUN --name bundle-1 --dir FOLDER` gets that of a run.
    #[arg(long, value_name = "FOLDER", group = "of")]
    bundle: Option<PathBuf>,
    /// The release's manifest, such as the asset of the GitHub release.
    #[arg(long, value_name = "FILE", group = "of")]
    manifest: Option<PathBuf>,
    /// The digests of the release's assets, as `sha256sum` writes them.
    #[arg(long, value_name = "FILE", group = "of", requires = "version")]
    sums: Option<PathBuf>,
    /// The version, where the digests are of a file of sums.
    #[arg(long, id = "version", value_name = "VERSION", requires = "sums")]
    version: Option<Version>,
    /// Your clone of the tap. Without it the formula is printed, where Lockstep writes the whole of it.
    #[arg(long, value_name = "FOLDER")]
    tap: Option<PathBuf>,
    /// Write nothing: exit with 1 where the formula is not that of the release.
    #[arg(long, requires = "tap")]
    check: bool,
}

/// What a release is called, and the digests of its files.
struct Files {
    version: Version,
    tag: Tag,
    digests: Digests,
}

/// Brings the formula to the release, or compares it.
pub fn run(project: &Path, asked: &Bringing, output: &mut Output) -> Result<(), Stop> {
    let (asked, _downloads) = asked.downloaded(project)?;
    let plan = match &asked.bundle {
        // What was released may be another than what is checked out.
        Some(bundle) => json::read_plan(&bundle.join(names::PLAN))?,
        None => load_release(project)?.plan,
    };
    let Some((channel, formula)) =
        plan.channels.iter().find_map(|channel| Some((channel, channel.homebrew()?)))
    else {
        let message = "the model has no channel `homebrew`";
        return Err(Diagnostic::new(Rule::WrongInput, message).into());
    };
    let files = asked.files(&plan)?;
    let downloads = format!("{}/{}/releases/download", server(), plan.project.repository);
    let Files { version, tag, digests } = &files;
    let archives = match archives(&plan, channel, version, &downloads, tag, digests) {
        Ok(archives) => archives,
        Err(problems) => return found(problems, output),
    };
    let path = asked.tap.as_deref().map(|tap| in_clone(tap, formula)).transpose()?;
    if path.is_none() && formula.contents.is_none() {
        let message = "the formula is the tap's own, and is read from a clone of that";
        let problem = Diagnostic::new(Rule::WrongInput, message);
        return Err(problem.with_remedy("name your clone: --tap FOLDER").into());
    }
    let text = path.as_deref().filter(|path| path.is_file()).map(text).transpose()?;
    let release =
        Release { plan: &plan, formula, version, archives: &archives, downloads: &downloads };
    let wanted = match wanted(&release, text.as_deref()) {
        Ok(wanted) => wanted,
        Err(problems) => return found(problems, output),
    };
    let (Some(path), Some(tap)) = (path, &asked.tap) else {
        output.document(&wanted.text);
        return Ok(());
    };
    let (tap, name) = (quoted(&tap.shown()), &formula.formula);
    if text.as_ref() == Some(&wanted.text) {
        output.line(format_args!("{name} says what {version} has"));
        return Ok(());
    }
    let difference = diff(name.as_str(), text.as_deref().unwrap_or_default(), &wanted.text);
    output.text(&difference);
    if asked.check {
        return found(wanted.differences, output);
    }
    write(&path, &wanted.text)?;
    let project = &plan.project.name;
    output.line(format_args!(
        "wrote {}; what is left:\n\n    git -C {tap} add {name}\n    git -C {tap} commit --message '{project} {version}'\n    git -C {tap} push\n",
        path.shown()
    ));
    Ok(())
}

/// Where a formula is in a clone of its tap.
fn in_clone(tap: &Path, formula: &HomebrewPlan) -> Result<PathBuf, Diagnostic> {
    if tap.join(".git").exists() {
        return Ok(tap.join(formula.formula.as_str()));
    }
    let message = format!("is no clone of {}", formula.tap);
    Err(Diagnostic::new(Rule::CheckoutMismatch, message).in_file(tap.shown()).with_remedy(format!(
        "make one: git clone {}/{} {}",
        server(),
        formula.tap,
        quoted(&tap.shown())
    )))
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+@".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn found(problems: Vec<Diagnostic>, output: &mut Output) -> Result<(), Stop> {
    for problem in problems {
        output.problem(problem);
    }
    Err(Stop::Found)
}

impl Bringing {
    /// The same of files, and where those are that were downloaded for it.
    fn downloaded(&self, project: &Path) -> Result<(Self, Option<TempDir>), Stop> {
        if self.run.is_none() && self.release.is_none() {
            return Ok((self.clone(), None));
        }
        let plan = load_release(project)?.plan;
        let repository = &plan.project.repository;
        let folder = tempfile::tempdir().map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("a temporary folder: {error}"))
        })?;
        let mut files = self.clone();
        if let Some(run) = self.run {
            let pattern = format!("{}*", names::UPLOAD);
            gh::download_run(repository, run, &pattern, folder.path())?;
            files.bundle = Some(newest(folder.path(), run)?);
        }
        if let Some(tag) = &self.release {
            let has = |channel: &'_ ChannelPlan| Some(channel.github_release()?.manifest.clone());
            let name = plan.shipping().find_map(has).ok_or_else(|| {
                let message = "the model ships to no GitHub release, so none has a manifest";
                Diagnostic::new(Rule::WrongInput, message)
            })?;
            let version = plan.tag.version_of(tag.as_str()).ok_or_else(|| {
                let prefix = plan.tag.prefix();
                let message = format!("the tag {tag} does not match `{}`", plan.tag);
                Diagnostic::new(Rule::TagPattern, message).with_remedy(format!(
                    "a release's tag is {prefix} and a semantic version: {prefix}1.2.3"
                ))
            })?;
            let name = at_version(&name, version.as_str());
            gh::download_release(repository, tag, std::slice::from_ref(&name), folder.path())?;
            files.manifest = Some(folder.path().join(name));
        }
        Ok((files, Some(folder)))
    }

    fn files(&self, plan: &Plan) -> Result<Files, Diagnostic> {
        if let Some(path) = &self.sums {
            let version = self.version.clone().ok_or_else(|| {
                Diagnostic::new(
                    Rule::WrongInput,
                    "--sums asks for --version: a sum is of no version",
                )
            })?;
            let tag = at_version(plan.tag.as_str(), version.as_str());
            let tag = tag.parse().map_err(|error| {
                Diagnostic::new(Rule::TagPattern, format!("`{tag}` is no tag: {error}"))
            })?;
            return Ok(Files { version, tag, digests: sums(path)? });
        }
        let manifest = match (&self.manifest, &self.bundle) {
            (Some(file), _) => file.clone(),
            (None, Some(folder)) => folder.join(names::MANIFEST),
            (None, None) => Path::new("lockstep/bundle").join(names::MANIFEST),
        };
        let manifest: Manifest = json::read(&manifest, "the manifest")?;
        let digest = |record: &lockstep_schemas::manifest::ArtifactRecord| {
            (record.name.to_string(), record.sha256.clone())
        };
        let mut digests: Digests = manifest.artifacts.iter().map(digest).collect();
        if let Some(bundle) = &self.bundle {
            // What carries the manifest is not in that.
            digests.extend(sums(&bundle.join(names::SUMS))?);
        }
        Ok(Files { version: manifest.version, tag: manifest.tag, digests })
    }
}

/// The bundle of a run's last attempt, among those that were downloaded.
fn newest(folder: &Path, run: u64) -> Result<PathBuf, Diagnostic> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let attempt = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(names::UPLOAD)?.parse::<u32>().ok()
    };
    let newest = entries.map(|entry| entry.path()).max_by_key(attempt);
    newest.ok_or_else(|| {
        Diagnostic::new(
            Rule::BundleGone,
            format!("run {run} uploaded no bundle, or it has expired"),
        )
        .with_remedy("name the run of release.yml that built the release")
    })
}

/// The digests of a file of sums.
fn sums(path: &Path) -> Result<Digests, Diagnostic> {
    let text = text(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let digests = lines.map(|(index, line)| {
        let listed = line.split_once(' ').and_then(|(digest, name)| {
            // In binary mode the name has a star before it.
            Some((name.trim_start().trim_start_matches('*').to_owned(), digest.parse().ok()?))
        });
        listed.ok_or_else(|| {
            Diagnostic::new(Rule::SumsMismatch, "is not a digest and a name")
                .in_file(path.shown())
                .at_line(index + 1)
        })
    });
    digests.collect()
}

fn text(path: &Path) -> Result<String, Diagnostic> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(path.shown())
    };
    let bytes = bounded(path, LARGEST).map_err(|error| unreadable(&error))?;
    lockstep_files::text(bytes).map_err(|error| unreadable(&error))
}
