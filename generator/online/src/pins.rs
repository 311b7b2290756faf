//! `pins update`: every action that the workflows use, at its newest release that has been public for a while.

mod edit;
mod newest;
mod pin;

use std::path::Path;

use lockstep_files::Replacement;
use lockstep_runner::{Failure, Report, Table};
use lockstep_schemas::diagnostic::Diagnostic;

pub(crate) use self::edit::Edits;

use self::newest::{Found, Newest};
use crate::login;

#[derive(Debug, clap::Args)]
pub(crate) struct Updating {
    /// How many days a release must have been public. Most that were somebody else's were found out within a week.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    minimum_age: u16,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn update(project: &Path, asked: &Updating, report: &mut Report) -> Result<(), Failure> {
    let mut edits = Edits::read(project)?;
    let newest = Newest::older_than(asked.minimum_age);
    let mut table = Table::new(["action", "now", "newest", "public since"]);
    let mut changes = Vec::new();
    for used in edits.used() {
        let github = login::github_of(&used.repository)?;
        let Found { problem, next, waits } = newest.of(&github, &used)?;
        if let Some(problem) = problem {
            report.problem(problem.in_file(&used.file).at_line(used.line));
        }
        if let Some(waits) = &waits {
            report.line(format_args!(
                "note: {} {} is public since {}, which is not yet {} days",
                used.repository, waits.version, waits.since, asked.minimum_age
            ));
        }
        let now = used.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let (name, since) =
            next.as_ref().map_or(("", ""), |next| (next.version.as_str(), next.since.as_str()));
        table.row([used.repository.to_string(), now, name.to_owned(), since.to_owned()]);
        changes.extend(next.map(|next| (used, next)));
    }
    report.line(table.to_string().trim_end());
    // What a pin says wrongly is for you to look at first.
    if report.has_problems() {
        return Ok(());
    }
    for (used, next) in &changes {
        edits.set(used, next);
    }
    if changes.is_empty() {
        report.line("every pin is the newest");
        return Ok(());
    }
    if asked.dry_run {
        report.line("this was a dry run: nothing is changed");
        return Ok(());
    }
    let files = edits.changed();
    let replacements: Vec<Replacement<'_>> = files
        .iter()
        .map(|file| Replacement { path: &file.path, old: Some(&file.old), text: &file.text })
        .collect();
    lockstep_files::replace(project, &replacements, &[]).map_err(Diagnostic::from)?;
    for file in &files {
        report.line(format_args!("set {}", file.path));
    }
    if edits.changes_the_model() {
        report.line("run `lockstep generate`: what the model names is in the workflows then");
    }
    if project.join(".github/workflows/actions.lock").exists() {
        report.line(
            ".github/workflows/actions.lock must list these commits: renew it by `gh actions-lock`",
        );
    }
    Ok(())
}
