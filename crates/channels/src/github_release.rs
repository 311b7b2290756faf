//! The GitHub release: a draft with every asset, each read back, which is made public last.
//!
//! A draft says of which bundle it is, so that one of another build is never completed by this one. A draft that somebody else
//! made is left alone. What is public is compared, and never changed.

mod assets;
mod found;
mod notes;
mod public;

use std::path::Path;

use lockstep_bundle::{Digest, Shipped, Verified};
use lockstep_github::{Asset, AssetFile, AssetState, Error, GitHub, Release, Why};
use lockstep_runner::Report;
use lockstep_runner::inputs::Attested;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::draft::Draft;
use lockstep_schemas::manifest::names;
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::plan::{ChannelPlan, GithubReleasePlan};
use lockstep_schemas::receipt::{Did, FileState};
use serde_json::json;

pub use self::found::Standing;
use crate::{Ledger, Permit, channel_of};

const KIND: ChannelKind = ChannelKind::GithubRelease;
/// How often what did not arrive is uploaded.
const ROUNDS: u32 = 4;

/// The GitHub release of a bundle.
#[derive(Debug)]
pub struct GithubRelease<'a> {
    github: &'a GitHub<'a>,
    bundle: Verified<'a>,
    plan: &'a GithubReleasePlan,
    draft: Draft,
    wanted: Vec<Shipped>,
    settings: Settings,
}

/// What of a release is said by the run that makes it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether it is a prerelease; without that the version says.
    pub prerelease: Option<bool>,
    /// The address of the server that has the repository's pages.
    pub server: String,
    /// The channels that the release ships to, of which its notes tell; without them all of the plan.
    pub channels: Option<Vec<ChannelKind>>,
    /// Whether drafts can be seen with what the run may.
    pub sees_drafts: bool,
    /// The bundle's attestation, where the release carries it.
    pub attested: Attested,
}

impl<'a> GithubRelease<'a> {
    /// Of a bundle. What the release has that is not in the bundle is made in `folder`.
    ///
    /// # Errors
    ///
    /// Where the plan has no such channel, or a file cannot be read or written.
    pub fn new(
        github: &'a GitHub<'a>,
        bundle: Verified<'a>,
        settings: Settings,
        folder: &Path,
    ) -> Result<Self, Diagnostic> {
        let (channel, plan) = channel_of(&bundle, KIND, ChannelPlan::github_release)?;
        let wanted = assets::wanted(&bundle, channel, plan, &settings.attested, folder)?;
        let manifest = bundle.manifest();
        let sums = Digest::of_file(&bundle.folder().join(names::SUMS))?.sha256;
        let draft = Draft { run: manifest.run.as_ref().map(|run| run.id), sums };
        Ok(Self { github, bundle, plan, draft, wanted, settings })
    }

