//! What the jobs that failed said last.

use std::fmt::Write as _;

use lockstep_github::{Conclusion, GitHub, Job};

/// How many jobs are shown, how many lines of each, and how many characters of a line.
const JOBS: usize = 5;
const LINES: usize = 12;
const LENGTH: usize = 360;

/// The failed jobs of a run in Markdown: each with its page, the step that failed, and its last words. What GitHub does not
/// say is left out: the run's page has it all.
pub(crate) fn of_run(github: &GitHub<'_>, run: u64, attempt: u32) -> String {
    let jobs = github.jobs(run, attempt).unwrap_or_default();
    let is_bad = |ended: Option<Conclusion>| {
        matches!(ended, Some(Conclusion::Failure | Conclusion::TimedOut))
    };
    let failed = |job: &&Job| is_bad(job.conclusion);
    let mut text = String::new();
    for job in jobs.iter().filter(failed).take(JOBS) {
        let ended = job.conclusion.map_or("failed", Conclusion::in_words);
        let page = job.html_url.as_deref().unwrap_or_default();
        let step = job.steps.iter().find(|step| is_bad(step.conclusion));
        let step = step.map_or(String::new(), |step| format!(", in the step \"{}\"", step.name));
        let _ = writeln!(text, "- [{}]({page}) {ended}{step}", job.name.replace(['[', ']'], ""));
        let log = github.log(job.id).unwrap_or_default();
        let said = last_words(&log);
        if !said.is_empty() {
            let _ = writeln!(text, "\n  ````text\n{said}  ````\n");
        }
    }
    text
}

/// The errors of a log, or its last lines where it has none, without the times.
fn last_words(log: &str) -> String {
    let lines: Vec<&str> = log.lines().map(without_time).filter(|line| !line.is_empty()).collect();
    let errors: Vec<&str> =
        lines.iter().filter_map(|line| line.strip_prefix("##[error]")).collect();
    let shown = if errors.is_empty() { &lines } else { &errors };
    let last = shown.iter().skip(shown.len().saturating_sub(LINES));
    last.fold(String::new(), |all, line| {
        let line: String = line.chars().take(LENGTH).collect();
        // A fence in it would end the fence around it.
        format!("{all}  {}\n", line.replace("```", "'''"))
    })
}

/// A line without the time that it begins with.
fn without_time(line: &str) -> &str {
    match line.trim_start_matches('\u{feff}').split_once(' ') {
        Some((time, rest)) if time.ends_with('Z') && time.contains('T') => rest.trim_end(),
        _ => line.trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_before_last_lines() {
        let line = |n: usize, text: &str| format!("2026-11-28T00:00:{n:02}.0000000Z {text}\n");
        let log: String = (0..30).map(|n| line(n, &format!("line {n}"))).collect();
        let said = last_words(&log);
        assert_eq!(said.lines().count(), LINES);
        assert!(said.starts_with("  line 18\n") && said.ends_with("  line 29\n"), "{said}");
        let log = log + &line(30, "##[error]Process completed") + &line(31, "cleaning up");
        assert_eq!(last_words(&log), "  Process completed\n");
        assert_eq!(last_words(&line(0, &"x".repeat(1000))).trim().len(), LENGTH);
        for backticks in 3..10 {
            let said = last_words(&format!("a {} b", "`".repeat(backticks)));
            assert!(!said.contains("```"), "{said}");
        }
        assert_eq!(last_words(""), "");
    }
}
