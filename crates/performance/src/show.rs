//! What was judged, for people.

use lockstep_runner::Table;
use lockstep_schemas::evidence::Evidence;

use crate::{Judgement, Scenario};

/// A row for each scenario.
#[must_use]
pub fn table(judgement: &Judgement) -> Table {
    let head = ["scenario", "before", "now", "slower by", "verdict"];
    let mut table = Table::new(head).with_numbers(&[1, 2, 3]);
    for scenario in &judgement.scenarios {
        let Scenario { name, base, candidate, verdict } = scenario;
        let time = |time: &Option<f64>| time.map_or("–".to_owned(), seconds);
        let percent = scenario.slower_by().map(|percent| format!("{percent:+.1} %"));
        table.row([
            name.clone(),
            time(base),
            time(candidate),
            percent.unwrap_or_else(|| "–".to_owned()),
            verdict.in_words().to_owned(),
        ]);
    }
    table
}

/// The whole comparison as a page in Markdown.
#[must_use]
pub fn markdown(evidence: &Evidence, judgement: &Judgement) -> String {
    let Evidence { gate, commit, base, host, .. } = evidence;
    format!(
        "# Gate `{gate}`: {}\n\n{commit} beside {} ({}), on {} {} with {} threads. Medians of each side's runs, which took turns.\n\n{}\n{}.\n",
        if judgement.is_good() { "open" } else { "closed" },
        base.tag,
        base.commit,
        host.os,
        host.arch,
        host.threads,
        table(judgement).markdown(),
        judgement.in_words(),
    )
}

/// A time in the unit that people would say it in.
pub(crate) fn seconds(time: f64) -> String {
    let (factor, unit) = match time {
        time if time >= 1.0 => (1.0, "s"),
        time if time >= 1e-3 => (1e3, "ms"),
        time if time >= 1e-6 => (1e6, "µs"),
        _ => (1e9, "ns"),
    };
    format!("{:.3} {unit}", time * factor)
}
