//! Checks every version field that the plan maps.

mod field;

use std::path::Path;

use clap::Parser;
use lockstep_bundle::matching;
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{Version, excerpt};
use lockstep_toolkit::inputs::ProjectPlan;
use lockstep_toolkit::{Action, Failure, Problem, Program, Report, documents};

use field::Found;

/// Checks that every version field says the same.
#[derive(Debug, Parser)]
#[command(name = "align-versions", version, disable_version_flag = true, about, long_about = None)]
pub struct Inputs {
    /// The plan.
    #[command(flatten)]
    pub plan: ProjectPlan,
    /// The version that they must say; without it they must agree. Fields that keep a stand-in must
    /// agree on that.
    #[arg(long)]
    pub version: Option<Version>,
}

impl Action for Inputs {
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("version", "The version that all of them say, or are stamped with")];
}

impl Program for Inputs {
    fn run(&self, report: &mut Report) -> Result<(), Failure> {
        let plan = documents::read_plan(&self.plan.plan)?;
        let fields = fields(&plan, report);
        let wanted = self.version.as_ref().filter(|_| !plan.versions.stamped);
        let Some(version) = wanted.cloned().or_else(|| common(&fields)) else {
            if fields.is_empty() && !report.has_problems() {
                return Err(Failure::new("the plan maps no version field"));
            }
            for field in &fields {
                let message = format!(
                    "{} is `{}`, which is no version",
                    field.field,
                    excerpt(&field.version)
                );
                report.problem(field.place(Problem::new(message)));
            }
            return Ok(());
        };
        // What all of them say could be tagged instead.
        let other = common(&fields).filter(|other| fields.iter().all(|field| field.says(other)));
        for field in &fields {
            if !field.says(&version) {
                report.problem(drift(&plan, field, &version, other.as_ref()));
            }
            report.line(format_args!(
                "{:40} {:28} {}",
                field.file,
                field.field,
                excerpt(&field.version)
            ));
        }
        report.output("version", self.version.as_ref().unwrap_or(&version));
        Ok(())
    }
}

fn drift(plan: &Plan, field: &Found, version: &Version, other: Option<&Version>) -> Problem {
    let found = excerpt(&field.version);
    let message = format!("{} is {found}, not {version}", field.field);
    let mut remedy = format!("set every version field to {version}");
    if let Some(other) = other {
        let tag = plan.tag_at(other.as_str());
        remedy = format!("{remedy}, or tag what they say: {tag}");
    }
    field.place(Problem::new(message)).with_remedy(remedy)
}

/// Every field that can be read.
fn fields(plan: &Plan, report: &mut Report) -> Vec<Found> {
    let mut fields = Vec::new();
    for planned in &plan.versions.fields {
        let files = report.found(matching(Path::new("."), planned.file.as_str()));
        let files = files.unwrap_or_default();
        if files.is_empty() {
            report.problem(
                Problem::new("no such file, though it carries the version")
                    .of_file(&planned.file)
                    .with_remedy("add it, or take it out of `versions` in lockstep.yaml"),
            );
        }
        for file in files {
            fields.extend(report.found(field::read(&file, &planned.field)));
        }
    }
    fields
}

/// The version that most fields say; of two that are said as often, the first.
fn common(fields: &[Found]) -> Option<Version> {
    let versions = fields.iter().filter_map(|field| field.version.parse::<Version>().ok());
    let mut counts: Vec<(Version, usize)> = Vec::new();
    for version in versions {
        match counts.iter_mut().find(|(known, _)| *known == version) {
            Some((_, count)) => *count += 1,
            None => counts.push((version, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(version, _)| version)
}
