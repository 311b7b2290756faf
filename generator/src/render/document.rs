//! The passages of documents that people write: which fields carry the version, and what a release needs.

use std::fmt::Write as _;

use lockstep_schemas::plan::{Locator, Plan, TrainPlan, VersionFilePlan};
use lockstep_schemas::version::VersionScheme;
use lockstep_setup::Item;
use lockstep_versions::formats::known;

use super::{Content, Passage, Rendered};

/// What a passage begins with.
const HEADER: &str =
    "<!-- Rendered by Lockstep from lockstep.yaml: change that and run `lockstep generate`. -->\n";

/// The documents that the model names, each with its passages.
pub fn all(plan: &Plan, needed: impl Fn() -> Vec<Item>) -> Vec<Rendered> {
    let versions = plan.versions.document.as_ref();
    let versions =
        versions.map(|path| (path, Passage { name: "versions", text: versions_of(plan) }));
    let setup = plan.publishing.document.as_ref();
    let setup = setup.map(|path| (path, Passage { name: "setup", text: setup_of(&needed()) }));
    let mut documents: Vec<Rendered> = Vec::new();
    for (path, passage) in versions.into_iter().chain(setup) {
        let of_path = documents.iter_mut().find(|document| document.path == path.as_str());
        match of_path.map(|document| &mut document.content) {
            Some(Content::Passages(passages)) => passages.push(passage),
            Some(Content::Whole(_)) | None => documents.push(Rendered {
                path: path.to_string(),
                content: Content::Passages(vec![passage]),
            }),
        }
    }
    documents
}

/// What must exist outside of the repository.
fn setup_of(needed: &[Item]) -> String {
    format!("{HEADER}\n{}", lockstep_setup::text(needed))
}

/// Which fields carry the version.
fn versions_of(plan: &Plan) -> String {
    let trains = plan.versions.others.len();
    let mut text = HEADER.to_owned();
    for train in plan.versions.trains() {
        text.push_str(&section(train));
    }
    text.push_str("\nThe lockfiles beside them, and the files that they take their version from, say it too. `lockstep check` fails\nwhere one differs, and `lockstep bump` sets them all");
    text.push_str(match trains {
        0 => ".\n",
        _ => "; `--train` names a release train other than the first.\n",
    });
    text
}

fn section(train: &TrainPlan) -> String {
    let tag = code(train.tag.as_str());
    let of = train.id.as_ref().map(|id| format!(" of {}", code(id.as_str()))).unwrap_or_default();
    let mut text = format!("\nA release{of} is tagged {tag}. ");
    text.push_str(if train.stamped {
        "Its version is set when packing; until then these fields say one stand-in:\n\n"
    } else {
        "These fields say its version, all the same:\n\n"
    });
    text.push_str("| file | field |\n| --- | --- |\n");
    for file in &train.files {
        let fields: Vec<String> = fields(&file.locator).iter().map(|field| code(field)).collect();
        let join = if is_alternative(file) { " or " } else { ", " };
        let source =
            file.source.as_ref().map(|source| format!(" of the source {}", code(source.as_str())));
        let part = file.part.map(|part| format!(", the {} of it", part.in_words()));
        let _ = writeln!(
            text,
            "| {}{} | {}{} |",
            code(file.path.as_str()),
            source.unwrap_or_default(),
            fields.join(join),
            part.unwrap_or_default()
        );
    }
    if train.files.iter().any(|file| scheme(&file.locator) == VersionScheme::Pep440) {
        text.push_str(
            "\nPython writes a prerelease its own way: `1.2.3-rc.1` is `1.2.3rc1` there.\n",
        );
    }
    if let Some(changelog) = &train.changelog {
        let _ = write!(
            text,
            "\n{} has a section of the version{}, which becomes the release's notes.\n",
            code(changelog.as_str()),
            if train.changelog_dated { ", with its date" } else { "" }
        );
    }
    text
}

fn fields(locator: &Locator) -> Vec<&str> {
    match locator {
        Locator::Format { format } => known(*format).fields.to_vec(),
        Locator::Json { pointer, .. }
        | Locator::Toml { pointer, .. }
        | Locator::Yaml { pointer, .. } => vec![pointer.as_str()],
        Locator::Regex { pattern, .. } => vec![pattern.as_str()],
    }
}

/// Whether a file has one of its format's fields, and not all of them.
fn is_alternative(file: &VersionFilePlan) -> bool {
    let Locator::Format { format } = file.locator else { return false };
    known(format).is_one_of
}

fn scheme(locator: &Locator) -> VersionScheme {
    match locator {
        Locator::Format { format } => known(*format).scheme,
        Locator::Json { scheme, .. }
        | Locator::Toml { scheme, .. }
        | Locator::Yaml { scheme, .. }
        | Locator::Regex { scheme, .. } => *scheme,
    }
}

/// A text as code in a cell of a table ([code spans](https://spec.commonmark.org/0.31.2/#code-spans)).
fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(runs + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}
