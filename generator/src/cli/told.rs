//! What commands tell people, and the runner where there is one.

use std::path::Path;

use anstream::{eprintln, print};
use lockstep_files::Problem;
use lockstep_runner::protocol;

use super::shown;

/// Tells problems, each with its place and what to do about it. Their files are the project's.
pub fn problems(project: &Path, problems: &[Problem]) {
    for problem in problems {
        let file = problem.file.as_ref().map(|file| shown(project, file));
        let problem = Problem { file, ..problem.clone() };
        eprintln!("error: {}", printed(&problem.to_string()));
        to_runner(&problem);
    }
}

/// A problem that is told in other words already, as an annotation and in the job summary.
pub fn to_runner(problem: &Problem) {
    if protocol::is_here() {
        print!("{}", protocol::annotation(problem));
        summarize(&protocol::summary_item(problem));
    }
}

/// A text as it is printed: what a file says must not command the runner.
pub fn printed(text: &str) -> String {
    if protocol::is_here() { protocol::inert(text) } else { text.to_owned() }
}

/// Adds to the job summary. That a summary can not be written is no reason to hide what it is of.
pub fn summarize(markdown: &str) {
    if let Err(error) = protocol::append("GITHUB_STEP_SUMMARY", markdown) {
        eprintln!("warning: the job summary can not be written: {error}");
    }
}
