//! What a channel serves of the files that users must get from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockstep_channels::apart;
use lockstep_channels::crates_io::Found;
use lockstep_clients::git::Tap;
use lockstep_clients::{cargo, npm, uv};
use lockstep_formula::{Digests, Release, archives, wanted};
use lockstep_github::{AssetState, GitHub, Why};
use lockstep_registries::npm::Registry;
use lockstep_registries::{Web, at_once, crates, pypi};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::Manifest;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::plan::{ChannelPlan, HomebrewPlan, Plan};
use lockstep_schemas::receipt::FileState;
use lockstep_schemas::strings::Tag;
use sha2::{Digest as _, Sha512};
use tempfile::TempDir;

use crate::wanted::Wanted;

/// How many packages are asked for at the same time.
const ASKED: usize = 16;

/// A channel that is looked at, once or many times.
pub(crate) trait Look {
    /// What it serves of each file, in their order.
    ///
    /// # Errors
    ///
    /// Where it does not say.
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic>;

    /// Where users download a file that was seen, where they do that themselves.
    fn address(&self, _name: &str) -> Option<&str> {
        None
    }
}

/// npm: what its registry says of a package, and the bytes that it serves.
pub(crate) struct Npm<'a> {
    web: &'a Web<'a>,
    manifest: &'a Manifest,
    any: String,
    own: Vec<(String, String)>,
    folder: TempDir,
    /// What was downloaded and compared.
    compared: HashMap<String, FileState>,
}

impl<'a> Npm<'a> {
    pub(crate) fn new(
        web: &'a Web<'a>,
        manifest: &'a Manifest,
        wanted: &[Wanted<'_>],
    ) -> Result<Self, Diagnostic> {
        let scopes: BTreeSet<&str> =
            wanted.iter().filter_map(|one| npm::scope(one.package())).collect();
        let folder = apart()?;
        let (any, own) = npm::registries(folder.path(), scopes)?;
        Ok(Self { web, manifest, any, own, folder, compared: HashMap::new() })
    }

    fn package(&self, name: &str) -> Result<Option<lockstep_registries::npm::Package>, Diagnostic> {
        let scope = npm::scope(name);
        let own = self.own.iter().find(|(of, _)| Some(of.as_str()) == scope);
        let address = own.map_or(&self.any, |(_, address)| address);
        Registry { address, token: None }.package(self.web, name)
    }

    /// The bytes of a tarball that the registry says are ours.
    fn compare(&self, one: &Wanted<'_>, address: &str) -> Result<FileState, Diagnostic> {
        let path = self.folder.path().join("tarball");
        if !self.web.download("npm", address, &path)? {
            return Ok(FileState::Accepted);
        }
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
        let is_ours = one.integrity.as_deref() == Some(integrity.as_str());
        Ok(if is_ours { FileState::Ours } else { FileState::Other })
    }
}

impl Look for Npm<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        let version = &self.manifest.version;
        let found = at_once(wanted, ASKED, |one| self.package(one.package()));
        let mut states = Vec::new();
        for (one, found) in wanted.iter().zip(found) {
            let found = match found {
                // What others get is no reason to say nothing of what these do.
                Err(_) if !one.is_own => {
                    states.push(FileState::Unknown);
                    continue;
                }
                found => found?,
            };
            let Some(package) = found else {
                states.push(FileState::Absent);
                continue;
            };
            let state = package.has(version, one.integrity.as_deref());
            let is_compared = one.is_own && state == FileState::Ours;
            let Some(address) = package.tarball(version).filter(|_| is_compared) else {
                states.push(state);
                continue;
            };
            let compared = match self.compared.get(&one.name) {
                Some(state) => *state,
                None => self.compare(one, address)?,
            };
            if compared != FileState::Accepted {
                self.compared.insert(one.name.clone(), compared);
            }
            states.push(compared);
        }
        Ok(states)
    }
}

/// PyPI, or the index of the plan.
pub(crate) struct Pypi<'a> {
    web: &'a Web<'a>,
    index: String,
}

impl<'a> Pypi<'a> {
    pub(crate) fn new(web: &'a Web<'a>, index: Option<String>) -> Result<Self, Diagnostic> {
        let index = index.map_or_else(|| uv::index(apart()?.path()), Ok)?;
        Ok(Self { web, index })
    }
}

impl Look for Pypi<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        let names: BTreeSet<&str> = wanted.iter().map(Wanted::package).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let index = pypi::Index { address: &self.index };
        let found = at_once(&names, ASKED, |name| index.project(self.web, name));
        let found: Vec<Option<pypi::Project>> = found.into_iter().collect::<Result<_, _>>()?;
        let state = |one: &Wanted<'_>| {
            let of = names.iter().zip(&found).find(|(name, _)| **name == one.package());
            let project = of.and_then(|(_, project)| project.as_ref());
            match (project, &one.sha256) {
                (Some(project), Some(sha256)) => project.has(&one.name, sha256),
                (None, _) | (_, None) => Ok(FileState::Absent),
            }
        };
        wanted.iter().map(state).collect()
    }
}

/// crates.io, or the registry that cargo publishes to.
pub(crate) struct CratesIo<'a> {
    web: &'a Web<'a>,
    manifest: &'a Manifest,
    index: crates::Index,
}

impl<'a> CratesIo<'a> {
    pub(crate) fn new(web: &'a Web<'a>, manifest: &'a Manifest) -> Result<Self, Diagnostic> {
        let folder = apart()?;
        let registry = cargo::default_registry()?;
        let version = cargo::version(folder.path())?;
        let index = crates::Index::configured(registry.as_deref(), folder.path(), &version)?;
        Ok(Self { web, manifest, index })
    }
}

