//! `prove`: that no run of a workflow file breaks a promise.

use std::path::{Path, PathBuf};

use clap::Args;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::workflow::{OutputKind, Role};
use lockstep_semantics::{Also, Asked, Broken, Graph, Known, prove};

use super::output::{Output, Stop};
use super::{MODEL, Release, load_release, shown};
use crate::proof;
use crate::render::WORKFLOWS;

/// The largest file that is read, in bytes. GitHub takes workflows of half a megabyte.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What files are proved, and what their jobs are.
#[derive(Debug, Args)]
pub struct Proving {
    /// The files. By default those that the project's model renders.
    files: Vec<PathBuf>,
    /// The project's folder, with its `lockstep.yaml`, whose rendered files need no other option.
    #[arg(long, default_value = ".")]
    project: PathBuf,
    /// A job that publishes, and to which channel.
    #[arg(long, value_name = "JOB=CHANNEL", value_parser = publishes)]
    publishes: Vec<(String, ChannelKind)>,
    /// A job that must pass before anything is published.
    #[arg(long, value_name = "JOB")]
    gate: Vec<String>,
    /// A job that goes on after somebody approved.
    #[arg(long, value_name = "JOB")]
    approves: Vec<String>,
    /// A job that says how a run ended.
    #[arg(long, value_name = "JOB")]
    reports: Vec<String>,
    /// A job that installs what was published.
    #[arg(long, value_name = "JOB")]
    delivers: Vec<String>,
}

fn publishes(text: &str) -> Result<(String, ChannelKind), String> {
    let (job, channel) = text.split_once('=').ok_or("it is written JOB=CHANNEL")?;
    Ok((job.to_owned(), lockstep_runner::inputs::channel(channel)?))
}

/// Proves files.
pub fn run(prove: &Proving, output: &mut Output) -> Result<(), Stop> {
    let release = if prove.project.join(MODEL).is_file() {
        Some(load_release(&prove.project)?)
    } else {
        None
    };
    let files = files(prove, release.as_ref())?;
    let mut problems = Vec::new();
    for path in &files {
        let broken = read(path).and_then(|text| broken(prove, release.as_ref(), path, &text));
        let mut broken = match broken {
            Ok(broken) => broken,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        for one in &mut broken {
            one.file = path.shown();
        }
        problems.extend(proof::diagnostics(&broken));
    }
    if problems.is_empty() {
        let count = files.len();
        let noun = if count == 1 { "file keeps its promises" } else { "files keep their promises" };
        output.line(format_args!("{count} {noun}"));
        return Ok(());
    }
    for problem in problems {
        output.one_of_many(problem);
    }
    Err(Stop::Found)
}

fn read(path: &Path) -> Result<String, Diagnostic> {
    let bytes = lockstep_files::bounded(path, LARGEST);
    let text = bytes.and_then(|bytes| lockstep_files::text(bytes).map_err(std::io::Error::other));
    text.map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(path.shown())
    })
}

fn files(prove: &Proving, release: Option<&Release>) -> Result<Vec<PathBuf>, Stop> {
    if !prove.files.is_empty() {
        return Ok(prove.files.clone());
    }
    let Some(release) = release else {
        let message = format!("no file is named, and there is no {}", shown(&prove.project, MODEL));
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .with_remedy(
                "name the workflow files to prove, or the folder with the model by --project",
            )
            .into());
    };
    let folder = prove.project.join(WORKFLOWS);
    let workflows = release.workflows.workflows().iter();
    Ok(workflows.map(|workflow| folder.join(workflow.file.as_str())).collect())
}

/// The workflow of the model that a file is rendered from.
fn of_model<'a>(
    release: Option<&'a Release>,
    path: &Path,
) -> Option<&'a lockstep_schemas::workflow::Workflow> {
    let name = path.file_name()?.to_str()?;
    release?.workflows.workflows().iter().find(|workflow| workflow.file.as_str() == name)
}

fn broken(
    options: &Proving,
    release: Option<&Release>,
    path: &Path,
    text: &str,
) -> Result<Vec<Broken>, Diagnostic> {
    let file = path.shown();
    if let (Some(release), Some(workflow)) = (release, of_model(release, path)) {
        let graph = proof::graph_of(&file, text, workflow, release.workflows.workflows())?;
        let graph = Graph { file: workflow.file.to_string(), ..graph };
        return Ok(prove(&graph, proof::asked(&release.plan, workflow)));
    }
    let role = |job: &str, _: &str| role(options, job);
    let output = |_: &str, _: &str| OutputKind::Text;
    let graph = proof::read(&file, text, &Known { role: &role, output: &output })?;
    let also = [
        (!options.reports.is_empty()).then_some(Also::Reports),
        (!options.delivers.is_empty()).then_some(Also::Delivers),
    ];
    let asked = Asked {
        checks: if options.approves.is_empty() {
            vec![Role::Gates]
        } else {
            vec![Role::Gates, Role::Approve]
        },
        waivable: Vec::new(),
        publishes: Vec::new(),
        staged: Vec::new(),
        also: also.into_iter().flatten().collect(),
    };
    Ok(prove(&graph, asked))
}

fn role(options: &Proving, job: &str) -> Role {
    let names = |jobs: &[String]| jobs.iter().any(|named| named == job);
    let published = options.publishes.iter().find(|(named, _)| named == job);
    match published {
        Some((_, channel)) => Role::Publish(*channel),
        None if names(&options.gate) => Role::Gates,
        None if names(&options.approves) => Role::Approve,
        None if names(&options.reports) => Role::Report,
        None if names(&options.delivers) => Role::Deliver,
        None => Role::Plain,
    }
}
