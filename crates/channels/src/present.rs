//! What registries have of a version before anything of it is built: a registry takes a version once.

use std::collections::BTreeSet;

use lockstep_clients::{cargo, npm, uv};
use lockstep_registries::npm::{Registry, Standing};
use lockstep_registries::{Web, at_once, crates, pypi};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::plan::{ChannelPlan, Destination, Plan, PlannedFile, PypiPlan};
use lockstep_schemas::strings::Version;

use crate::apart;

/// How many packages of a registry are asked for at the same time.
const ASKED: usize = 16;

/// What a registry has of a version of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has no package of that name, or shows none.
    Unknown,
    /// It has the package, and not this version.
    Absent,
    /// It has the version.
    Visible,
    /// It had the version, and somebody took it back.
    TakenBack,
}

/// What the registry of a channel has of a version of each package that the plan ships to it, in the plan's order; nothing of
/// what is no registry. It is asked as its client here is configured for it, and without credentials.
///
/// # Errors
///
/// Where the client does not say where the registry is, or that does not answer.
pub fn present(
    plan: &Plan,
    channel: &ChannelPlan,
    version: &Version,
    web: &Web<'_>,
) -> Result<Vec<(String, Presence)>, Diagnostic> {
    let names = names(plan, channel);
    let presences = match &channel.to {
        Destination::Npm(_) => of_npm(&names, version, web),
        Destination::Pypi(pypi) => of_pypi(&names, pypi, version, web),
        Destination::CratesIo(_) => of_crates(&names, version, web),
        Destination::GithubRelease(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => return Ok(Vec::new()),
    };
    Ok(names.into_iter().map(str::to_owned).zip(presences?).collect())
}

/// The packages, each once.
fn names<'p>(plan: &'p Plan, channel: &ChannelPlan) -> Vec<&'p str> {
    let is_shipped = |file: &PlannedFile<'_>| {
        channel.artifacts.contains(file.artifact()) && channel.ships_to(file.target())
    };
    let mut names = Vec::new();
    for name in plan.files().filter(is_shipped).filter_map(PlannedFile::package) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn of_npm(names: &[&str], version: &Version, web: &Web<'_>) -> Result<Vec<Presence>, Diagnostic> {
    let scopes: BTreeSet<&str> = names.iter().filter_map(|name| npm::scope(name)).collect();
    let (any, own) = npm::registries(apart()?.path(), scopes)?;
    let found = at_once(names, ASKED, |name| {
        let scope = npm::scope(name);
        let own = own.iter().find(|(of, _)| Some(of.as_str()) == scope);
        let address = own.map_or(&any, |(_, address)| address);
        let package = Registry { address, token: None }.package(web, name)?;
        Ok(package.map_or(Presence::Unknown, |package| match package.of(version) {
            Standing::Absent => Presence::Absent,
            Standing::Visible(_) => Presence::Visible,
            Standing::TakenBack => Presence::TakenBack,
        }))
    });
    found.into_iter().collect()
}

fn of_pypi(
    names: &[&str],
    plan: &PypiPlan,
    version: &Version,
    web: &Web<'_>,
) -> Result<Vec<Presence>, Diagnostic> {
    let address = match &plan.index {
        Some(index) => index.install.to_string(),
        None => uv::index(apart()?.path())?,
    };
    let version = version.python().unwrap_or_else(|| version.to_string());
    let found = at_once(names, ASKED, |name| {
        let project = pypi::Index { address: &address }.project(web, name)?;
        Ok(project.map_or(Presence::Unknown, |project| {
            let mut of_it = project.files.iter().filter(|file| file.version() == Some(&version));
            match of_it.next() {
                None => Presence::Absent,
                Some(first) if first.is_yanked() && of_it.all(pypi::File::is_yanked) => {
                    Presence::TakenBack
                }
                Some(_) => Presence::Visible,
            }
        }))
    });
    found.into_iter().collect()
}

fn of_crates(
    names: &[&str],
    version: &Version,
    web: &Web<'_>,
) -> Result<Vec<Presence>, Diagnostic> {
    let folder = apart()?;
    let registry = cargo::default_registry()?;
    let cargo = cargo::version(folder.path())?;
    let index = crates::Index::configured(registry.as_deref(), folder.path(), &cargo)?;
    let releases = crate::crates_io::releases(&index, names, web)?;
    let of = |releases: Option<Vec<crates::Release>>| {
        let Some(releases) = releases else { return Presence::Unknown };
        match crates::of_version(&releases, version) {
            None => Presence::Absent,
            Some(release) if release.yanked => Presence::TakenBack,
            Some(_) => Presence::Visible,
        }
    };
    Ok(releases.into_iter().map(of).collect())
}