impl Look for CratesIo<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        let names: Vec<&str> = wanted.iter().map(Wanted::package).collect();
        let found = lockstep_channels::crates_io::releases(&self.index, &names, self.web)?;
        let state = |(one, found): (&Wanted<'_>, Found)| {
            let releases = found?.unwrap_or_default();
            let sha256 = one.sha256.as_ref();
            Ok(sha256.map_or(FileState::Absent, |sha256| {
                crates::has(&releases, &self.manifest.version, sha256)
            }))
        };
        wanted.iter().zip(found).map(state).collect()
    }
}

/// The GitHub release, when it is public.
pub(crate) struct GithubRelease<'a> {
    github: &'a GitHub<'a>,
    tag: &'a Tag,
    /// Where users download each asset, by its name.
    addresses: BTreeMap<String, String>,
}

impl<'a> GithubRelease<'a> {
    pub(crate) fn new(github: &'a GitHub<'a>, tag: &'a Tag) -> Self {
        Self { github, tag, addresses: BTreeMap::new() }
    }
}

impl Look for GithubRelease<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        let release = match self.github.release_of(self.tag) {
            Err(error) if matches!(error.why, Why::NotFound) => {
                return Ok(vec![FileState::Absent; wanted.len()]);
            }
            release => release.map_err(Diagnostic::from)?,
        };
        let assets = self.github.assets(release.id).map_err(Diagnostic::from)?;
        let of = |asset: &lockstep_github::Asset| {
            (asset.name.clone(), asset.browser_download_url.clone())
        };
        self.addresses = assets.iter().map(of).collect();
        let state = |one: &Wanted<'_>| {
            let Some(asset) = assets.iter().find(|asset| asset.name == one.name) else {
                return FileState::Absent;
            };
            match (asset.state, asset.sha256(), &one.sha256) {
                (AssetState::Begun, _, _) => FileState::Accepted,
                (AssetState::Uploaded, Some(found), Some(wanted)) if found != *wanted => {
                    FileState::Other
                }
                // A server that says no digest is an old one: what is downloaded from it is compared then.
                (AssetState::Uploaded, _, _) => FileState::Ours,
            }
        };
        Ok(wanted.iter().map(state).collect())
    }

    fn address(&self, name: &str) -> Option<&str> {
        self.addresses.get(name).map(String::as_str)
    }
}

/// The tap, and the archives that its formula leads to.
pub(crate) struct Homebrew<'a> {
    plan: &'a Plan,
    channel: &'a ChannelPlan,
    formula: &'a HomebrewPlan,
    manifest: &'a Manifest,
    server: &'a str,
    downloads: String,
    /// Its clone, when it was there.
    tap: Option<Tap<'a>>,
    assets: GithubRelease<'a>,
}

impl<'a> Homebrew<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        channel: &'a ChannelPlan,
        formula: &'a HomebrewPlan,
        manifest: &'a Manifest,
        server: &'a str,
        assets: GithubRelease<'a>,
    ) -> Self {
        let downloads = format!("{server}/{}/releases/download", plan.project.repository);
        Self { plan, channel, formula, manifest, server, downloads, tap: None, assets }
    }

    /// Whether the tap's formula says what the release has.
    fn is_brought(&mut self, wanted_files: &[Wanted<'_>]) -> Result<bool, Diagnostic> {
        let digest = |one: &Wanted<'_>| Some((one.name.clone(), one.sha256.clone()?));
        let digests: Digests = wanted_files.iter().filter_map(digest).collect();
        let Manifest { version, tag, .. } = self.manifest;
        let first = |problems: Vec<Diagnostic>| {
            let none = || Diagnostic::new(Rule::FormulaUnfit, "the formula cannot be made");
            problems.into_iter().next().unwrap_or_else(none)
        };
        let archives = archives(self.plan, self.channel, version, &self.downloads, tag, &digests)
            .map_err(first)?;
        let release = Release {
            plan: self.plan,
            formula: self.formula,
            version,
            archives: &archives,
            downloads: &self.downloads,
        };
        let tap = match self.tap.take() {
            Some(tap) => tap,
            None => Tap::clone(apart()?, self.server, &self.formula.tap, None)?,
        };
        let tap = self.tap.insert(tap);
        let Some(newest) = tap.fetch(tap.branch())? else { return Ok(false) };
        let found = tap.file(&newest, self.formula.formula.as_str())?;
        let Some(found) = found else { return Ok(false) };
        let wanted = wanted(&release, Some(&found)).map_err(first)?;
        Ok(wanted.text == found)
    }
}

impl Look for Homebrew<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        if self.is_brought(wanted)? {
            return self.assets.look(wanted);
        }
        Ok(vec![FileState::Absent; wanted.len()])
    }

    fn address(&self, name: &str) -> Option<&str> {
        self.assets.address(name)
    }
}

/// What a release and a registry serve together: archives, and the crate whose metadata leads to them.
pub(crate) struct CargoBinstall<'a> {
    pub(crate) assets: GithubRelease<'a>,
    /// The crate's registry, and the crate, where that is shipped to one.
    pub(crate) registry: Option<(CratesIo<'a>, Vec<Wanted<'a>>)>,
}

impl Look for CargoBinstall<'_> {
    fn look(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<FileState>, Diagnostic> {
        if let Some((registry, of)) = &mut self.registry {
            let states = registry.look(of)?;
            if let Some(state) = states.into_iter().find(|state| *state != FileState::Ours) {
                return Ok(vec![state; wanted.len()]);
            }
        }
        self.assets.look(wanted)
    }

    fn address(&self, name: &str) -> Option<&str> {
        self.assets.address(name)
    }
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}")).in_file(path.shown())
}
