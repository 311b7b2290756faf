//! `bump`: one version in every field of a train.

use std::path::Path;

use clap::Args;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{Plan, TrainPlan};
use lockstep_schemas::strings::{Id, Version};
use lockstep_schemas::version_format::VersionFormat;
use lockstep_versions::next::{Step, next};
use lockstep_versions::{
    Change, ChangedFile, Field, Subject, TrainField, VersionFile, VersionFiles, Wanted, align,
    changelog, shipped, train_named,
};

use super::load_release;
use super::output::{Output, Stop, shown};

/// What is set.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Bump {
    /// The version, or how far the next one is: `major`, `minor` or `patch`.
    #[arg(value_name = "VERSION", value_parser = goal, required_unless_present = "pre")]
    goal: Option<Goal>,
    /// A prerelease with this word: `minor --pre rc` is the first of the next minor version, and `--pre rc` alone the one
    /// after the current, or the first with another word.
    #[arg(long, value_name = "WORD")]
    pre: Option<String>,
    /// The release train, by its id; by default the one that the model releases.
    #[arg(long)]
    train: Option<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Set a version that is not above the current one.
    #[arg(long)]
    allow_downgrade: bool,
}

/// The version that is meant.
#[derive(Debug, Clone)]
enum Goal {
    Version(Version),
    Step(Step),
}

fn goal(text: &str) -> Result<Goal, String> {
    match text {
        "major" => Ok(Goal::Step(Step::Major)),
        "minor" => Ok(Goal::Step(Step::Minor)),
        "patch" => Ok(Goal::Step(Step::Patch)),
        text => text.parse().map(Goal::Version).map_err(|error| {
            let bare = text.strip_prefix('v').filter(|rest| rest.parse::<Version>().is_ok());
            let hint = bare.map(|bare| format!("; did you mean {bare}?")).unwrap_or_default();
            let is_word = ["alpha", "beta", "dev", "pre", "rc"].contains(&text);
            let hint =
                if is_word { format!("; a prerelease is set by --pre {text}") } else { hint };
            format!("{error}, nor major, minor or patch{hint}")
        }),
    }
}

/// Sets a version in every field of a train, and checks it.
pub fn run(project: &Path, bump: &Bump, output: &mut Output) -> Result<(), Stop> {
    let plan = load_release(project)?.plan;
    let index = train_named(&plan.versions, bump.train.as_deref())?;
    let Some(train) = plan.versions.trains().nth(index) else { return Ok(()) };
    if train.stamped {
        let message = "the files keep a stand-in, and packing sets the version of a release";
        let remedy = format!("tag the version instead: {}1.2.3", train.tag.prefix());
        return Err(Diagnostic::new(Rule::WrongInput, message).with_remedy(remedy).into());
    }
    let files = VersionFiles::read(project, &plan.versions, shipped(&plan));
    let version = version(project, &files, index, bump)?;
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let changelog = changelog::with_release(project, train, &version, &day)?;
    let mut change = Change::prepare(&files, index, &version).map_err(|problems| {
        output.problems(project, &problems);
        output.complain("nothing was changed");
        Stop::Found
    })?;
    let changelog = changelog.as_ref();
    change.files.extend(changelog.map(|(path, old, new)| ChangedFile {
        path,
        old,
        new: new.clone(),
    }));
    if bump.dry_run {
        for file in &change.files {
            output.diff(&lockstep_files::diff(file.path, file.old, &file.new));
        }
        let files = counted(change.files.len(), "file", "files");
        output.line(format_args!("{files} would change"));
        return Ok(());
    }
    change.write(project)?;
    let written = VersionFiles::read(project, &plan.versions, shipped(&plan));
    let wanted = Wanted { train: index, version: &version };
    let alignment = align(&written, &plan.versions, Some(wanted));
    let is_set =
        alignment.rows.iter().filter(|row| row.train == train.id).all(|row| row.is_aligned);
    if !is_set {
        output.problems(project, &alignment.problems);
        return Err(Stop::Found);
    }
    changed(&files, index, &version, output);
    if let Some((path, ..)) = changelog {
        output.line(format_args!("{path}: what was not released is the section of {version}"));
    }
    left(project, &plan, train, &version, &files, output);
    // What another train says is no part of this, and is for `check` to judge.
    for problem in &alignment.problems {
        let brief = Diagnostic { remedy: None, ..problem.clone() };
        output.line(format_args!("note: of another train: {brief}"));
    }
    Ok(())
}

