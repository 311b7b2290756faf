//! What a program found, told to people and to the runner.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use crate::protocol::Level;
use crate::{Failure, protocol};
use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, ProgramReport, Rule};
use serde::Serialize;

/// The largest job summary of a step, in bytes
/// ([limit](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits)).
const LARGEST_SUMMARY: usize = 1024 * 1024;

/// What a program found and put out, as far as it got.
#[derive(Debug, Default)]
pub struct Report {
    on_runner: bool,
    /// Whether all that is printed is one JSON document.
    is_json: bool,
    /// Whether what is wrong is printed, and nothing else.
    is_quiet: bool,
    result: Option<serde_json::Value>,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    outputs: Vec<(&'static str, String)>,
    summary: String,
}

impl Report {
    /// An empty report, for the runner if this is one.
    #[must_use]
    pub fn new() -> Self {
        Self { on_runner: protocol::is_here(), ..Self::default() }
    }

    /// The same, which prints one JSON document at its end and nothing else.
    #[must_use]
    pub(crate) fn in_json(self, is_json: bool) -> Self {
        Self { is_json, ..self }
    }

    /// The same, which prints what is wrong, and nothing else.
    #[must_use]
    pub(crate) fn quietly(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }

    /// The rules of the problems so far.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.problems.iter().map(|problem| problem.rule).collect()
    }

    /// Whether one JSON document is asked for, for which [`Self::result`] is kept.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Adds a problem. A program goes on and tells all of them in one run.
    pub fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Adds some.
    pub fn problems(&mut self, problems: impl IntoIterator<Item = Diagnostic>) {
        self.problems.extend(problems);
    }

    /// Adds what is wrong and stops nothing.
    pub fn warning(&mut self, warning: Diagnostic) {
        self.warnings.push(warning);
    }

    /// Adds the problem of something that could not be had, and goes on without it.
    pub fn found<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.problem(problem)).ok()
    }

    /// Whether there are problems so far.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// How many problems there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.problems.len()
    }

    /// The problems, of a report that ends without being read.
    #[must_use]
    pub fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    /// Tells what is being done.
    pub fn line(&mut self, line: impl fmt::Display) {
        if self.is_json || self.is_quiet {
            return;
        }
        // Nobody to tell is no reason to stop.
        let _ = writeln!(io::stdout(), "{}", self.printable(&line.to_string()));
    }

    /// Tells many lines under one title, which a runner's log folds
    /// ([command](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#grouping-log-lines)).
    pub fn group(&mut self, title: impl fmt::Display, lines: impl fmt::Display) {
        if self.is_json || self.is_quiet || !self.on_runner {
            return self.line(lines);
        }
        let text = protocol::inert(&lines.to_string());
        let _ = io::stdout().write_all(protocol::group(&title.to_string(), &text).as_bytes());
    }

    /// Puts an output out, when the program has ended without problems.
    pub fn output(&mut self, name: &'static str, value: impl fmt::Display) {
        self.outputs.push((name, value.to_string()));
    }

    /// The document that the program makes, for `--json`.
    pub fn result(&mut self, document: &impl Serialize) {
        if self.is_json {
            // Documents are plain data; what has no JSON has nothing to say in it.
            self.result = serde_json::to_value(document).ok();
        }
    }

    /// Adds to the job summary, in Markdown.
    pub fn summarize(&mut self, markdown: impl fmt::Display) {
        self.summary.push_str(&markdown.to_string());
    }

    /// Tells everything that is left to tell; `None` where it all is good, else the exit status.
    pub(crate) fn end(mut self, result: Result<(), Failure>, program: &str) -> Option<u8> {
        let status = match (result, self.problems.is_empty()) {
            (Ok(()), true) => None,
            (Ok(()), false) => Some(1),
            (Err(Failure(problem)), _) => {
                self.problems.push(problem);
                Some(2)
            }
        };
        let mut errors = String::new();
        let warnings = self.warnings.iter().map(|warning| (Level::Warning, warning));
        let all = || warnings.clone().chain(self.problems.iter().map(|it| (Level::Error, it)));
        if !self.is_json {
            for (level, problem) in all() {
                let text = self.printable(&problem.to_string());
                let _ = writeln!(errors, "{}[{}]: {text}", level.id(), problem.rule);
            }
            if self.problems.len() > 1 {
                let _ = writeln!(errors, "{program}: {} problems", self.problems.len());
            }
        }
        // The runner reads commands on both streams; what is printed as data stays data.
        if self.on_runner {
            errors.extend(all().map(|(level, problem)| protocol::annotation(level, problem)));
        }
        let _ = io::stderr().write_all(errors.as_bytes());
        if status.is_some() {
            self.outputs.clear();
        }
        let status = match self.tell_runner(program) {
            Err(error) if status.is_none() => {
                let _ =
                    writeln!(io::stderr(), "error: the runner's files cannot be written: {error}");
                Some(2)
            }
            _ => status,
        };
        if self.is_json {
            self.print_json(program, status.unwrap_or(0));
        }
        status
    }

    fn print_json(self, program: &str, status: u8) {
        let outputs = self.outputs.into_iter().map(|(name, value)| (name.to_owned(), value));
        let document = ProgramReport {
            program: program.to_owned(),
            status,
            diagnostics: self.problems,
            warnings: self.warnings,
            outputs: outputs.collect(),
            result: self.result,
        };
        let _ = io::stdout().write_all(json::text(&document).as_bytes());
    }

    /// A text as it is printed. What a file or a script says must not command the runner.
    fn printable(&self, text: &str) -> String {
        if self.on_runner { protocol::inert(text) } else { text.to_owned() }
    }

    fn tell_runner(&self, program: &str) -> io::Result<()> {
        if !self.on_runner {
            if self.is_json || self.is_quiet {
                return Ok(());
            }
            for (name, value) in &self.outputs {
                let _ = writeln!(io::stdout(), "{name}: {value}");
            }
            return Ok(());
        }
        let outputs: String =
            self.outputs.iter().map(|(name, value)| protocol::output(name, value)).collect();
        protocol::append("GITHUB_OUTPUT", &outputs)?;
        protocol::append("GITHUB_STEP_SUMMARY", &self.summary_text(program))
    }

    fn summary_text(&self, program: &str) -> String {
        let mut text = self.summary.clone();
        if !self.warnings.is_empty() {
            let _ = write!(text, "### {program}: what stops nothing\n\n");
            for warning in &self.warnings {
                text.push_str(&protocol::summary_item(warning));
            }
            text.push('\n');
        }
        if !self.problems.is_empty() {
            let _ = write!(text, "### {program}: failed\n\n");
            for problem in &self.problems {
                text.push_str(&protocol::summary_item(problem));
            }
        }
        if text.len() > LARGEST_SUMMARY {
            // The runner drops a summary that is too large as a whole.
            let end = text.floor_char_boundary(LARGEST_SUMMARY - 100);
            text.truncate(end);
            text.push_str("\n\n… and more, in the log\n");
        }
        text
    }
}

/// Tells at once that something is waited for, on the stream of errors: what a report puts out stays whole.
pub fn tell(text: &str) {
    let text = if protocol::is_here() { protocol::inert(text) } else { text.to_owned() };
    // Nobody to tell is no reason to stop.
    let _ = writeln!(io::stderr(), "{text}");
}
