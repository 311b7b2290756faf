//! The start and the end of a program.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command, Parser};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use crate::{Action, Failure, Report, protocol, variable};

/// The flags of every program that are no inputs of its action: what is printed on a runner is a log.
const JSON: &str = "json";
const QUIET: &str = "quiet";

/// A program of an action.
pub trait Program: Action + Parser {
    /// Does it.
    ///
    /// # Errors
    ///
    /// Where it could not be done. What was found to be wrong is told to the report.
    fn run(&self, report: &mut Report) -> Result<(), Failure>;
}

/// Runs a program: exit status 0 good, 1 found problems, 2 could not do it.
#[must_use]
pub fn main<P: Program>() -> ExitCode {
    run::<P>(std::env::args_os().collect())
}

/// One of several programs in one file.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    command: fn() -> Command,
    run: fn(Vec<OsString>) -> ExitCode,
}

impl Member {
    /// A program.
    #[must_use]
    pub const fn of<P: Program>() -> Self {
        Self { command: P::command, run: run::<P> }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        (self.command)().get_name().to_owned()
    }
}

/// Runs one of several programs, which the first argument names: what they have in common is downloaded once.
#[must_use]
pub fn one_of(file: &str, version: &str, members: &[Member]) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let asked = arguments.first().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some(member) = members.iter().find(|member| member.name() == asked) {
        return (member.run)(arguments);
    }
    if let [flag] = arguments.as_slice()
        && (flag == "--version" || flag == "-V")
    {
        let _ = writeln!(io::stdout(), "{file} {version}");
        return ExitCode::SUCCESS;
    }
    let about = |member: &Member| {
        let about = (member.command)().get_about().map(ToString::to_string).unwrap_or_default();
        format!("  {:<18} {about}\n", member.name())
    };
    let list: String = members.iter().map(about).collect();
    let usage = format!("Usage: {file} <PROGRAM> [OPTIONS]\n\nPrograms:\n{list}");
    if asked == "--help" || asked == "-h" {
        let _ = io::stdout().write_all(usage.as_bytes());
        return ExitCode::SUCCESS;
    }
    let wrong = if asked.is_empty() {
        format!("{file} is several programs: name one")
    } else {
        format!("`{asked}` is no program of {file}")
    };
    let names: Vec<String> = members.iter().map(Member::name).collect();
    let failure = Failure::new(Rule::WrongInput, wrong);
    let failure = failure.with_remedy(format!("it has {}", names.join(", ")));
    Report::new().end(Err(failure), file).map_or(ExitCode::SUCCESS, ExitCode::from)
}

fn run<P: Program>(given: Vec<OsString>) -> ExitCode {
    let arguments = match arguments::<P>(given) {
        Ok(arguments) => arguments,
        Err(failure) => return end::<P>(Report::new(), Err(failure)),
    };
    if let [_, flag] = arguments.as_slice()
        && (flag == "--version" || flag == "-V")
    {
        // `--version` with a value is an input of most programs.
        print_version(&P::command());
        return ExitCode::SUCCESS;
    }
    // On Windows a program's file has an ending that nobody types.
    let name = P::command().get_name().to_owned();
    let command = P::command().bin_name(name).arg(
        Arg::new(JSON)
            .long(JSON)
            .global(true)
            .action(ArgAction::SetTrue)
            .help("Print one JSON document: everything that is wrong, and the outputs"),
    );
    let command = command.arg(
        Arg::new(QUIET)
            .long(QUIET)
            .short('q')
            .global(true)
            .action(ArgAction::SetTrue)
            .conflicts_with(JSON)
            .help("Print what is wrong, and nothing else"),
    );
    let parsed = command.try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| {
        let report = Report::new().in_json(matches.get_flag(JSON));
        Ok((P::from_arg_matches(&matches)?, report.quietly(matches.get_flag(QUIET))))
    });
    let (program, mut report) = match parsed {
        Ok(parsed) => parsed,
        Err(error) if error.use_stderr() && protocol::is_here() => {
            // A laptop gets clap's own words, with colours and usage; a runner an annotation.
            let text = error.render().to_string();
            // What follows are usage and a pointer to `--help`, which a runner has no use for.
            let ends =
                ["\n\nUsage", "\n\nFor more"].map(|end| text.find(end)).into_iter().flatten();
            let said = &text[..ends.min().unwrap_or(text.len())];
            let words: Vec<&str> = said.trim_start_matches("error: ").split_whitespace().collect();
            return end::<P>(Report::new(), Err(Failure::new(Rule::WrongInput, words.join(" "))));
        }
        Err(error) => error.exit(),
    };
    if protocol::is_here() {
        for secret in P::SECRETS {
            let value = std::env::var(secret.variable).unwrap_or_default();
            let _ = io::stdout().write_all(protocol::mask(&value).as_bytes());
        }
    }
    let result = program.run(&mut report);
    end::<P>(report, result)
}

fn print_version(command: &Command) {
    let version = command.get_version().unwrap_or_default();
    let _ = writeln!(io::stdout(), "{} {version}", command.get_name());
}

fn end<P: Program>(report: Report, result: Result<(), Failure>) -> ExitCode {
    report.end(result, P::command().get_name()).map_or(ExitCode::SUCCESS, ExitCode::from)
}

/// The command line; on a runner, where the launcher gives none, the inputs of the action.
fn arguments<P: Program>(given: Vec<OsString>) -> Result<Vec<OsString>, Failure> {
    if given.len() > 1 || !protocol::is_here() {
        return Ok(given);
    }
    let inputs = of_inputs(&P::command(), |name| std::env::var_os(name))?;
    Ok(given.into_iter().take(1).chain(inputs).collect())
}

/// The flags that an action's inputs stand for. An input that is empty is one that was not given.
fn of_inputs(
    command: &Command,
    value_of: impl Fn(&str) -> Option<OsString>,
) -> Result<Vec<OsString>, Failure> {
    let mut flags = Vec::new();
    for argument in command.get_arguments() {
        let Some(name) = argument.get_long() else { continue };
        let Some(value) = value_of(&variable(name)).filter(|value| !value.is_empty()) else {
            continue;
        };
        if !matches!(argument.get_action(), ArgAction::SetTrue) {
            let mut flag = OsString::from(format!("--{name}="));
            flag.push(value);
            flags.push(flag);
            continue;
        }
        match value.to_str() {
            Some("true") => flags.push(format!("--{name}").into()),
            Some("false") => {}
            _ => {
                let message = format!("the input `{name}` is neither `true` nor `false`");
                return Err(Diagnostic::new(Rule::WrongInput, message).into());
            }
        }
    }
    Ok(flags)
}
