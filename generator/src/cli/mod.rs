//! The command line: a file for each command that is more than a call.
//!
//! Exit status: 0 good, 1 found problems (drift), 2 could not do it (a bad model, files that cannot be read or
//! written, wrong arguments).

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

mod bump;
mod check;
mod formula;
mod generate;
mod online;
mod output;
mod packages;
mod perf_gate;
mod prove;
mod receipt;
mod root_action;
mod setup;
mod show_plan;
mod table;
mod validate;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::document::Document;
use lockstep_schemas::model::Model;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Tag;

use self::output::{Output, Stop, shown};
pub use self::root_action::root_action;
use crate::load::{self, Source};
use crate::plan::plan;
use crate::problems::Problems;
use crate::proof::Proved;
use crate::render::render;
use crate::sync::{Comparison, Pins};
use crate::workflows::workflows;

/// The name of a model's file.
const MODEL: &str = "lockstep.yaml";

/// One typed model of a release; the workflows rendered from it; the check that nothing drifted.
#[derive(Debug, Parser)]
#[command(name = "lockstep", bin_name = "lockstep", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document: everything that is wrong, or the document that the command makes.
    #[arg(long, global = true)]
    json: bool,
    /// Print what is wrong, and nothing else.
    #[arg(long, short, global = true, conflicts_with = "json")]
    quiet: bool,
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
        /// Other documents of Lockstep's that are held to their schemas too, such as manifests: paths below the project, or patterns, a
        /// line each.
        #[arg(long, value_name = "PATTERNS")]
        documents: Option<String>,
    },
    /// Set one version in every version field, touching nothing else.
    Bump {
        #[command(flatten)]
        bump: bump::Bump,
        /// The project's folder, with its `lockstep.yaml`.
        #[arg(long, default_value = ".")]
        project: PathBuf,
    },
    /// Prove that no run of a workflow file breaks a promise: nothing is published before every gate passed, a
    /// rehearsal changes nothing, what cannot be taken back comes last.
    Prove {
        #[command(flatten)]
        prove: prove::Proving,
    },
    /// Bring the Homebrew formula in your clone of the tap to a release, and print what git is left to do.
    Formula {
        #[command(flatten)]
        formula: formula::Bringing,
        /// The project's folder, with its `lockstep.yaml`.
        #[arg(long, default_value = ".")]
        project: PathBuf,
    },
    /// Measure this commit beside an earlier release, on this machine, and tell whether it is slower than the model lets it be.
    PerfGate {
        #[command(flatten)]
        measuring: perf_gate::Measuring,
        /// The project's folder, with its `lockstep.yaml`.
        #[arg(long, default_value = ".")]
        project: PathBuf,
    },
    /// Walk a release from the commit that is checked out to its last channel: what is done, what is not, the next command.
    #[command(disable_help_flag = true)]
    Release(Online),
    /// Dispatch `release-publish.yml` on a release's tag, and follow the run to its end.
    #[command(disable_help_flag = true)]
    Publish(Online),
    /// Take a version back from every channel, on record: nothing of it is built or published again.
    #[command(disable_help_flag = true)]
    Yank(Online),
    /// File what stopped a release as issues: `lockstep blockers file --from RUN`.
    #[command(disable_help_flag = true)]
    Blockers(Online),
    /// Set the commits of the actions that the workflows use to their newest releases: `lockstep pins update`.
    #[command(disable_help_flag = true)]
    Pins(Online),
    /// Compare what npm has staged with the bundle that it was staged from, before you approve it: `lockstep stage verify v1.2.3`.
    #[command(disable_help_flag = true)]
    Stage(Online),
    /// Show what the jobs of a run that publishes found and did: each file on each channel, before and now.
    Receipt {
        #[command(flatten)]
        receipts: receipt::Receipts,
    },
    /// Show what follows from the model: targets, tiers, artifacts, jobs.
    Plan {
        #[command(flatten)]
        project: ProjectFolder,
    },
    /// Show what must exist outside of the repository before a release, in order: environments, secrets, trusted publishers.
    Setup {
        #[command(flatten)]
        project: ProjectFolder,
        /// Ask GitHub which of it is there, and exit with 1 where something is missing.
        #[arg(long)]
        check: bool,
    },
    /// Hold documents of Lockstep's to their JSON Schemas: models, plans, manifests, receipts.
    Validate {
        #[command(flatten)]
        validating: validate::Validating,
    },
    /// Print the JSON Schema of a document.
    Schema {
        /// The document.
        #[arg(default_value = "model")]
        document: DocumentName,
    },
}

/// What another program does, which knows its own arguments.
#[derive(Debug, clap::Args)]
struct Online {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    arguments: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
struct ProjectFolder {
    /// The project's folder, with its `lockstep.yaml`; by default this one, or the first above it that has one.
    #[arg(default_value = ".", value_name = "PROJECT")]
    folder: PathBuf,
    /// The same, as commands take it whose words are something else.
    #[arg(long = "project", value_name = "PROJECT", conflicts_with = "folder")]
    named: Option<PathBuf>,
    /// It is one of Lockstep's reference models, which can name no release of Lockstep before there is one.
    #[arg(long, hide = true)]
    reference: bool,
}

impl ProjectFolder {
    /// The same with the folder that is meant.
    fn found(&self) -> Self {
        let folder = above(self.named.as_ref().unwrap_or(&self.folder));
        Self { folder, named: None, reference: self.reference }
    }

