//! What commands print: for people and the runner as they go, or one JSON document at the end.

use std::fmt;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use lockstep_files::json;
use lockstep_runner::protocol::Level;
use lockstep_runner::{Table, protocol};
use lockstep_schemas::diagnostic::{Diagnostic, ProgramReport};
use lockstep_schemas::paths::Shown as _;

use crate::problems::Problems;

/// Why a command did not end well.
#[derive(Debug)]
pub enum Stop {
    /// It found problems, which are printed.
    Found,
    /// The model is not one.
    Problems(Problems),
    /// The workflows that would be rendered break a promise.
    Unproved(Problems),
    /// It could not do what it was asked.
    Failure(Box<Diagnostic>),
}

impl<D: Into<Diagnostic>> From<D> for Stop {
    fn from(failure: D) -> Self {
        Self::Failure(Box::new(failure.into()))
    }
}

/// Where a command's words go. That nobody reads them is no reason to stop, so what cannot be printed is not.
#[derive(Debug)]
pub struct Output {
    is_json: bool,
    /// Whether people are told what is wrong alone.
    is_quiet: bool,
    problems: Vec<Diagnostic>,
    /// What was checked, with how many problems it has and the result in words.
    checked: Vec<(&'static str, usize, String)>,
    /// What the job summary says after that, in Markdown.
    details: String,
    /// Whether a document was printed, which then is the only one.
    has_printed: bool,
    /// Why a document was not printed whole.
    lost: Option<std::io::Error>,
}

impl Output {
    /// Words for people, all or those about what is wrong, or one JSON document.
    #[must_use]
    pub fn new(is_json: bool, is_quiet: bool) -> Self {
        Self {
            is_json,
            is_quiet,
            problems: Vec::new(),
            checked: Vec::new(),
            details: String::new(),
            has_printed: false,
            lost: None,
        }
    }

    /// Whether one JSON document is asked for.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// The flags that ask another program of Lockstep's for the same.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        let flags = [self.is_json.then_some("--json"), self.is_quiet.then_some("--quiet")];
        flags.into_iter().flatten()
    }

    /// A line for people.
    pub fn line(&self, line: impl fmt::Display) {
        self.text(format_args!("{line}\n"));
    }

    /// Text for people, whose lines end by themselves.
    pub fn text(&self, text: impl fmt::Display) {
        if !self.is_json && !self.is_quiet {
            let _ = write!(anstream::stdout(), "{}", inert(&text.to_string()));
        }
    }

