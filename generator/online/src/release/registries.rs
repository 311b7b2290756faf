//! What the registries have of a version that is not tagged yet.

use std::time::Duration;

use lockstep_channels::{Presence, present};
use lockstep_registries::{Patience, Web};
use lockstep_runner::{Report, tell};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::ChannelPlan;

use super::{Walk, done};

/// Asks each registry of the plan whether the version can still be published. One that cannot be asked from here is told and
/// does not stand in the way: it is asked again, by those who publish, before anything is published anywhere.
pub(super) fn ask(walk: &Walk<'_>, report: &mut Report) {
    let web = Web::new(Patience::new(Duration::from_secs(5), Duration::from_secs(1)), &tell);
    for channel in walk.plan.shipping().filter(|channel| channel.kind().is_registry()) {
        let label = channel.kind().label();
        match present(walk.plan, channel, &walk.version, &web) {
            Ok(found) => of_registry(walk, channel, &found, report),
            Err(why) => report.line(format_args!(
                "{label} was not asked, and is asked before publishing: {}",
                why.message
            )),
        }
    }
}

fn of_registry(
    walk: &Walk<'_>,
    channel: &ChannelPlan,
    found: &[(String, Presence)],
    report: &mut Report,
) {
    let (label, version) = (channel.kind().label(), &walk.version);
    let of = |presence: Presence| {
        let names = found.iter().filter(|(_, is)| *is == presence);
        names.map(|(name, _)| format!("`{name}`")).collect::<Vec<String>>().join(", ")
    };
    let used_up = [
        (Presence::Visible, format!("{label} has {version} already of")),
        (Presence::TakenBack, format!("{label} had {version}, which was taken back, of")),
    ];
    let mut is_free = true;
    for (presence, message) in used_up {
        let names = of(presence);
        if !names.is_empty() {
            is_free = false;
            let message = format!("{message} {names}");
            report.problem(
                Diagnostic::new(Rule::VersionUsedUp, message)
                    .with_remedy("a registry takes a version once: release the next one"),
            );
        }
    }
    let unknown = of(Presence::Unknown);
    if !unknown.is_empty() {
        report.line(format_args!(
            "{label} has no {unknown} yet: what publishes will say how a first version gets there"
        ));
    }
    if is_free {
        done(report, format_args!("{label} has no {version} of what is shipped to it"));
    }
}