    /// What there is of it, and what stands in the way, which is asked before anything is published anywhere.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub fn look(&self, ledger: &mut Ledger, report: &mut Report) -> Result<Standing, Diagnostic> {
        let standing = self.standing()?;
        for wanted in &self.wanted {
            let state = self.state(&standing, wanted)?;
            ledger.found(KIND, &wanted.name, &wanted.sha256, state)?;
        }
        let what = match &standing {
            Standing::Nothing if self.settings.sees_drafts => "there is no release yet".to_owned(),
            Standing::Nothing => {
                "there is no public release yet, and a draft cannot be seen with what this job may"
                    .to_owned()
            }
            Standing::Draft(release, _) => format!("there is a draft: {}", release.html_url),
            Standing::Public(release, _) => format!("the release is public: {}", release.html_url),
        };
        report.line(format_args!("{}: {what}", self.bundle.manifest().tag));
        report.problems(self.in_the_way(&standing)?);
        report.found(self.tag_stayed());
        Ok(standing)
    }

    /// Says what a live run would do.
    ///
    /// # Errors
    ///
    /// Where the receipt cannot be written.
    pub fn rehearse(
        &self,
        standing: &Standing,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        if let Standing::Public(..) = standing {
            report.line("a live run would do nothing: it is public, with the same bytes");
            return Ok(());
        }
        for wanted in &self.wanted {
            ledger.did(KIND, wanted.name.as_str(), Did::Rehearsed, None, None)?;
        }
        let kind = if self.is_prerelease() { "a prerelease" } else { "a release" };
        let title = notes::title(self.plan, self.bundle.manifest());
        let count = self.wanted.len();
        report
            .line(format_args!("a live run would draft {kind}, \"{title}\", with {count} assets"));
        report.group("its notes", self.notes()?);
        Ok(())
    }

    /// Makes the draft, or goes on with the one that is this bundle's, until every asset is in it, byte for byte.
    ///
    /// # Errors
    ///
    /// Where GitHub does not do or say it.
    pub fn prepare(
        &self,
        standing: Standing,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let release = match standing {
            Standing::Public(..) => {
                report.line("it is public already, with the same bytes");
                return Ok(());
            }
            Standing::Draft(release, _) => release,
            Standing::Nothing => self.create()?,
        };
        report.line(format_args!("the draft: {}", release.html_url));
        let mut refused = Vec::new();
        for round in 1..=ROUNDS {
            let Some(missing) = self.missing(&release, report)? else { return Ok(()) };
            if missing.is_empty() {
                break;
            }
            refused.clear();
            let mut written = Ok(());
            let again =
                self.github.upload_assets(&release, missing, &mut |file, came| match came {
                    Ok(asset) => {
                        let link = Some(asset.browser_download_url);
                        let now = Some(FileState::Staged);
                        let did = ledger.did(KIND, &file.name, Did::Uploaded, now, link);
                        if did.is_err() {
                            written = did;
                        }
                    }
                    Err(error) => refused.push((file.name.clone(), error)),
                });
            written?;
            if refused.is_empty() || !self.github.wait_before(again, round)? {
                break;
            }
        }
        self.arrived(&release, &refused, ledger, report)
    }

    /// What of the wanted is in the draft in the end. What GitHub has counts, and not what it answered.
    fn arrived(
        &self,
        release: &Release,
        refused: &[(String, Error)],
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let assets = self.github.assets(release.id)?;
        for wanted in &self.wanted {
            let name = wanted.name.as_str();
            if assets::among(wanted, &assets)? {
                ledger.arrived(KIND, name)?;
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

    /// Creates the draft. Where GitHub does not say whether it did, the list of drafts does.
    fn create(&self) -> Result<Release, Diagnostic> {
        let manifest = self.bundle.manifest();
        let new = json!({
            "tag_name": manifest.tag,
            "target_commitish": manifest.source.commit,
            "name": notes::title(self.plan, manifest),
            "body": self.notes()?,
            "draft": true,
            "prerelease": self.is_prerelease(),
        });
        let error = match self.github.create_release(&new) {
            Err(error) if error.is_unclear() => error,
            created => return created.map_err(used_up),
        };
        match self.standing()? {
            Standing::Draft(release, _) if self.is_ours(&release) => Ok(release),
            Standing::Draft(..) | Standing::Nothing | Standing::Public(..) => Err(error.into()),
        }
    }

    fn notes(&self) -> Result<String, Diagnostic> {
        let names: Vec<String> = self.wanted.iter().map(|wanted| wanted.name.to_string()).collect();
        notes::notes(self.plan, &self.bundle, &self.settings, &names, &self.draft)
    }

    fn is_prerelease(&self) -> bool {
        let version = &self.bundle.manifest().version;
        self.settings.prerelease.unwrap_or_else(|| version.is_prerelease())
    }

    /// What of the wanted is not among some assets, byte for byte.
    fn lacks(&self, assets: &[Asset]) -> Result<Vec<&Shipped>, Diagnostic> {
        let mut lacks = Vec::new();
        for wanted in &self.wanted {
            if !assets::among(wanted, assets)? {
                lacks.push(wanted);
            }
        }
        Ok(lacks)
    }

    /// What is to be uploaded to the draft; nothing where it is no draft any more. An upload that was left half-way goes first.
    fn missing(
        &self,
        release: &Release,
        report: &mut Report,
    ) -> Result<Option<Vec<AssetFile>>, Diagnostic> {
        if !self.github.release(release.id)?.draft {
            let message = format!("somebody made the draft public meanwhile: {}", release.html_url);
            report.problem(
                Diagnostic::new(Rule::ReleaseInTheWay, message)
                    .with_remedy("look whether it is whole: what is public stays as it is"),
            );
            return Ok(None);
        }
        let assets = self.github.assets(release.id)?;
        let lacks = self.lacks(&assets)?;
        for asset in &assets {
            let is_wanted = lacks.iter().any(|wanted| wanted.name.as_str() == asset.name);
            if !is_wanted || asset.state != AssetState::Begun {
                continue;
            }
            report.line(format_args!(
                "an upload of `{}` was left half-way, and begins again",
                asset.name
            ));
            match self.github.delete_asset(asset.id) {
                Err(error) if error.why != Why::NotFound && !error.is_unclear() => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        let missing = lacks.into_iter().map(|wanted| AssetFile {
            name: wanted.name.to_string(),
            path: wanted.path.clone(),
            size: wanted.size,
        });
        Ok(Some(missing.collect()))
    }
}

/// What GitHub refuses with [422](https://docs.github.com/en/rest/releases/releases#create-a-release) of a release whose tag is
/// there and right: a tag that an immutable release had is used up for good.
fn used_up(error: Error) -> Diagnostic {
    let is_refused = matches!(error.why, Why::Refused(422, _));
    let problem = Diagnostic::from(error);
    if is_refused {
        problem.with_remedy(
            "where an immutable release had this tag, it is used up, also after that release is deleted: tag a new version",
        )
    } else {
        problem
    }
}
