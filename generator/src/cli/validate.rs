//! `validate`: documents held to their schemas.

use std::path::{Path, PathBuf};

use clap::Args;
use lockstep_patterns::find;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::document::Document;
use lockstep_schemas::paths::Shown as _;

use super::DocumentName;
use super::output::{Output, Stop};
use crate::load::{Source, validate};

/// What is held to a schema.
#[derive(Debug, Args)]
pub struct Validating {
    /// Models, plans, manifests, receipts and whatever else Lockstep writes.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What they are. By default each is the document that has most of its keys.
    #[arg(long = "as", value_name = "DOCUMENT")]
    document: Option<DocumentName>,
}

/// Holds each file to the schema of the document that it is.
pub fn run(validating: &Validating, output: &mut Output) -> Result<(), Stop> {
    let document = validating.document.map(DocumentName::document);
    let mut is_good = true;
    for file in &validating.files {
        is_good &= one(file, document, output).is_some();
    }
    if is_good { Ok(()) } else { Err(Stop::Found) }
}

/// The document that a file is, where it holds to its schema.
fn one(file: &Path, document: Option<Document>, output: &mut Output) -> Option<Document> {
    let name = file.shown();
    let read = Source::read(file, &name).and_then(|source| validate(&source, document));
    match read {
        Ok(document) => {
            let (kind, schema) = (document.name(), document.schema_file());
            output.line(format_args!("{name}: a {kind}, as {schema} has it"));
            Some(document)
        }
        Err(problems) => {
            output.of_file(&problems);
            None
        }
    }
}

/// Holds the documents of a project to their schemas, and those that patterns below it mean, a line each: the model and the plan, which
/// are there, count as told.
pub fn documents(project: &Path, patterns: &str, output: &mut Output) -> Result<bool, Stop> {
    let mut schemas = vec![Document::Model.schema_file()];
    let mut problems = 0;
    let patterns = patterns.lines().map(str::trim).filter(|pattern| !pattern.is_empty());
    let mut files = vec![crate::render::PLAN.to_owned()];
    files.retain(|plan| project.join(plan).is_file());
    for pattern in patterns {
        let found = find(project, pattern).map_err(|error| {
            Diagnostic::new(Rule::FileUnreadable, format!("cannot be looked for: {error}"))
                .in_file(pattern)
        })?;
        if found.is_empty() {
            let problem = Diagnostic::new(Rule::FileUnreadable, "no document is there");
            output.problem(problem.in_file(pattern));
            problems += 1;
        }
        files.extend(found.into_iter().map(|(path, _)| path));
    }
    for file in files {
        match one(&project.join(file), None, output) {
            Some(document) => schemas.push(document.schema_file()),
            None => problems += 1,
        }
    }
    schemas.sort();
    schemas.dedup();
    output.checked("documents", problems, format_args!("held to {}", schemas.join(", ")));
    Ok(problems == 0)
}
