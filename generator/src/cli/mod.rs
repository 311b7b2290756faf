//! The command line: `generate`, `check`, `bump`, `plan`, `schema`.
//!
//! Exit status: 0 good, 1 found problems (drift), 2 could not do it (a model that is none, files that
//! can not be read or written, wrong words).

mod bump;
mod check;
mod table;
mod told;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::{eprint, eprintln, print, println};
use clap::{Parser, Subcommand, ValueEnum};
use lockstep_files::Problem;
use lockstep_runner::protocol;
use lockstep_schemas::action::{InputDefinition, Interface};
use lockstep_schemas::document::Document;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Expression, Tag};

use crate::load::{self, Source};
use crate::plan::plan;
use crate::problem::Problems;
use crate::sync::{Comparison, Drift, DriftKind, Pins};

/// The name of a model's file.
const MODEL: &str = "lockstep.yaml";

/// One typed model of a release; the workflows rendered from it; the check that nothing drifted.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Render the workflows and the plan, and write what differs.
    Generate {
        #[command(flatten)]
        project: ProjectFolder,
        /// Replace files of the same names that Lockstep did not render.
        #[arg(long)]
        replace: bool,
        /// Take the pins of the model and of this Lockstep, also where a bot bumped them.
        #[arg(long)]
        reset_pins: bool,
    },
    /// Tell whether every rendered file is what the model says, and every version field says the same; exit
    /// with 1 where one does not.
    Check {
        #[command(flatten)]
        project: ProjectFolder,
        /// A tag that is about to be pushed: the versions must be its, and the changelog must tell of it.
        #[arg(long)]
        tag: Option<Tag>,
    },
    /// Set one version in every version field, touching nothing else.
    Bump {
        #[command(flatten)]
        bump: bump::Bump,
        /// The project's folder, with its `lockstep.yaml`.
        #[arg(long, default_value = ".")]
        project: PathBuf,
    },
    /// Show what follows from the model: targets, tiers, artifacts, jobs.
    Plan {
        #[command(flatten)]
        project: ProjectFolder,
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of a document.
    Schema {
        /// The document.
        #[arg(default_value = "model")]
        document: DocumentName,
    },
}

#[derive(Debug, clap::Args)]
struct ProjectFolder {
    /// The project's folder, with its `lockstep.yaml`.
    #[arg(default_value = ".", value_name = "PROJECT")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DocumentName {
    /// `lockstep.yaml`
    Model,
    /// `.github/lockstep.plan.json`
    Plan,
    /// What a release is
    Manifest,
    /// What one target built
    PartialManifest,
}

/// Why a command did not end well.
enum Stop {
    /// It found problems, and has told them.
    Found,
    /// It could not do what it was asked, and has not told why.
    Problems(Problems),
    /// As above, in one sentence.
    Failure(String),
}

impl Stop {
    fn failure(problem: impl std::fmt::Display) -> Self {
        Self::Failure(problem.to_string())
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::Generate { .. } | Command::Check { .. }) {
        crate::render::warm_up();
    }
    let result = match &arguments.command {
        Command::Generate { project, replace, reset_pins } => {
            generate(&project.folder, *replace, if *reset_pins { Pins::Reset } else { Pins::Keep })
        }
        Command::Check { project, tag } => check::run(&project.folder, tag.as_ref()),
        Command::Bump { bump, project } => bump::run(project, bump),
        Command::Plan { project, json } => show(&project.folder, *json),
        Command::Schema { document } => schema(*document),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Found) => ExitCode::from(1),
        Err(Stop::Problems(problems)) => {
            eprint!("{}", problems.for_people(std::io::stderr().is_terminal()));
            if protocol::is_here() {
                print!("{}", problems.for_runner());
                told::summarize(&problems.for_summary());
            }
            ExitCode::from(2)
        }
        Err(Stop::Failure(message)) => {
            eprintln!("error: {}", told::printed(&message));
            told::to_runner(&Problem::new(message));
            ExitCode::from(2)
        }
    }
}

