//! What the registries have of a version that is not tagged yet.

use std::time::Duration;

use lockstep_channels::{Asked, Presence, present};
use lockstep_registries::{Patience, Web};
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use super::{Walk, done};

/// Asks each registry of the plan whether the version can still be published. What cannot be asked from here is told and does not
/// stand in the way: whoever publishes asks again, before anything is published anywhere.
pub(super) fn ask(walk: &Walk<'_>, report: &mut Report) {
    for channel in walk.plan.shipping().filter(|channel| channel.kind().is_registry()) {
        let label = channel.kind().label();
        let patience = Patience::new(Duration::from_secs(5), Duration::from_secs(1));
        let web = Web::new(patience, &tell);
        match present(walk.plan, channel, &walk.version, &web) {
            Ok(Some(asked)) => of_registry(walk, label, &asked, report),
            Ok(None) => {}
            Err(why) => report.line(format_args!(
                "{label} cannot be asked from here, and is asked before publishing: {}",
                why.message
            )),
        }
    }
}

fn of_registry(walk: &Walk<'_>, label: &str, asked: &Asked, report: &mut Report) {
    let version = &walk.version;
    let of = |presence: Presence| {
        let is = |found: &Result<Presence, Diagnostic>| matches!(found, Ok(is) if *is == presence);
        let names = asked.packages.iter().filter(|(_, found)| is(found));
        names.map(|(name, _)| format!("`{name}`")).collect::<Vec<String>>().join(", ")
    };
    let [absent, visible, taken_back, unknown] =
        [Presence::Absent, Presence::Visible, Presence::TakenBack, Presence::Unknown].map(of);
    let used_up = [
        (visible, format!("is on {label} already")),
        (taken_back, format!("was on {label}, and was taken back")),
    ];
    for (names, what) in used_up.iter().filter(|(names, _)| !names.is_empty()) {
        let next = version.following();
        let next = next.map_or_else(|| "the next version".to_owned(), |next| next.to_string());
        report.problem(
            Diagnostic::new(Rule::VersionUsedUp, format!("{version} of {names} {what}"))
                .with_remedy(format!("a registry takes a version once: release {next}")),
        );
    }
    if !unknown.is_empty() {
        report.line(format_args!(
            "{label} shows no {unknown} to who shows no token: it is new, or private; whoever publishes asks again"
        ));
    }
    for (name, found) in &asked.packages {
        if let Err(why) = found {
            report.line(format_args!(
                "{label} does not say whether it has {version} of `{name}`, and is asked again before publishing: {}",
                why.message
            ));
        }
    }
    if !absent.is_empty() && used_up.iter().all(|(names, _)| names.is_empty()) {
        done(report, format_args!("{label}, at {}, has no {version} of {absent}", asked.registry));
    }
}
