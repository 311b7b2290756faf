//! `check`: that nothing drifted from the model, and that versions agree.

use std::path::Path;

use anstream::{eprintln, print, println};
use lockstep_files::Problem;
use lockstep_runner::protocol;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Tag, Version};
use lockstep_versions::{Alignment, VersionFiles, Wanted, align, changelog, shipped, tagged};

use super::{MODEL, Stop, compare, load_plan, shown, told};
use crate::sync::{Comparison, Drift, DriftKind, Pins};

/// Checks a project; with a tag, that it can be pushed.
pub fn run(project: &Path, tag: Option<&Tag>) -> Result<(), Stop> {
    let plan = load_plan(project)?;
    let comparison = compare(project, &plan, Pins::Keep)?;
    tell_drift(project, &comparison);
    let release = tag.map(|tag| tagged(&plan.versions, tag.as_str())).transpose();
    let release = release.map_err(Stop::failure)?;
    let versions = versions(project, &plan, release.as_ref());
    if comparison.drifts.is_empty() && versions { Ok(()) } else { Err(Stop::Found) }
}

fn tell_drift(project: &Path, comparison: &Comparison) {
    if comparison.drifts.is_empty() {
        println!("{} files are what {} says", comparison.files(), shown(project, MODEL));
        return;
    }
    for drift in &comparison.drifts {
        print!("{}", told::printed(&drift.diff));
    }
    let is_unmarked = |drift: &Drift| matches!(drift.kind, DriftKind::Unmarked(_));
    // A file of another hand is not replaced unasked.
    let is_foreign = |drift: &Drift| drift.kind == DriftKind::Foreign;
    let replace = if comparison.drifts.iter().any(is_foreign) { "--replace " } else { "" };
    let remedy = format!("lockstep generate {replace}{}", project.display());
    for drift in &comparison.drifts {
        let file = shown(project, &drift.path);
        let what = drift.kind.in_words();
        eprintln!("{file}:{}: {what}", drift.line);
        let problem = Problem::new(what).of_file(&file).at(drift.line, 1);
        told::to_runner(&problem.with_remedy(if is_unmarked(drift) {
            let lines = &drift.diff;
            format!("put these lines where the passage belongs, once, and run `{remedy}`:\n{lines}")
        } else {
            format!("run `{remedy}` and commit the result")
        }));
    }
    let count = comparison.drifts.len();
    let noun = if count == 1 { "file drifted" } else { "files drifted" };
    let first = comparison.drifts.iter().find(|drift| is_unmarked(drift)).map(|document| {
        format!("put the two markers into {}, once, then ", shown(project, &document.path))
    });
    eprintln!("{count} {noun}. To mend: {}{remedy}", first.unwrap_or_default());
}

/// Whether the version fields agree, with each other or with a tag.
fn versions(project: &Path, plan: &Plan, release: Option<&(usize, Version)>) -> bool {
    let wanted = release.map(|(train, version)| Wanted { train: *train, version });
    let files = VersionFiles::read(project, &plan.versions, shipped(plan));
    let mut alignment = align(&files, &plan.versions, wanted);
    let section = wanted.and_then(|Wanted { train, version }| {
        let train = plan.versions.trains().nth(train)?;
        changelog::of_train(project, train, version).transpose()
    });
    let section = section.transpose().unwrap_or_else(|problem| {
        alignment.problems.push(problem);
        None
    });
    let is_good = alignment.problems.is_empty();
    if !alignment.rows.is_empty() && (release.is_some() || !is_good) {
        println!("\n{}", told::printed(alignment.table().to_string().trim_end()));
    }
    if !is_good && protocol::is_here() {
        told::summarize(&format!("{}\n", alignment.table().markdown()));
    }
    told::problems(project, &alignment.problems);
    if is_good {
        agreed(plan, &alignment);
        if let Some(section) = section {
            println!("the changelog's section: {}", told::printed(&section.title));
        }
    }
    is_good
}

/// What the trains agree on.
fn agreed(plan: &Plan, alignment: &Alignment) {
    for (train, version) in plan.versions.trains().zip(&alignment.versions) {
        let fields = alignment.rows.iter().filter(|row| row.train == train.id).count();
        let (noun, verb) = if fields == 1 { ("field", "says") } else { ("fields", "say") };
        let of = train.id.as_ref().map(|id| format!(" of train {id}")).unwrap_or_default();
        if let Some(version) = version {
            println!("{fields} version {noun}{of} {verb} {version}");
        }
    }
}
