//! What stays for people to decide.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};

/// Asks a question, unless it is answered with yes beforehand.
///
/// # Errors
///
/// Where the answer is no, or nobody is there to ask.
pub(super) fn decide(question: &str, yes: bool) -> Result<(), Diagnostic> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        let problem =
            Diagnostic::new(Rule::Undecided, format!("nobody is here to ask: {question}"));
        return Err(problem.with_remedy("run it in a terminal, or answer with yes: --yes"));
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question} [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Diagnostic::new(Rule::Undecided, format!("you did not say yes: {question}")))
}
