//! One version field of one file.

use std::path::Path;

use lockstep_schemas::strings::Version;
use lockstep_toolkit::Problem;
use toml_edit::{Document, Item};

/// A field as it was found.
pub(crate) struct Found {
    /// Its file.
    pub(crate) file: String,
    /// The field, in the notation of the plan.
    pub(crate) field: String,
    /// Its line, where the format's reader tells.
    pub(crate) line: Option<usize>,
    /// What it says.
    pub(crate) version: String,
}

impl Found {
    /// A problem of this field, in its place.
    pub(crate) fn place(&self, problem: Problem) -> Problem {
        let problem = problem.of_file(&self.file);
        match self.line {
            Some(line) => problem.at(line, 1),
            None => problem,
        }
    }

    /// Whether it says a version, in the words of its ecosystem.
    pub(crate) fn says(&self, version: &Version) -> bool {
        let is_python = self.file.ends_with("pyproject.toml");
        self.version == version.as_str()
            || (is_python && version.python().as_deref() == Some(&self.version))
    }
}

/// Reads a field of a file.
pub(crate) fn read(file: &str, field: &str) -> Result<Found, Problem> {
    let problem = |message: String| Problem::new(message).of_file(file);
    let text = std::fs::read_to_string(Path::new(file))
        .map_err(|error| problem(format!("can not be read: {error}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_toml = Path::new(file).extension().is_some_and(|extension| extension == "toml");
    let (version, line) = if is_toml { of_toml(text, field) } else { of_json(text, field) }
        .map_err(|message| {
            problem(message).with_remedy(format!("the version stands in {field}; a file without it is taken out of `versions` in lockstep.yaml"))
        })?;
    Ok(Found { file: file.to_owned(), field: field.to_owned(), line, version })
}

/// `[package].version`
fn of_toml(text: &str, field: &str) -> Result<(String, Option<usize>), String> {
    let document =
        Document::parse(text).map_err(|error| format!("is no TOML: {}", error.message()))?;
    let (table, key) = field.trim_start_matches('[').split_once("].").ok_or("no such field")?;
    let of_table = |table: &str| {
        let path = table.split('.').try_fold(document.as_item(), |item: &Item, key| item.get(key));
        path.and_then(|table| table.get(key)).filter(|item| item.is_str())
    };
    // A workspace's packages have their version from `[workspace.package]`, if they do not say it.
    let item = of_table(table)
        .or_else(|| (table == "package").then(|| of_table("workspace.package")).flatten())
        .ok_or_else(|| format!("has no {field}"))?;
    let line = item.span().map(|span| text[..span.start].matches('\n').count() + 1);
    Ok((item.as_str().unwrap_or_default().to_owned(), line))
}

/// `.version`, `.packages[""].version`
fn of_json(text: &str, field: &str) -> Result<(String, Option<usize>), String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let pointer = field.replace("[\"\"]", "/").replace('.', "/");
    let version = json.pointer(&pointer).and_then(serde_json::Value::as_str);
    Ok((version.ok_or_else(|| format!("has no {field}"))?.to_owned(), None))
}