    /// What its model comes to.
    fn release(&self) -> Result<Release, Stop> {
        let load = if self.reference { load::load_reference } else { load::load };
        load_by(&self.folder, load)
    }
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
    /// What `verify-manifest` found of a bundle
    Verification,
    /// What a job of a release found and did
    Receipt,
    /// What `perf-gate` measured
    Evidence,
    /// What a run found that stops a release
    Findings,
    /// What a program prints with `--json`
    Report,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::Generate { .. } | Command::Check { .. }) {
        crate::render::warm_up();
    }
    let mut output = Output::new(arguments.json, arguments.quiet);
    let result = match &arguments.command {
        Command::Generate { project, replace, reset_pins } => {
            let pins = if *reset_pins { Pins::Reset } else { Pins::Keep };
            generate::run(&project.found(), *replace, pins, &mut output)
        }
        Command::Check { project, tag, documents } => {
            check::run(&project.found(), tag.as_ref(), documents.as_deref(), &mut output)
        }
        Command::Bump { bump, project } => bump::run(&above(project), bump, &mut output),
        Command::Formula { formula, project } => {
            formula::run(&above(project), formula, &mut output)
        }
        Command::Prove { prove } => prove::run(prove, &mut output),
        Command::PerfGate { measuring, project } => {
            perf_gate::run(&above(project), measuring, &mut output)
        }
        Command::Release(Online { arguments }) => return online::run("release", arguments, output),
        Command::Publish(Online { arguments }) => return online::run("publish", arguments, output),
        Command::Yank(Online { arguments }) => return online::run("yank", arguments, output),
        Command::Blockers(Online { arguments }) => {
            return online::run("blockers", arguments, output);
        }
        Command::Pins(Online { arguments }) => return online::run("pins", arguments, output),
        Command::Stage(Online { arguments }) => return online::run("stage", arguments, output),
        Command::Receipt { receipts } => receipt::run(receipts, &mut output),
        Command::Plan { project } => show_plan::run(&project.found(), &mut output),
        Command::Setup { project, check: true } => {
            return setup::check(&project.found(), output);
        }
        Command::Setup { project, check: false } => setup::run(&project.found(), &mut output),
        Command::Validate { validating } => validate::run(validating, &mut output),
        Command::Schema { document } => {
            output.document(&document.document().schema_text());
            Ok(())
        }
    };
    output.end(result)
}

impl DocumentName {
    fn document(self) -> Document {
        match self {
            Self::Model => Document::Model,
            Self::Plan => Document::Plan,
            Self::Manifest => Document::Manifest,
            Self::PartialManifest => Document::PartialManifest,
            Self::Verification => Document::Verification,
            Self::Receipt => Document::Receipt,
            Self::Evidence => Document::Evidence,
            Self::Findings => Document::Findings,
            Self::Report => Document::Report,
        }
    }
}

/// The folder that is meant: where nobody names one, the first that has a model, of this one and those above it, as cargo and npm look for
/// theirs.
fn above(folder: &Path) -> PathBuf {
    if folder != Path::new(".") {
        return folder.to_owned();
    }
    let mut up = PathBuf::from(".");
    let here = std::env::current_dir().unwrap_or_default();
    for ancestor in here.ancestors() {
        if ancestor.join(MODEL).is_file() {
            return up;
        }
        // A repository is a project's whole world.
        if ancestor.join(".git").exists() {
            break;
        }
        up = if up == Path::new(".") { PathBuf::from("..") } else { up.join("..") };
    }
    folder.to_owned()
}

/// What a model comes to.
struct Release {
    plan: Plan,
    workflows: Proved,
}

fn load_release(project: &Path) -> Result<Release, Stop> {
    load_by(project, load::load)
}

fn load_by(project: &Path, load: fn(&Source) -> Result<Model, Problems>) -> Result<Release, Stop> {
    if project.is_file() {
        let folder = project.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).shown();
        let message = "is a file, and a project is a folder";
        let problem = Diagnostic::new(Rule::WrongInput, message).in_file(project.shown());
        return Err(problem.with_remedy(format!("name the project's folder, {folder}")).into());
    }
    let source =
        Source::read(&project.join(MODEL), &shown(project, MODEL)).map_err(Stop::Problems)?;
    let model = load(&source).map_err(Stop::Problems)?;
    let plan = plan(&model);
    let workflows = workflows(&model, &plan)
        .map_err(|violations| Stop::Problems(load::locate(&source, violations)))?;
    let workflows = Proved::new(&plan, workflows)
        .map_err(|broken| Stop::Unproved(Problems::new(&source.name, &source.text, broken)))?;
    Ok(Release { plan, workflows })
}

fn compare(project: &Path, release: &Release, pins: Pins) -> Result<Comparison, Stop> {
    let rendered = render(&release.plan, &release.workflows);
    Comparison::new(project, rendered, &release.plan.pins, pins).map_err(Stop::from)
}
