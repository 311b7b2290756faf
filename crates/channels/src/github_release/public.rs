//! A draft that becomes public.

use lockstep_github::{Release, Why};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::{Did, FileState};
use lockstep_schemas::version::VersionScheme;
use serde_json::json;

use super::{GithubRelease, KIND, Standing, assets, used_up};
use crate::{Ledger, Permit};

impl GithubRelease<'_> {
    /// Makes the draft public, where all of it is there; it is seen to be public afterwards.
    ///
    /// # Errors
    ///
    /// Where GitHub does not do or say it.
    pub fn publish(
        &self,
        standing: Standing,
        _permit: &Permit,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let tag = &self.bundle.manifest().tag;
        let incomplete = |what: String| {
            Diagnostic::new(Rule::UploadMissing, what)
                .with_remedy("run the failed jobs again, from the one that makes the draft")
        };
        let (draft, assets) = match standing {
            Standing::Public(..) => {
                report.line("it is public already, with the same bytes");
                return Ok(());
            }
            Standing::Nothing => {
                report.problem(incomplete(format!("there is no draft of {tag} to make public")));
                return Ok(());
            }
            Standing::Draft(draft, assets) => (draft, assets),
        };
        let lacks = self.lacks(&assets)?;
        if !lacks.is_empty() {
            let lacks: Vec<String> = lacks.iter().map(|one| format!("`{}`", one.name)).collect();
            report.problem(incomplete(format!("the draft of {tag} lacks {}", lacks.join(", "))));
            return Ok(());
        }
        let change = json!({
            "draft": false,
            "prerelease": self.is_prerelease(),
            "make_latest": self.is_latest()?,
        });
        let public = match self.github.change_release(draft.id, &change) {
            // Whether it was done, the release says.
            Err(error) if error.is_unclear() => self.github.release(draft.id)?,
            changed => changed.map_err(used_up)?,
        };
        if public.draft {
            let message = format!("the release of {tag} is not public yet");
            report.problem(Diagnostic::new(Rule::UploadMissing, message).with_remedy(
                "run the failed jobs again: it is looked for first, and made public once",
            ));
            return Ok(());
        }
        report.line(format_args!("public: {}", public.html_url));
        self.confirm(&public, ledger, report)
    }

    /// That every asset of the public release is what it must be.
    fn confirm(
        &self,
        public: &Release,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let assets = self.github.assets(public.id)?;
        for wanted in &self.wanted {
            let name = wanted.name.as_str();
            if assets::among(wanted, &assets)? {
                let asset = assets.iter().find(|asset| asset.name == name);
                let link = asset.map(|asset| asset.browser_download_url.clone());
                ledger.did(KIND, name, Did::Published, Some(FileState::Ours), link)?;
            } else {
                ledger.did(KIND, name, Did::Published, Some(FileState::Other), None)?;
            }
        }
        let standing = Standing::Public(public.clone(), assets);
        report.problems(self.in_the_way(&standing)?);
        Ok(())
    }

    /// Whether users who ask for the latest release get this one: not where it is a prerelease, or below what they get now.
    /// Where the two cannot be compared, GitHub decides.
    fn is_latest(&self) -> Result<&'static str, Diagnostic> {
        if self.is_prerelease() {
            return Ok("false");
        }
        let latest = match self.github.latest_release() {
            Err(error) if error.why == Why::NotFound => return Ok("true"),
            latest => latest?,
        };
        let version = &self.bundle.manifest().version;
        let Some(latest) = self.bundle.plan().tag.version_of(&latest.tag_name) else {
            return Ok("legacy");
        };
        let is_below = VersionScheme::Semver.is_above(&latest, version);
        Ok(if is_below { "false" } else { "true" })
    }
}
