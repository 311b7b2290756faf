//! Checks every version field that the plan maps, or sets it.

// The compiler names every place that a new kind must visit.
#![deny(clippy::wildcard_enum_match_arm)]

use std::path::{Path, PathBuf};

use clap::Parser;
use lockstep_files::json;
use lockstep_runner::inputs::ProjectPlan;
use lockstep_runner::{Action, Failure, Program, Report};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Tag, Version};
use lockstep_versions::{
    Change, VersionFiles, Wanted, align, changelog, in_sources, shipped, tagged, train_named,
};

/// Checks that every version field says the same, or sets it.
#[derive(Debug, Parser)]
#[command(name = "align-versions", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version that is released; without one the fields must agree. Fields that keep a stand-in must
    /// agree on that.
    #[arg(long)]
    pub version: Option<Version>,
    /// The tag of the version that is released, in the version's place.
    #[arg(long, conflicts_with = "version")]
    pub tag: Option<Tag>,
    /// The release train that the version is of, by its id; by default the one that the model releases.
    #[arg(long, conflicts_with = "tag")]
    pub train: Option<String>,
    /// Set every field to the version, instead of comparing it.
    #[arg(long)]
    pub set: bool,
    /// The version is a snapshot's, of which no changelog says anything.
    #[arg(long, conflicts_with = "tag")]
    pub snapshot: bool,
    /// Compare the files in sources, which the build has checked out, and no others.
    #[arg(long, requires = "version", conflicts_with_all = ["set", "notes", "snapshot"])]
    pub sources: bool,
    /// The file that the changelog's section of the version goes to, which --version or --tag names.
    #[arg(long)]
    pub notes: Option<PathBuf>,
}

impl Action for Inputs {
    const FILE: &'static str = "lockstep-build";

    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("version", "The version that all of them say, or are stamped with")];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = json::read_plan(&self.plan.plan)?;
        let (train, version) = self.release(&plan)?;
        if let Some(version) = version.as_ref().filter(|_| self.sources) {
            let (said, problems) = in_sources(root(), &plan, version);
            for line in &said {
                report.line(line);
            }
            report.problems(problems);
            return Ok(());
        }
        if let (Some(_), None) = (&self.notes, &version) {
            return Err(Failure::new(
                Rule::WrongInput,
                "`--notes` needs the version that the notes are of",
            )
            .with_remedy("give it with --version or --tag"));
        }
        if self.set {
            set(&plan, train, version.as_ref(), report)?;
        }
        if report.has_problems() {
            return Ok(());
        }
        let wanted = version.as_ref().map(|version| Wanted { train, version });
        let project = VersionFiles::read(root(), &plan.versions, shipped(&plan));
        let alignment = align(&project, &plan.versions, wanted);
        let table = alignment.table();
        report.group("Version fields", table.to_string().trim_end());
        if !alignment.problems.is_empty() {
            report.summarize(table.markdown() + "\n");
        }
        alignment.problems.into_iter().for_each(|problem| report.problem(problem));
        if let Some(version) = &version {
            self.changelog(&plan, train, version, report)?;
        }
        let said = alignment.versions.into_iter().nth(train).flatten();
        if let Some(version) = version.or(said) {
            report.output("version", version);
        }
        Ok(())
    }
}

/// Version files stand below the folder that the program is called in.
fn root() -> &'static Path {
    Path::new(".")
}

impl Inputs {
    /// The train that is meant, and the version that is released of it.
    fn release(&self, plan: &Plan) -> Result<(usize, Option<Version>), Failure> {
        if let Some(tag) = &self.tag {
            let (train, version) = tagged(&plan.versions, tag.as_str())?;
            return Ok((train, Some(version)));
        }
        let train = train_named(&plan.versions, self.train.as_deref())?;
        Ok((train, self.version.clone()))
    }

    /// Looks at what the changelog says of the version, and writes it where it is asked for.
    fn changelog(
        &self,
        plan: &Plan,
        train: usize,
        version: &Version,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let Some(of) = plan.versions.trains().nth(train) else { return Ok(()) };
        if self.snapshot {
            let notes = format!("A snapshot, {version}: to be tried, and never published.\n");
            let written = self.notes.as_ref().map(|path| lockstep_files::write(path, &notes));
            return written.unwrap_or(Ok(())).map_err(|error| Diagnostic::from(error).into());
        }
        let section = report.found(changelog::of_train(root(), of, version)).flatten();
        let Some(section) = section else { return Ok(()) };
        report.line(format_args!("changelog: {}", section.title));
        let Some(notes) = &self.notes else { return Ok(()) };
        lockstep_files::write(notes, &(section.notes + "\n")).map_err(Diagnostic::from)?;
        Ok(())
    }
}

/// Sets every field of a train.
fn set(
    plan: &Plan,
    train: usize,
    version: Option<&Version>,
    report: &mut Report,
) -> Result<(), Failure> {
    let version = version.ok_or_else(|| {
        Failure::new(Rule::WrongInput, "`--set` needs the version to set")
            .with_remedy("give it with --version or --tag")
    })?;
    let project = VersionFiles::read(root(), &plan.versions, shipped(plan));
    match Change::prepare(&project, train, version) {
        Ok(change) => {
            change.write(root())?;
            change.files.iter().for_each(|file| report.line(format_args!("set {}", file.path)));
        }
        Err(problems) => problems.into_iter().for_each(|problem| report.problem(problem)),
    }
    Ok(())
}
