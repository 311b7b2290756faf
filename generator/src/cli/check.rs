//! `check`: that nothing drifted from the model, and that versions agree.

use std::path::Path;

use lockstep_runner::protocol;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::runner::{HostedRunner, Served, hosted};
use lockstep_schemas::strings::{Tag, Version};
use lockstep_versions::{Alignment, VersionFiles, Wanted, align, changelog, shipped, tagged};

use super::generate::{LOCKED, is_locked};
use super::output::{Output, Stop, shown};
use super::{MODEL, ProjectFolder, compare, packages, validate};
use crate::sync::{Comparison, Drift, DriftKind, Pins};

/// Checks a project; with a tag, that it can be pushed.
pub fn run(
    of: &ProjectFolder,
    tag: Option<&Tag>,
    documents: Option<&str>,
    output: &mut Output,
) -> Result<(), Stop> {
    let project = &of.folder;
    let model = of.release().inspect_err(|stop| match stop {
        Stop::Problems(problems) => {
            output.checked("model", problems.list.len(), "nothing else was looked at");
        }
        Stop::Unproved(problems) => {
            output.checked("model", 0, "it is valid");
            output.checked("proof", problems.list.len(), "nothing else was looked at");
        }
        Stop::Found | Stop::Failure(_) => {}
    })?;
    output.checked("model", 0, format_args!("{} is valid", shown(project, MODEL)));
    let count = model.workflows.workflows().len();
    output.checked("proof", 0, format_args!("{count} workflows keep every promise"));
    let comparison = compare(project, &model, Pins::Keep)?;
    let plan = model.plan;
    unsupported(&plan, output);
    drifted(of, &comparison, output);
    let release = tag.map(|tag| tagged(&plan.versions, tag.as_str())).transpose()?;
    let versions = versions(project, &plan, release.as_ref(), output);
    let packages = packages::problems(project, &plan, release.is_some());
    output.problems(project, &packages);
    let words = if packages.is_empty() {
        "what they say fits the model"
    } else {
        "they say what the model does not"
    };
    output.checked("packages", packages.len(), words);
    // Who asks for none compares the plan alone, byte for byte.
    let documents =
        documents.map_or(Ok(true), |patterns| validate::documents(project, patterns, output))?;
    let is_good = comparison.drifts.is_empty() && versions && packages.is_empty() && documents;
    if is_good { Ok(()) } else { Err(Stop::Found) }
}

/// Warns of runners that GitHub still serves, but no longer supports.
fn unsupported(plan: &Plan, output: &mut Output) {
    for target in &plan.targets {
        if let Some(HostedRunner {
            served: Served::Unsupported { since, instead }, label, ..
        }) = hosted(target.runner.as_str())
        {
            output.complain(format_args!(
                "warning: GitHub no longer supports `{label}`, the runner of {}, since {since}: take `{instead}`",
                target.id
            ));
        }
    }
}

/// Prints which files are not what the model says, and the one command that mends them all.
fn drifted(of: &ProjectFolder, comparison: &Comparison, output: &mut Output) {
    let project = &of.folder;
    if comparison.drifts.is_empty() {
        let model = shown(project, MODEL);
        let words = format!("{} files are what {model} says", comparison.files());
        output.line(&words);
        return output.checked("drift", 0, words);
    }
    // Of a file that is not there the whole would be shown.
    for drift in comparison.drifts.iter().filter(|drift| drift.kind != DriftKind::Missing) {
        output.diff(&drift.diff);
    }
    let is_unmarked = |drift: &Drift| matches!(drift.kind, DriftKind::Unmarked(_));
    // A file of another hand is not replaced unasked.
    let is_foreign = |drift: &Drift| drift.kind == DriftKind::Foreign;
    let replace = if comparison.drifts.iter().any(is_foreign) { "--replace " } else { "" };
    let reference = if of.reference { "--reference " } else { "" };
    let remedy = format!("lockstep generate {reference}{replace}{}", project.shown());
    for drift in &comparison.drifts {
        let rule = match drift.kind {
            DriftKind::Missing | DriftKind::Changed | DriftKind::Stale => Rule::Drift,
            DriftKind::Foreign => Rule::ForeignFile,
            DriftKind::Unmarked(_) => Rule::PassageMarkers,
        };
        let problem = Diagnostic::new(rule, drift.kind.in_words())
            .in_file(shown(project, &drift.path))
            .at_line(drift.line);
        output.one_of_many(problem.with_remedy(if is_unmarked(drift) {
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
    let first = first.unwrap_or_default();
    output.complain(format_args!("{count} {noun}. To fix: {first}{remedy}"));
    output.checked("drift", count, format_args!("{first}{remedy}"));
    if is_locked(project) {
        output.complain(format_args!("{LOCKED}"));
    }
}

/// Whether the version fields agree, with each other or with a tag.
fn versions(
    project: &Path,
    plan: &Plan,
    release: Option<&(usize, Version)>,
    output: &mut Output,
) -> bool {
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
        output.line(format_args!("\n{}", alignment.table().to_string().trim_end()));
    }
    if !is_good && protocol::is_here() {
        output.detail(format_args!("{}\n", alignment.table().markdown()));
    }
    output.problems(project, &alignment.problems);
    let count = alignment.problems.len();
    let fields = alignment.rows.len();
    let words = if is_good {
        format!("{fields} fields agree")
    } else {
        format!("{fields} fields were compared")
    };
    output.checked("versions", count, words);
    if is_good {
        agreed(plan, &alignment, output);
        if let Some(section) = section {
            output.line(format_args!("the changelog's section: {}", section.title));
        }
    }
    is_good
}

/// What the trains agree on.
fn agreed(plan: &Plan, alignment: &Alignment, output: &Output) {
    for (train, version) in plan.versions.trains().zip(&alignment.versions) {
        let fields = alignment.rows.iter().filter(|row| row.train == train.id).count();
        let (noun, verb) = if fields == 1 { ("field", "says") } else { ("fields", "say") };
        let of = train.id.as_ref().map(|id| format!(" of train {id}")).unwrap_or_default();
        if let Some(version) = version {
            output.line(format_args!("{fields} version {noun}{of} {verb} {version}"));
        }
    }
}
