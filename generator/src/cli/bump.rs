//! `bump`: one version in every field of a train.

use std::path::Path;

use anstream::{eprintln, print, println};
use clap::Args;
use lockstep_files::Problem;
use lockstep_schemas::plan::{Plan, TrainPlan};
use lockstep_schemas::strings::{Id, Version};
use lockstep_versions::next::{Step, next};
use lockstep_versions::{
    Change, TrainField, VersionFile, VersionFiles, Wanted, align, changelog, shipped, train_named,
};

use super::{Stop, load_plan, shown, told};
use crate::sync;

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
pub fn run(project: &Path, bump: &Bump) -> Result<(), Stop> {
    let plan = load_plan(project)?;
    let index = train_named(&plan.versions, bump.train.as_deref()).map_err(Stop::failure)?;
    let Some(train) = plan.versions.trains().nth(index) else { return Ok(()) };
    if train.stamped {
        return Err(Stop::Failure(format!(
            "the files keep a stand-in, and a release's version is set when packing: tag it, {}1.2.3",
            train.tag.prefix()
        )));
    }
    let files = VersionFiles::read(project, &plan.versions, shipped(&plan));
    let version = version(project, &files, index, bump)?;
    let change = Change::prepare(&files, index, &version).map_err(|problems| {
        told::problems(project, &problems);
        eprintln!("nothing was changed");
        Stop::Found
    })?;
    if bump.dry_run {
        for file in &change.files {
            print!("{}", told::printed(&sync::unified(file.path, file.old, &file.new)));
        }
        println!("{} would change", counted(change.files.len(), "file", "files"));
        return Ok(());
    }
    change.write(project).map_err(Stop::failure)?;
    let written = VersionFiles::read(project, &plan.versions, shipped(&plan));
    let wanted = Wanted { train: index, version: &version };
    let alignment = align(&written, &plan.versions, Some(wanted));
    told::problems(project, &alignment.problems);
    if !alignment.problems.is_empty() {
        return Err(Stop::Found);
    }
    tell(&files, index, &version);
    left(project, &plan, train, &version, &files);
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
            let remedy = "a version says by itself whether it is a prerelease: leave --pre out";
            return Err(Stop::Failure(remedy.to_owned()));
        }
        Some(Goal::Step(step)) => Some(*step),
        None => None,
    };
    let after = |current: &Version| next(current, step, bump.pre.as_deref());
    match files.versions_of(train).as_slice() {
        [current] => above(project, files, train, bump, after(current).map_err(Stop::Failure)?),
        // A run that was ended half-way is finished.
        [one, other] if after(one).as_ref() == Ok(other) => Ok(other.clone()),
        [one, other] if after(other).as_ref() == Ok(one) => Ok(one.clone()),
        [] => Err(Stop::Failure("no field says a version: name the one to set".to_owned())),
        many => {
            let fields: Vec<String> = files
                .fields_of(train)
                .map(|(file, of)| {
                    let at = place(project, file, of);
                    format!("  {at}: {} is {}", of.field.name, of.field.text)
                })
                .collect();
            Err(Stop::Failure(format!(
                "the fields say {} versions, so which one comes next is not known: name it\n{}",
                many.len(),
                fields.join("\n")
            )))
        }
    }
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
        Some((file, of)) => Err(Stop::Failure(format!(
            "{version} is not above {}, which {} says: registries and users take a lower version for an older one. To set it all the same: --allow-downgrade",
            of.field.text,
            place(project, file, of),
        ))),
        None => Ok(version),
    }
}

/// Where a field stands.
fn place(project: &Path, file: &VersionFile, field: &TrainField) -> String {
    format!("{}:{}", shown(project, &file.path), field.line)
}

/// Tells what was set, field by field.
fn tell(files: &VersionFiles, train: usize, version: &Version) {
    let mut changed = 0;
    let is_changed = |(_, of): &(&VersionFile, &TrainField)| !of.field.says(version);
    for (file, TrainField { field, .. }) in files.fields_of(train).filter(is_changed) {
        let now = field.saying(version).unwrap_or_default();
        println!(
            "{}",
            told::printed(&format!("{}: {} {} → {now}", file.path, field.name, field.text))
        );
        changed += 1;
    }
    let all = files.fields_of(train).count();
    let verb = if all == 1 { "says" } else { "say" };
    let fields = counted(all, "version field", "version fields");
    println!("{fields} {verb} {version}, {changed} of them changed");
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Tells what is left to do before the version is tagged.
fn left(project: &Path, plan: &Plan, train: &TrainPlan, version: &Version, files: &VersionFiles) {
    for (package, file) in &files.published {
        println!(
            "note: {file} locks {package} as it was published, and so clients refuse it until the new version is published and locked; leave {package} out of the dependencies where packing adds it"
        );
    }
    if let Err(Problem { message, remedy, .. }) = changelog::of_train(project, train, version) {
        let file = train.changelog.as_ref().map(ToString::to_string).unwrap_or_default();
        println!("note: {file}: {message}; {}", remedy.unwrap_or_default());
    }
    let tag = format!("{}{version}", train.tag.prefix());
    let released = train.id.as_ref().map_or(plan.project.name.as_str(), Id::as_str);
    println!("commit it, and tag it {tag} when {released} is to be released");
}
