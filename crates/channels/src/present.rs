//! What registries have of a version before anything of it is built: a registry takes a version once.

use std::collections::BTreeSet;

use lockstep_clients::{cargo, npm, uv};
use lockstep_registries::npm::{Registry, Standing};
use lockstep_registries::{Web, at_once, crates, pypi, shown};
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

/// A registry that was asked about packages.
#[derive(Debug)]
pub struct Asked {
    /// Its address, as messages show it; where scopes have registries of their own that of the others.
    pub registry: String,
    /// What it has of each package, in the plan's order, or why it does not say.
    pub packages: Vec<(String, Result<Presence, Diagnostic>)>,
}

/// What the registry of a channel has of a version of each package that the plan ships to it; nothing of what is no registry. It
/// is asked as its client here is configured for it, and without credentials.
///
/// # Errors
///
/// Where the client does not say where the registry is.
pub fn present(
    plan: &Plan,
    channel: &ChannelPlan,
    version: &Version,
    web: &Web<'_>,
) -> Result<Option<Asked>, Diagnostic> {
    let mut names: Vec<&str> = Vec::new();
    for name in plan.shipped_by(channel).filter_map(PlannedFile::package) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (registry, presences) = match &channel.to {
        Destination::Npm(_) => of_npm(&names, version, web)?,
        Destination::Pypi(pypi) => of_pypi(&names, pypi, version, web)?,
        Destination::CratesIo(_) => of_crates(&names, version, web)?,
        Destination::GithubRelease(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => return Ok(None),
    };
    let packages = names.into_iter().map(str::to_owned).zip(presences).collect();
    Ok(Some(Asked { registry: shown(&registry), packages }))
}

/// A registry's address, and what it has of each package.
type Of = (String, Vec<Result<Presence, Diagnostic>>);

fn of_npm(names: &[&str], version: &Version, web: &Web<'_>) -> Result<Of, Diagnostic> {
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
    Ok((any, found))
}

fn of_pypi(
    names: &[&str],
    plan: &PypiPlan,
    version: &Version,
    web: &Web<'_>,
) -> Result<Of, Diagnostic> {
    let address = match &plan.index {
        Some(index) => index.install.to_string(),
        None => uv::index(apart()?.path())?,
    };
    let found = at_once(names, ASKED, |name| {
        let project = pypi::Index { address: &address }.project(web, name)?;
        Ok(project.map_or(Presence::Unknown, |project| {
            let mut of_it = project.files.iter().filter(|file| file.is_of(name, version));
            match of_it.next() {
                None => Presence::Absent,
                Some(first) if first.is_yanked() && of_it.all(pypi::File::is_yanked) => {
                    Presence::TakenBack
                }
                Some(_) => Presence::Visible,
            }
        }))
    });
    Ok((address, found))
}

fn of_crates(names: &[&str], version: &Version, web: &Web<'_>) -> Result<Of, Diagnostic> {
    let folder = apart()?;
    let registry = cargo::default_registry()?;
    let cargo = cargo::version(folder.path())?;
    let index = crates::Index::configured(registry.as_deref(), folder.path(), &cargo)?;
    let of = |releases: Option<Vec<crates::Release>>| {
        let Some(releases) = releases else { return Presence::Unknown };
        match crates::of_version(&releases, version) {
            None => Presence::Absent,
            Some(release) if release.yanked => Presence::TakenBack,
            Some(_) => Presence::Visible,
        }
    };
    let found = crate::crates_io::releases(&index, names, web)?;
    Ok((index.shown(), found.into_iter().map(|found| found.map(of)).collect()))
}