    /// The difference between two texts, in colour on a terminal.
    pub fn diff(&self, diff: &str) {
        for line in diff.split_inclusive('\n') {
            let style = match line.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
                [b'@', b'@', ..] => AnsiColor::Cyan.on_default(),
                [b'+', ..] => AnsiColor::Green.on_default(),
                [b'-', ..] => AnsiColor::Red.on_default(),
                _ => Style::new(),
            };
            let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
            self.text(format_args!("{style}{text}{style:#}{end}"));
        }
    }

    /// A line for people about what went wrong.
    pub fn complain(&self, line: impl fmt::Display) {
        if !self.is_json {
            let _ = writeln!(anstream::stderr(), "{}", inert(&line.to_string()));
        }
    }

    /// What a command makes, where that is a document: it is printed, whatever is asked for.
    pub fn document(&mut self, text: &str) {
        self.has_printed = true;
        self.print(text);
    }

    /// A document on standard output. Who asks for one needs all of it; a reader who closes the pipe has what they wanted.
    fn print(&mut self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        if let Err(error) = printed
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.lost = Some(error);
        }
    }

    /// Something that is wrong.
    pub fn problem(&mut self, problem: Diagnostic) {
        self.complain(format_args!("error[{}]: {problem}", problem.rule));
        self.keep(problem);
    }

    /// One of several problems that the command says together what to do about.
    pub fn one_of_many(&mut self, problem: Diagnostic) {
        let brief = Diagnostic { remedy: None, ..problem.clone() };
        self.complain(format_args!("error[{}]: {brief}", problem.rule));
        self.keep(problem);
    }

    /// Everything that is wrong with one file, each with its line; the command goes on.
    pub fn of_file(&mut self, problems: &Problems) {
        if !self.is_json {
            let text = problems.for_people(std::io::stderr().is_terminal());
            let _ = write!(anstream::stderr(), "{text}");
        }
        problems.list.iter().cloned().for_each(|problem| self.keep(problem));
    }

    /// Problems whose files are the project's.
    pub fn problems(&mut self, project: &Path, problems: &[Diagnostic]) {
        for problem in problems {
            let mut problem = problem.clone();
            problem.place.file = problem.place.file.map(|file| shown(project, &file));
            self.problem(problem);
        }
    }

    fn keep(&mut self, problem: Diagnostic) {
        if protocol::is_here() {
            self.text_of_runner(&protocol::annotation(Level::Error, &problem));
        }
        self.problems.push(problem);
    }

    /// What the runner reads. It reads both streams, and what is printed as data stays data.
    fn text_of_runner(&self, text: &str) {
        let _ = if self.is_json {
            std::io::stderr().lock().write_all(text.as_bytes())
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        };
    }

    /// What was checked and what came of it: an output of the root action, and a row of its job summary. Outputs are put out also where
    /// something is wrong, for steps that look at just that.
    pub fn checked(&mut self, what: &'static str, problems: usize, words: impl fmt::Display) {
        self.checked.push((what, problems, words.to_string()));
    }

    /// More for the job summary, in Markdown.
    pub fn detail(&mut self, markdown: impl fmt::Display) {
        self.details.push_str(&markdown.to_string());
    }

    /// Tells the runner what came of it: outputs, and one job summary.
    fn tell_runner(&self) {
        let outputs =
            self.checked.iter().map(|(what, count, _)| protocol::output(what, &count.to_string()));
        let mut summary = String::new();
        if !self.checked.is_empty() {
            let mut table = Table::new(["checked", "problems", "result"]);
            for (what, count, words) in &self.checked {
                table.row([(*what).to_owned(), count.to_string(), words.clone()]);
            }
            summary = format!("## Lockstep\n\n{}\n", table.with_numbers(&[1]).markdown());
        }
        summary.push_str(&self.details);
        summary.extend(self.problems.iter().map(protocol::summary_item));
        for (file, text) in [("GITHUB_OUTPUT", outputs.collect()), ("GITHUB_STEP_SUMMARY", summary)]
        {
            // That nothing can be written there is no reason to hide what it is of.
            if let Err(error) = protocol::append(file, &text) {
                let _ = writeln!(anstream::stderr(), "warning: {file} cannot be written: {error}");
            }
        }
    }

    /// Ends a command: the exit status, and before it what is left to print.
    #[must_use]
    pub fn end(mut self, result: Result<(), Stop>) -> ExitCode {
        let status = match result {
            Ok(()) => 0,
            Err(Stop::Found) => 1,
            Err(Stop::Failure(failure)) => {
                self.problem(*failure);
                2
            }
            Err(Stop::Problems(problems) | Stop::Unproved(problems)) => {
                self.of_file(&problems);
                2
            }
        };
        if protocol::is_here() {
            self.tell_runner();
        }
        if self.is_json && !self.has_printed {
            let report = ProgramReport {
                program: "lockstep".to_owned(),
                status,
                diagnostics: std::mem::take(&mut self.problems),
                warnings: Vec::new(),
                outputs: self
                    .checked
                    .iter()
                    .map(|(what, count, _)| ((*what).to_owned(), count.to_string()))
                    .collect(),
                result: None,
            };
            self.print(&json::text(&report));
        }
        if let Some(error) = self.lost {
            let _ = writeln!(anstream::stderr(), "error: cannot print to standard output: {error}");
            return ExitCode::from(2);
        }
        ExitCode::from(status)
    }
}

/// A file of the project as messages name it.
#[must_use]
pub fn shown(project: &Path, file: &str) -> String {
    let path = if project == Path::new(".") { PathBuf::from(file) } else { project.join(file) };
    path.shown()
}

/// A text as it is printed: what a file says must not command the runner.
fn inert(text: &str) -> String {
    if protocol::is_here() { protocol::inert(text) } else { text.to_owned() }
}