fn generate(project: &Path, replace: bool, pins: Pins) -> Result<(), Stop> {
    let plan = load_plan(project)?;
    let comparison = compare(project, &plan, pins)?;
    let is_foreign = |drift: &&Drift| drift.kind == DriftKind::Foreign;
    let foreign: Vec<&Drift> = comparison.drifts.iter().filter(is_foreign).collect();
    if !foreign.is_empty() && !replace {
        let names: Vec<&str> = foreign.iter().map(|drift| drift.path.as_str()).collect();
        return Err(Stop::Failure(format!(
            "not rendered by Lockstep, and in the way: {}. Nothing was written. Move what you need into the model, then replace them: lockstep generate --replace {}",
            names.join(", "),
            project.display(),
        )));
    }
    let is_unmarked = |drift: &&Drift| matches!(drift.kind, DriftKind::Unmarked(_));
    if let Some(document) = comparison.drifts.iter().find(is_unmarked) {
        return Err(Stop::Failure(format!(
            "{}:{}: {}. Nothing was written. Put these lines where the passage belongs, once:\n{}",
            document.path,
            document.line,
            document.kind.in_words(),
            document.diff,
        )));
    }
    comparison.write().map_err(Stop::failure)?;
    for drift in &comparison.drifts {
        let verb = match drift.kind {
            DriftKind::Missing => "wrote",
            DriftKind::Changed => "updated",
            DriftKind::Foreign => "replaced",
            DriftKind::Stale => "removed",
            // Such a run has ended above.
            DriftKind::Unmarked(_) => continue,
        };
        println!("{verb:8} {}", drift.path);
    }
    let kept = comparison.files()
        - comparison.drifts.iter().filter(|d| d.kind != DriftKind::Stale).count();
    println!("{} files, {kept} of them unchanged", comparison.files());
    Ok(())
}

fn show(project: &Path, json: bool) -> Result<(), Stop> {
    let plan = load_plan(project)?;
    if json {
        print!("{}", crate::render::plan_text(&plan));
    } else {
        print!("{}", table::of(&plan));
    }
    Ok(())
}

fn schema(document: DocumentName) -> Result<(), Stop> {
    let document = match document {
        DocumentName::Model => Document::Model,
        DocumentName::Plan => Document::Plan,
        DocumentName::Manifest => Document::Manifest,
        DocumentName::PartialManifest => Document::PartialManifest,
    };
    let mut out = std::io::stdout().lock();
    let text = document.schema_text();
    // A reader that has seen enough, such as `head`, is no failure.
    match out.write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::Failure(format!("the schema can not be written: {error}")))
        }
        _ => Ok(()),
    }
}

fn load_plan(project: &Path) -> Result<Plan, Stop> {
    if project.is_file() {
        let folder = project.parent().filter(|folder| *folder != Path::new(""));
        return Err(Stop::Failure(format!(
            "{} is a file: name the project's folder, {}",
            project.display(),
            folder.unwrap_or(Path::new(".")).display(),
        )));
    }
    let source =
        Source::read(&project.join(MODEL), &shown(project, MODEL)).map_err(Stop::Problems)?;
    let model = load::load(&source).map_err(Stop::Problems)?;
    plan(&model).map_err(|violations| Stop::Problems(load::locate(&source, violations)))
}

fn compare(project: &Path, plan: &Plan, pins: Pins) -> Result<Comparison, Stop> {
    Comparison::new(project, plan, pins).map_err(Stop::failure)
}

/// A file of the project as messages name it.
fn shown(project: &Path, file: &str) -> String {
    let path = if project == Path::new(".") { PathBuf::from(file) } else { project.join(file) };
    path.display().to_string()
}

/// The interface of the root action, which checks a project's pull requests.
#[must_use]
pub fn root_action() -> Interface {
    Interface {
        program: "lockstep".to_owned(),
        command: "sh \"$GITHUB_ACTION_PATH/actions/launch.sh\" lockstep check \"$INPUT_PROJECT\""
            .to_owned(),
        name: "Lockstep".to_owned(),
        description:
            "Checks that the release model is valid, no rendered file drifted, and versions agree"
                .to_owned(),
        inputs: vec![InputDefinition {
            name: "project".to_owned(),
            variable: "INPUT_PROJECT".to_owned(),
            description: "The project's folder, with its lockstep.yaml".to_owned(),
            required: false,
            default: Some(".".to_owned()),
            value: Expression::new("inputs.project"),
        }],
        outputs: Vec::new(),
    }
}
