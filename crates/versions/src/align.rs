//! Whether the fields of each train say one version.

use lockstep_runner::Table;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{TrainPlan, VersionPlan};
use lockstep_schemas::strings::{Id, Version, excerpt};
use lockstep_schemas::version::VersionScheme;

use crate::field::{Field, Notation, said};
use crate::version_files::{TrainField, VersionFile, VersionFiles};

/// The version that a train must say.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The train, by its place in the plan.
    pub train: usize,
    /// The version.
    pub version: &'w Version,
}

/// What the fields say, beside what they should.
#[derive(Debug)]
pub struct Alignment {
    /// A row a field.
    pub rows: Vec<Row>,
    /// The version of each train, where its fields say one.
    pub versions: Vec<Option<Version>>,
    /// What is not as it must be, the project's own problems first.
    pub problems: Vec<Diagnostic>,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its name.
    pub field: String,
    /// Its train; none where it is the one that the model releases.
    pub train: Option<Id>,
    /// What it says.
    pub found: String,
    /// What it should say; nothing where that is not known.
    pub expected: Option<String>,
    /// Whether it says that.
    pub is_aligned: bool,
}

impl Alignment {
    /// What every field says, for people.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table =
            Table::new(["file", "line", "field", "found", "expected"]).with_numbers(&[1]);
        for row in &self.rows {
            // A requirement, and a spelling that Python reads as the same, say it in their own words.
            let expected = if row.is_aligned { Some(&row.found) } else { row.expected.as_ref() };
            table.row([
                row.file.as_str(),
                &row.line.to_string(),
                &row.field,
                &excerpt(&row.found),
                expected.map_or("-", String::as_str),
            ]);
        }
        table
    }
}

/// Compares the fields of each train with each other, or with the version that is wanted.
#[must_use]
pub fn align(project: &VersionFiles, plan: &VersionPlan, wanted: Option<Wanted<'_>>) -> Alignment {
    let mut alignment =
        Alignment { rows: Vec::new(), versions: Vec::new(), problems: project.problems.clone() };
    for (index, train) in plan.trains().enumerate() {
        // What is stamped says a stand-in, whatever is released.
        let wanted = wanted.filter(|wanted| wanted.train == index && !train.stamped);
        let fields: Vec<(&VersionFile, &TrainField)> = project.fields_of(index).collect();
        if fields.is_empty() && alignment.problems.is_empty() {
            let of = train.id.as_ref().map(|id| format!("train `{id}`"));
            let of = of.unwrap_or_else(|| "the train that is released".to_owned());
            let problem = Diagnostic::new(
                Rule::VersionFieldMissing,
                format!("no file has a version field of {of}"),
            );
            alignment.problems.push(problem.with_remedy("list the file that has it"));
        }
        let version = wanted
            .map(|wanted| wanted.version.clone())
            .or_else(|| common(fields.iter().map(|(_, of)| &of.field)));
        if let Some(version) = &version {
            alignment.problems.extend(project.unsayable(index, version));
        }
        let remedy = version.as_ref().map(|version| {
            let tagged = wanted.and_then(|_| tagged(train, &fields));
            remedy(train, &fields, version, tagged.as_deref())
        });
        for (file, field) in fields {
            let row = row(train, file, field, version.as_ref());
            let expected = version.as_ref().zip(remedy.as_deref());
            alignment.problems.extend(problem(file, field, expected, &row));
            alignment.rows.push(row);
        }
        alignment.versions.push(version);
    }
    alignment
}

fn row(train: &TrainPlan, file: &VersionFile, of: &TrainField, version: Option<&Version>) -> Row {
    let TrainField { field, line, .. } = of;
    Row {
        file: file.path.clone(),
        line: *line,
        field: field.name.clone(),
        train: train.id.clone(),
        found: field.text.clone(),
        expected: version.and_then(|version| field.saying(version).ok()),
        is_aligned: version.is_some_and(|version| field.says(version)),
    }
}

/// What to do about fields that do not say a version.
fn remedy(
    train: &TrainPlan,
    fields: &[(&VersionFile, &TrainField)],
    version: &Version,
    tagged: Option<&str>,
) -> String {
    if train.stamped {
        return "write the stand-in that the others have".to_owned();
    }
    let of = train.id.as_ref().map(|id| format!("--train {id} ")).unwrap_or_default();
    let falls = fields.iter().any(|(_, of)| !of.field.rises_to(version));
    let allow = if falls { " --allow-downgrade" } else { "" };
    let bump = format!("set every field: lockstep bump {of}{version}{allow}");
    tagged.map_or(bump.clone(), |tag| format!("{bump}; or tag what they say: {tag}"))
}

/// What is wrong with a field that does not say a version; with what to do about that.
fn problem(
    file: &VersionFile,
    of: &TrainField,
    expected: Option<(&Version, &str)>,
    row: &Row,
) -> Option<Diagnostic> {
    if row.is_aligned {
        return None;
    }
    let TrainField { field, line, column, .. } = of;
    let at = |rule, message: String| {
        Diagnostic::new(rule, message).in_file(&file.path).at(*line, *column)
    };
    let name = &field.name;
    let found = excerpt(&field.text);
    if field.is_foreign() {
        return Some(
            at(Rule::VersionFieldForm, format!("{name} is `{found}`, which is not a version"))
                .with_remedy(field.remedy()),
        );
    }
    let is_none = matches!(field.notation, Notation::Version(_)) && field.version().is_none();
    let is_pythons = field.notation == Notation::Version(VersionScheme::Pep440)
        && field.text.starts_with(|c: char| c.is_ascii_digit());
    let what = if is_pythons { "other ecosystems cannot write it" } else { "not a version" };
    let Some((version, remedy)) = expected else {
        let remedy = "write a version such as 1.2.3; if the field has no version, remove it from `versions` in lockstep.yaml";
        return Some(
            at(Rule::VersionFieldForm, format!("{name} is `{found}`: {what}")).with_remedy(remedy),
        );
    };
    let expected = match field.saying(version) {
        Ok(expected) => expected,
        Err(message) => {
            return Some(
                at(Rule::VersionUnsayable, format!("{name} cannot say {version}: {message}"))
                    .with_remedy(field.remedy()),
            );
        }
    };
    let what = if is_none { format!(" ({what})") } else { String::new() };
    let message = format!("{name} is {found}{what}, not {expected}");
    Some(at(Rule::VersionMismatch, message).with_remedy(remedy))
}

/// The tag of what all fields say already.
fn tagged(train: &TrainPlan, fields: &[(&VersionFile, &TrainField)]) -> Option<String> {
    let version = common(fields.iter().map(|(_, of)| &of.field))?;
    let says_it = fields.iter().all(|(_, of)| of.field.says(&version));
    says_it.then(|| format!("{}{version}", train.tag.prefix()))
}

/// The version that most fields say; of two that are said as often, the first.
fn common<'f>(fields: impl Iterator<Item = &'f Field> + Clone) -> Option<Version> {
    let counted = said(fields);
    let most = counted.iter().map(|(_, count)| *count).max()?;
    counted.into_iter().find(|(_, count)| *count == most).map(|(version, _)| version)
}