/// The version that is meant, which must be above the current one.
fn version(
    project: &Path,
    files: &VersionFiles,
    train: usize,
    bump: &Bump,
) -> Result<Version, Stop> {
    let step = match &bump.goal {
        Some(Goal::Version(version)) if bump.pre.is_none() => {
            return above(project, files, train, bump, version.clone());
        }
        Some(Goal::Version(_)) => {
            let message = "a version says by itself whether it is a prerelease";
            return Err(Diagnostic::new(Rule::WrongInput, message)
                .with_remedy("leave --pre out")
                .into());
        }
        Some(Goal::Step(step)) => Some(*step),
        None => None,
    };
    let after = |current: &Version| next(current, step, bump.pre.as_deref());
    match files.versions_of(train).as_slice() {
        [current] => above(project, files, train, bump, after(current).map_err(unclear)?),
        // A run that was ended half-way is finished.
        [one, other] if after(one).as_ref() == Ok(other) => Ok(other.clone()),
        [one, other] if after(other).as_ref() == Ok(one) => Ok(one.clone()),
        [] => {
            let problem = unclear("no field says a version".to_owned());
            Err(problem.with_remedy("name the one to set").into())
        }
        many => {
            let fields: Vec<String> = files
                .fields_of(train)
                .map(|(file, of)| {
                    let at = place(project, file, of);
                    format!("  {at}: {} is {}", of.field.name, of.field.text)
                })
                .collect();
            let message = format!(
                "the fields say {} versions, so which one comes next is not clear:\n{}",
                many.len(),
                fields.join("\n")
            );
            Err(unclear(message).with_remedy("name the version to set").into())
        }
    }
}

fn unclear(message: String) -> Diagnostic {
    Diagnostic::new(Rule::VersionNextUnclear, message)
}

/// A version that is above all that the fields say, in the words of each, or may be below.
fn above(
    project: &Path,
    files: &VersionFiles,
    train: usize,
    bump: &Bump,
    version: Version,
) -> Result<Version, Stop> {
    // Where fields say this very version, an earlier run set it, and may have been ended half-way.
    let blocking = files.fields_of(train).find(|(_, of)| !of.field.rises_to(&version));
    match blocking.filter(|_| !bump.allow_downgrade) {
        Some((file, of)) => {
            let place = place(project, file, of);
            let message = format!("{version} is not above {}, which {place} says", of.field.text);
            Err(Diagnostic::new(Rule::VersionNotAbove, message)
                .with_remedy("registries and users would treat it as an older release; to set it anyway, add --allow-downgrade")
                .into())
        }
        None => Ok(version),
    }
}

/// Where a field stands.
fn place(project: &Path, file: &VersionFile, field: &TrainField) -> String {
    format!("{}:{}", shown(project, &file.path), field.line)
}

/// Prints what was set, field by field.
fn changed(files: &VersionFiles, train: usize, version: &Version, output: &Output) {
    let mut changed = 0;
    let old = files.versions_of(train);
    let is_changed = |(_, of): &(&VersionFile, &TrainField)| of.field.changes(&old, version);
    for (file, TrainField { field, .. }) in files.fields_of(train).filter(is_changed) {
        let now = field.saying(version).unwrap_or_default();
        let (name, text) = (&field.name, &field.text);
        output.line(format_args!("{}: {name} {text} → {now}", file.path));
        changed += 1;
    }
    let all = files.fields_of(train).count();
    let verb = if all == 1 { "says" } else { "say" };
    let fields = counted(all, "version field", "version fields");
    output.line(format_args!("{fields} {verb} {version}, {changed} of them changed"));
}

/// Poetry's lockfiles, where a project requires something else from now on: they have a digest of that, and what is required of each other.
fn of_other_requirements<'f>(
    files: &'f VersionFiles,
    train: usize,
    version: &Version,
) -> Vec<&'f str> {
    let old = files.versions_of(train);
    let is_required = |file: &VersionFile, field: &Field| {
        file.path.ends_with("pyproject.toml") && matches!(field.subject, Subject::Package(_))
    };
    let changes = files
        .fields_of(train)
        .any(|(file, of)| is_required(file, &of.field) && of.field.changes(&old, version));
    let locks = files.files.iter().filter(|file| changes && file.is_of(VersionFormat::PoetryLock));
    locks.map(|lock| lock.path.as_str()).collect()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Prints what is left to do before the version is tagged.
fn left(
    project: &Path,
    plan: &Plan,
    train: &TrainPlan,
    version: &Version,
    files: &VersionFiles,
    output: &Output,
) {
    for (package, file) in &files.published {
        output.line(format_args!("note: {file} locks {package} as it was published, and so clients refuse it until the new version is published and locked; leave {package} out of the dependencies where packing adds it"));
    }
    let index = plan.versions.trains().position(|of| of.id == train.id).unwrap_or_default();
    for lock in of_other_requirements(files, index, version) {
        output.line(format_args!("note: {lock} has a digest of what its project requires, and that may have changed: renew it by `poetry lock`"));
    }
    let mut formulae: Vec<&str> = files
        .fields_of(index)
        .filter(|(file, _)| file.is_of(VersionFormat::HomebrewFormula))
        .map(|(file, _)| file.path.as_str())
        .collect();
    formulae.dedup();
    for file in formulae {
        output.line(format_args!("note: {file}: its digests are of the version before: `lockstep formula` brings those of the release when it is built"));
    }
    if let Err(Diagnostic { message, remedy, .. }) = changelog::of_train(project, train, version) {
        let file = train.changelog.as_ref().map(ToString::to_string).unwrap_or_default();
        let remedy = remedy.unwrap_or_default();
        output.line(format_args!("note: {file}: {message}; {remedy}"));
    }
    let tag = format!("{}{version}", train.tag.prefix());
    let released = train.id.as_ref().map_or(plan.project.name.as_str(), Id::as_str);
    output.line(format_args!("commit it, and tag it {tag} when {released} is to be released"));
}
