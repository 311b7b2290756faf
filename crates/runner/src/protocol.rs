//! The runner's protocol: what a step of a GitHub Actions job may tell the run
//! ([workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)).

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::{self, Write as _};

use lockstep_files::markdown::shown;
use lockstep_schemas::diagnostic::{Diagnostic, Place};

/// Whether this is a step of a job
/// ([variables](https://docs.github.com/en/actions/reference/workflows-and-actions/variables)).
#[must_use]
pub fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// How much an annotation says is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It stopped something.
    Error,
    /// It stopped nothing.
    Warning,
}

impl Level {
    /// The name in a workflow command.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One annotation, on a line of its own. Its title is the rule.
#[must_use]
pub fn annotation(level: Level, problem: &Diagnostic) -> String {
    let Place { file, member, line, column, .. } = &problem.place;
    let property = |name: &str, value: &dyn fmt::Display| {
        let text = &value.to_string();
        format!("{name}={}", Escaped { text, in_property: true })
    };
    let mut properties = Vec::new();
    properties.extend(file.as_ref().map(|file| property("file", file)));
    properties.extend(line.map(|line| property("line", &line)));
    properties.extend(column.map(|column| property("col", &column)));
    properties.push(property("title", &problem.rule));
    let member = member.as_ref().map(|member| format!("`{}`: ", member.escape_debug()));
    let remedy = problem.remedy.as_ref().map(|remedy| format!("\n{remedy}"));
    let text = [member.unwrap_or_default(), problem.in_words(), remedy.unwrap_or_default()];
    let text = Escaped { text: &text.concat(), in_property: false }.to_string();
    format!("::{} {}::{text}\n", level.id(), properties.join(","))
}

/// A problem in a job summary, on a line of its own.
#[must_use]
pub fn summary_item(problem: &Diagnostic) -> String {
    format!("- {}\n", shown(&problem.to_string()))
}

/// Tells the runner that a text is a secret, on a line of its own.
#[must_use]
pub fn mask(secret: &str) -> String {
    let mut masks = String::new();
    for text in secret.lines().filter(|line| !line.is_empty()) {
        let _ = writeln!(masks, "::add-mask::{}", Escaped { text, in_property: false });
    }
    masks
}

/// A text with nothing in it that the runner would take for a command of ours: a line that begins with
/// `::`, or one with the older `##[` anywhere in it
/// ([source](https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs)).
#[must_use]
pub fn inert(text: &str) -> String {
    let is_command = |line: &str| line.trim_start().starts_with("::");
    let lines = text.split(['\n', '\r']).map(|line| {
        let line = line.replace("##[", "# #[");
        if is_command(&line) { format!("| {line}") } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Lines under a title, which the log folds. The lines must command nothing: [`inert`].
#[must_use]
pub fn group(title: &str, lines: &str) -> String {
    let title = Escaped { text: title, in_property: false };
    format!("::group::{title}\n{}\n::endgroup::\n", lines.trim_end_matches('\n'))
}

/// An output as the file of outputs has it. The delimiter is longer than any run of its letter in the
/// value, so no value can end its own entry.
#[must_use]
pub fn output(name: &str, value: &str) -> String {
    let longest = value.split(|c| c != '_').map(str::len).max().unwrap_or(0);
    let end = format!("END{}", "_".repeat(longest + 1));
    format!("{name}<<{end}\n{value}\n{end}\n")
}

/// Adds to one of the runner's files, named by an environment variable; without it there is none to
/// add to.
pub fn append(variable: &str, text: &str) -> io::Result<()> {
    let Some(file) = std::env::var_os(variable).filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    OpenOptions::new().create(true).append(true).open(file)?.write_all(text.as_bytes())
}

/// A text as a workflow command carries it
/// ([source](https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts)).
struct Escaped<'a> {
    text: &'a str,
    in_property: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.text.chars() {
            match c {
                '%' => f.write_str("%25")?,
                '\r' => f.write_str("%0D")?,
                '\n' => f.write_str("%0A")?,
                ':' if self.in_property => f.write_str("%3A")?,
                ',' if self.in_property => f.write_str("%2C")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

/// The address of the server that has the repository's pages, without a slash behind it: GitHub's own where nothing says another
/// ([variable](https://docs.github.com/en/actions/reference/workflows-and-actions/variables#default-environment-variables)).
#[must_use]
pub fn server() -> String {
    let server = std::env::var("GITHUB_SERVER_URL").ok().filter(|server| !server.is_empty());
    let server = server.unwrap_or_else(|| "https://github.com".to_owned());
    server.trim_end_matches('/').to_owned()
}
