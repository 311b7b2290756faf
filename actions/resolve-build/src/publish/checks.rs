//! What is checked, one thing after the other, and each told.

use lockstep_runner::{Report, Table};
use lockstep_schemas::receipt::CheckRecord;

/// A check that passes where what is found is what must be.
pub(crate) fn must_be(check: &str, found: &str, wanted: &str) -> CheckRecord {
    let record = self::check(check, found == wanted, found);
    CheckRecord { wanted: Some(wanted.to_owned()), ..record }
}

/// A check and what it found.
pub(crate) fn check(check: &str, passed: bool, found: impl Into<String>) -> CheckRecord {
    CheckRecord { check: check.to_owned(), passed, found: found.into(), wanted: None }
}

/// What did not pass, in words.
pub(crate) fn wrong(records: &[CheckRecord]) -> String {
    let wrong = records.iter().filter(|record| !record.passed);
    let wrong = wrong.map(|CheckRecord { check, found, wanted, .. }| match wanted {
        Some(wanted) => format!("the {check} is {found}, and not {wanted}"),
        None => format!("the {check} is {found}"),
    });
    wrong.collect::<Vec<_>>().join("; ")
}

/// Tells of all of them.
pub(crate) fn tell(records: &[CheckRecord], report: &mut Report) {
    let mut table = Table::new(["check", "found", ""]);
    for record in records {
        let verdict = if record.passed { "good" } else { "wrong" };
        table.row([record.check.as_str(), &record.found, verdict]);
    }
    report.line(&table);
    report.summarize(format_args!("{}\n", table.markdown()));
}
