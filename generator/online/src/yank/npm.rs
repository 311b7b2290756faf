//! npm: the version is deprecated, by which whoever installs it is told why, and `latest` goes back to the version before
//! ([documentation](https://docs.npmjs.com/deprecating-and-undeprecating-packages-or-package-versions)). Taken away from npm it
//! could break who depends on it.

use std::collections::BTreeSet;

use lockstep_channels::apart;
use lockstep_clients::npm::{self, Access};
use lockstep_registries::npm::{Package, Registry, Standing};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::NpmAccess;
use lockstep_schemas::plan::ChannelPlan;

use super::{MAY_COME, Yank};

pub(super) fn take_back(
    yank: &Yank<'_>,
    channel: &ChannelPlan,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let names = yank.packages(channel);
    let is_hidden = channel.npm().is_some_and(|npm| npm.access == NpmAccess::Restricted);
    if is_hidden && !yank.would(report, "ask you to deprecate what only your login sees on npm") {
        let of = |name: &&str| format!("npm deprecate {name}@{} '{}'", yank.version, yank.reason);
        let commands: Vec<String> = names.iter().map(of).collect();
        let message =
            "npm shows these packages to a login alone, and nobody here knows what it has";
        return Err(Diagnostic::new(Rule::YankIncomplete, message).with_remedy(commands.join("\n")));
    }
    if is_hidden {
        return Ok(());
    }
    let folder = apart()?;
    let scopes: BTreeSet<&str> = names.iter().filter_map(|name| npm::scope(name)).collect();
    let (any, own) = npm::registries(folder.path(), scopes)?;
    let version = yank.version.without_build();
    // Whoever others depend on comes last in a plan, and is what users ask for.
    for name in names.into_iter().rev() {
        let of_scope = own.iter().find(|(of, _)| Some(of.as_str()) == npm::scope(name));
        let registry = of_scope.map_or(&any, |(_, address)| address);
        let access = Access { within: folder.path(), registry, token: None };
        // The others are tried all the same.
        if let Err(problem) = of_package(yank, access, name, version, report) {
            report.problem(yank.left(&format!("npm as {name}"), problem));
        }
    }
    Ok(())
}

fn of_package(
    yank: &Yank<'_>,
    access: Access<'_>,
    name: &str,
    version: &str,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let found = Registry { address: access.registry, token: None }.package(&yank.web, name)?;
    let package = found.unwrap_or_default();
    match package.of(&yank.version) {
        Standing::Absent | Standing::TakenBack => {
            report.line(format_args!("npm has no {name}@{version}{MAY_COME}"));
            return Ok(());
        }
        Standing::Visible(_) => {}
    }
    let back = latest_goes_back(yank, access, name, version, &package, report);
    if package.is_deprecated(&yank.version) {
        report.line(format_args!("{name}@{version} is deprecated on npm"));
    } else if !yank.would(report, &format!("deprecate {name}@{version} on npm")) {
        npm::deprecate(access, name, version, yank.reason.as_str())?;
        report.line(format_args!("deprecated {name}@{version} on npm"));
    }
    back
}

/// Leads `latest` to the version before, where it leads to this one.
fn latest_goes_back(
    yank: &Yank<'_>,
    access: Access<'_>,
    name: &str,
    version: &str,
    package: &Package,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    for tag in package.tags_of(version).filter(|tag| *tag != "latest") {
        report.line(format_args!(
            "`{tag}` of {name} leads to it too: npm dist-tag add {name}@VERSION {tag}, or npm dist-tag rm {name} {tag}"
        ));
    }
    if package.latest() != Some(version) {
        return Ok(());
    }
    let Some(before) = package.before(&yank.version) else {
        report.line(format_args!(
            "`latest` of {name} stays: npm has no release before {version} that is not deprecated"
        ));
        return Ok(());
    };
    if !yank.would(report, &format!("lead `latest` of {name} back to {before}")) {
        npm::tag(access, name, &before, "latest")?;
        report.line(format_args!("`latest` of {name} leads back to {before}"));
    }
    Ok(())
}
