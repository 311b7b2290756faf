//! crates.io, or the registry that cargo publishes to: `cargo yank`
//! ([documentation](https://doc.rust-lang.org/cargo/commands/cargo-yank.html)).

use std::path::Path;

use lockstep_channels::apart;
use lockstep_channels::crates_io::releases;
use lockstep_clients::cargo;
use lockstep_registries::crates::{Index, Release, of_version};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::plan::ChannelPlan;

use super::{MAY_COME, Yank};

pub(super) fn take_back(
    yank: &Yank<'_>,
    channel: &ChannelPlan,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let names = yank.packages(channel);
    let folder = apart()?;
    let registry = cargo::default_registry()?;
    let cargo_version = cargo::version(folder.path())?;
    let index = Index::configured(registry.as_deref(), folder.path(), &cargo_version)?;
    let found = releases(&index, &names, &yank.web)?;
    for (name, found) in names.into_iter().zip(found).rev() {
        let taken_back = found.and_then(|found| {
            of_crate(
                yank,
                folder.path(),
                name,
                registry.as_deref(),
                &found.unwrap_or_default(),
                report,
            )
        });
        // The others are tried all the same.
        if let Err(problem) = taken_back {
            report.problem(yank.left("crates.io", problem));
        }
    }
    Ok(())
}

fn of_crate(
    yank: &Yank<'_>,
    within: &Path,
    name: &str,
    registry: Option<&str>,
    releases: &[Release],
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let version = &yank.version;
    match of_version(releases, version) {
        None => report.line(format_args!("the registry has no {name} {version}{MAY_COME}")),
        Some(one) if one.yanked => report.line(format_args!("{name} {version} is yanked")),
        Some(one) => {
            if !yank.would(report, &format!("yank {name} {version}")) {
                cargo::yank(within, name, &one.version, registry)?;
                report.line(format_args!("yanked {name} {version}"));
            }
        }
    }
    Ok(())
}
