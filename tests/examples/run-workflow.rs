//! Runs a workflow of a sample project by hand, and leaves its log and its workflow artifacts.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use lockstep_tests::runs::{Case, Event, GitHub};
use lockstep_tests::samples::{Sample, agoric_sdk, numerals, settings};

/// Runs a workflow of a sample project.
#[derive(Parser)]
struct Arguments {
    /// The project.
    project: Project,
    /// The tag that is pushed.
    #[arg(long, default_value = "v1.2.3", conflicts_with = "case")]
    tag: String,
    /// Dispatch on this ref instead: refs/heads/main.
    #[arg(long, conflicts_with = "case")]
    dispatch: Option<String>,
    /// An input of the dispatch: name=value.
    #[arg(long, value_parser = setting, requires = "dispatch")]
    input: Vec<(String, String)>,
    /// The workflow. What is not started by a tag is dispatched.
    #[arg(long, default_value = "release.yml")]
    workflow: String,
    /// A file of tests/cases/runs, whose changes are made before.
    #[arg(long)]
    case: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Project {
    Abacus,
    XsnapWorker,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("an input is name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(file) = &arguments.case {
        assert!(file.is_file(), "there is no case {}", file.display());
    }
    let hub = GitHub::new();
    numerals(&hub);
    let sample = match arguments.project {
        Project::Abacus => Sample::abacus(),
        Project::XsnapWorker => {
            agoric_sdk(&hub);
            Sample::xsnap()
        }
    };
    let case = arguments.case.as_deref().map(Case::read);
    let repository = match &case {
        Some(case) => case.publish(&sample, &hub),
        None => sample.publish(&hub),
    };
    repository.tag(case.as_ref().map_or(&arguments.tag, |case| &case.tag));
    let event = match (&case, arguments.dispatch) {
        (Some(case), _) => case.event(),
        (None, Some(git_ref)) => {
            Event::Dispatch { git_ref, inputs: BTreeMap::from_iter(arguments.input) }
        }
        (None, None) => Event::tag(&arguments.tag),
    };
    let run = repository.run(&arguments.workflow, &event, &settings());
    println!("{}", run.overview());
    let status = if run.succeeded() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    println!(
        "{:.1} s; log.jsonl and artifacts/ in {}",
        run.took.as_secs_f64(),
        run.keep().display()
    );
    status
}
