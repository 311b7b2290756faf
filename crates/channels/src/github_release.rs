//! The GitHub release: a draft with every asset, each read back, which is made public last.
//!
//! A draft says of which bundle it is, so that one of another build is never completed by this one. A draft that somebody else
//! made is left alone. What is public is compared, and never changed.

mod assets;
mod found;
mod notes;

use std::path::Path;

use lockstep_bundle::{Digest, Verified};
use lockstep_github::{AssetFile, AssetState, GitHub, Release, Why};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::draft::Draft;
use lockstep_schemas::manifest::names;
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, Destination, GithubReleasePlan};
use lockstep_schemas::receipt::{Did, FileState};
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use serde_json::json;

use self::assets::Wanted;
use self::found::Found;
use crate::{Ledger, Permit};

const KIND: ChannelKind = ChannelKind::GithubRelease;
/// How often what did not arrive is uploaded again.
const ROUNDS: usize = 3;

/// The GitHub release of a bundle.
#[derive(Debug)]
pub struct GithubRelease<'a> {
    github: &'a GitHub<'a>,
    bundle: Verified<'a>,
    plan: &'a GithubReleasePlan,
    draft: Draft,
    wanted: Vec<Wanted>,
    is_prerelease: bool,
    /// The address of the server that has the repository's pages.
    server: &'a str,
}

impl<'a> GithubRelease<'a> {
    /// Of a bundle. `prerelease` is what somebody said it is; without that the version says. What the release has that is not in
    /// the bundle is made in `folder`.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, or a file cannot be read or written.
    pub fn new(
        github: &'a GitHub<'a>,
        bundle: Verified<'a>,
        prerelease: Option<bool>,
        server: &'a str,
        folder: &Path,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel(&bundle)?;
        let wanted = assets::wanted(github, &bundle, channel, plan, folder)?;
        let manifest = bundle.manifest();
        let sums = Digest::of_file(&bundle.folder().join(names::SUMS))?.sha256;
        let draft = Draft { run: manifest.run.as_ref().map(|run| run.id), sums };
        let is_prerelease = prerelease.unwrap_or_else(|| manifest.version.as_str().contains('-'));
        Ok(Self { github, bundle, plan, draft, wanted, is_prerelease, server })
    }

    /// What stands in the way, and what a run would find; asked before anything is published anywhere.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        let found = self.found()?;
        let (assets, page) = match &found {
            Found::Nothing => (Vec::new(), None),
            Found::Draft(release) | Found::Public(release) => {
                (self.github.assets(release.id)?, Some(&release.html_url))
            }
        };
        for wanted in &self.wanted {
            let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
            let state = match (asset, &found) {
                (None, _) => FileState::Absent,
                (Some(asset), Found::Public(_)) if wanted.is(asset)? => FileState::Ours,
                (Some(asset), Found::Draft(_)) if wanted.is(asset)? => FileState::Staged,
                (Some(asset), Found::Draft(_)) if asset.state == AssetState::Begun => {
                    FileState::Absent
                }
                (Some(_), _) => FileState::Other,
            };
            ledger.found(KIND, &wanted.name, &wanted.sha256, state)?;
        }
        let what = match &found {
            Found::Nothing => "there is no release yet".to_owned(),
            Found::Draft(_) => format!("there is a draft: {}", page.map_or("", String::as_str)),
            Found::Public(_) => {
                format!("the release is public: {}", page.map_or("", String::as_str))
            }
        };
        report.line(format_args!("{}: {what}", self.bundle.manifest().tag));
        report.problems(self.in_the_way(&found, &assets)?);
        report.found(self.tag_stayed());
        Ok(())
    }

    /// Says what a live run would do.
    ///
    /// # Errors
    ///
    /// Where the receipt cannot be written.
    pub fn rehearse(&self, ledger: &mut Ledger, report: &mut Report) -> Result<(), Diagnostic> {
        for wanted in &self.wanted {
            ledger.rehearsed(wanted.name.as_str())?;
        }
        let manifest = self.bundle.manifest();
        let kind = if self.is_prerelease { "a prerelease" } else { "a release" };
        let title = notes::title(self.plan, manifest);
        report.line(format_args!(
            "a live run would draft {kind}, \"{title}\", with {} assets",
            self.wanted.len()
        ));
        report.line(
            "a rehearsal cannot see drafts: one that would stop a live run does not stop this",
        );
        report.group("its notes", self.notes()?);
        Ok(())
    }

    /// Makes the draft, or goes on with one of the same bundle, until every asset is in it, byte for byte.
    ///
    /// # Errors
    ///
    /// Where GitHub does not do or say it.
    pub fn prepare(
        &self,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let found = self.found()?;
        let release = match found {
            Found::Public(_) => {
                report.line("the release is public already, and what was asked for");
                return Ok(());
            }
            Found::Draft(release) => release,
            Found::Nothing => self.create()?,
        };
        report.line(format_args!("the draft: {}", release.html_url));
        let mut refused = Vec::new();
        for _ in 0..ROUNDS {
            let missing = self.missing(&release)?;
            if missing.is_empty() {
                break;
            }
            refused.clear();
            let mut written = Ok(());
            self.github.upload_assets(&release, missing, &mut |file, came| match came {
                Ok(asset) => {
                    let link = Some(asset.browser_download_url);
                    let did = ledger.did(&file.name, Did::Uploaded, FileState::Staged, link);
                    if did.is_err() {
                        written = did;
                    }
                }
                Err(error) => refused.push((file.name.clone(), error)),
            });
            written?;
        }
        // What GitHub has counts, and not what it answered.
        let missing = self.missing(&release)?;
        for wanted in &self.wanted {
            let name = wanted.name.as_str();
            if missing.iter().all(|file| file.name != name) {
                ledger.arrived(name)?;
                continue;
            }
            let why = refused.iter().find(|(refused, _)| refused == name);
            let why = why.map_or_else(String::new, |(_, error)| format!(": {error}"));
            let message = format!("`{name}` is not in the draft{why}");
            report.problem(Diagnostic::new(Rule::UploadMissing, message).with_remedy(
                "run the failed jobs again: what is in the draft stays, and the rest is uploaded",
            ));
        }
        Ok(())
    }

    /// Makes the draft public, where all of it is there; it is seen to be public afterwards.
    ///
    /// # Errors
    ///
    /// Where GitHub does not do or say it.
    pub fn publish(
        &self,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let tag = &self.bundle.manifest().tag;
        match self.found()? {
            Found::Public(release) => {
                report.line(format_args!("public already: {}", release.html_url));
                return Ok(());
            }
            Found::Nothing => {
                let message = format!("there is no draft of {tag} that could be made public");
                report.problem(
                    Diagnostic::new(Rule::UploadMissing, message).with_remedy(
                        "run the failed jobs again, from the one that makes the draft",
                    ),
                );
                return Ok(());
            }
            Found::Draft(release) => {
                let missing = self.missing(&release)?;
                if let Some(first) = missing.first() {
                    let message = format!("the draft of {tag} lacks `{}`", first.name);
                    report.problem(Diagnostic::new(Rule::UploadMissing, message).with_remedy(
                        "run the failed jobs again, from the one that makes the draft",
                    ));
                    return Ok(());
                }
                let change = json!({
                    "draft": false,
                    "prerelease": self.is_prerelease,
                    "make_latest": if self.is_latest()? { "true" } else { "false" },
                });
                // Whether it was done, the next question says.
                if let Err(error) = self.github.change_release(release.id, &change)
                    && !matches!(error.why, Why::Silent(_) | Why::Failing(_))
                {
                    return Err(error.into());
                }
            }
        }
        let Found::Public(release) = self.found()? else {
            let message = format!("the release of {tag} is not public yet");
            report.problem(Diagnostic::new(Rule::UploadMissing, message).with_remedy(
                "run the failed jobs again: it is looked for first, and made public once",
            ));
            return Ok(());
        };
        let assets = self.github.assets(release.id)?;
        for wanted in &self.wanted {
            let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
            let link = asset.map(|asset| asset.browser_download_url.clone());
            ledger.did(wanted.name.as_str(), Did::Published, FileState::Ours, link)?;
        }
        report.line(format_args!("public: {}", release.html_url));
        Ok(())
    }

    /// Creates the draft. Where GitHub does not say whether it did, the list of drafts does.
    fn create(&self) -> Result<Release, Diagnostic> {
        let manifest = self.bundle.manifest();
        let new = json!({
            "tag_name": manifest.tag,
            "target_commitish": manifest.source.commit,
            "name": notes::title(self.plan, manifest),
            "body": format!("{}\n{}", self.draft.comment(), self.notes()?),
            "draft": true,
            "prerelease": self.is_prerelease,
        });
        match self.github.create_release(&new) {
            Err(error) if matches!(error.why, Why::Silent(_) | Why::Failing(_)) => {
                match self.found()? {
                    Found::Draft(release) => Ok(release),
                    Found::Nothing | Found::Public(_) => Err(error.into()),
                }
            }
            release => Ok(release?),
        }
    }

    fn notes(&self) -> Result<String, Diagnostic> {
        let names: Vec<String> = self.wanted.iter().map(|wanted| wanted.name.to_string()).collect();
        notes::notes(self.plan, &self.bundle, self.server, &names)
    }

    /// What the draft lacks. What an upload left half-way, or other bytes of an earlier attempt, goes first: nobody has seen it.
    fn missing(&self, release: &Release) -> Result<Vec<AssetFile>, Diagnostic> {
        let assets = self.github.assets(release.id)?;
        let mut missing = Vec::new();
        for wanted in &self.wanted {
            let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
            if let Some(asset) = asset {
                if wanted.is(asset)? {
                    continue;
                }
                match self.github.delete_asset(asset.id) {
                    Err(error) if error.why != Why::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
            missing.push(AssetFile {
                name: wanted.name.to_string(),
                path: wanted.path.clone(),
                size: wanted.size,
            });
        }
        Ok(missing)
    }

    /// Whether users who ask for the latest release get this one: not where it is a prerelease, or below what they get now.
    fn is_latest(&self) -> Result<bool, Diagnostic> {
        if self.is_prerelease {
            return Ok(false);
        }
        let latest = match self.github.latest_release() {
            Err(error) if error.why == Why::NotFound => return Ok(true),
            latest => latest?,
        };
        let version = &self.bundle.manifest().version;
        let pattern = &self.bundle.plan().tag;
        let is_above = |latest: Version| VersionScheme::Semver.is_above(version, &latest);
        Ok(pattern.version_of(&latest.tag_name).is_none_or(is_above))
    }
}

/// The channel in a bundle's plan.
fn channel<'a>(
    bundle: &Verified<'a>,
) -> Result<(&'a ChannelPlan, &'a GithubReleasePlan), Diagnostic> {
    let of = |channel: &'a ChannelPlan| match &channel.to {
        Destination::GithubRelease(plan) => Some((channel, plan)),
        Destination::Npm(_)
        | Destination::Pypi(_)
        | Destination::CratesIo(_)
        | Destination::Homebrew(_)
        | Destination::CargoBinstall(_) => None,
    };
    bundle.plan().channels.iter().find_map(of).ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, "the plan does not ship to a GitHub release")
    })
}
