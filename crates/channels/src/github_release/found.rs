//! What there is of a release, and what of it no run may change.

use lockstep_bundle::Shipped;
use lockstep_github::{Asset, AssetState, Release, Why};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::draft::Draft;
use lockstep_schemas::receipt::FileState;

use super::{GithubRelease, assets};

/// What to do about a public release that is not what it must be.
const STAYS: &str = "a public release stays as it is: tag a new version";

/// What there is of a release.
#[derive(Debug)]
pub enum Standing {
    /// Nothing, as far as is seen.
    Nothing,
    /// A draft, with its assets.
    Draft(Release, Vec<Asset>),
    /// A public release, with its assets.
    Public(Release, Vec<Asset>),
}

impl GithubRelease<'_> {
    /// That the tag leads to the commit that was built: what is drafted becomes public under it.
    pub(super) fn tag_stayed(&self) -> Result<(), Diagnostic> {
        let manifest = self.bundle.manifest();
        let (tag, commit) = (&manifest.tag, &manifest.source.commit);
        let found = match self.github.tagged(tag) {
            Err(error) if error.why == Why::NotFound => {
                let message = format!("{} has no tag {tag}", manifest.source.repository);
                return Err(Diagnostic::new(Rule::TagUnknown, message)
                    .with_remedy(format!("push it: git push origin {tag}")));
            }
            found => found?,
        };
        if found == *commit {
            return Ok(());
        }
        let message = format!("the tag {tag} leads to {found}, and the bundle is of {commit}");
        Err(Diagnostic::new(Rule::TagMoved, message)
            .with_remedy("a release's tag never moves: tag a new version"))
    }

    /// What there is.
    pub(super) fn standing(&self) -> Result<Standing, Diagnostic> {
        let tag = &self.bundle.manifest().tag;
        match self.github.release_of(tag) {
            Ok(release) => {
                let assets = self.github.assets(release.id)?;
                return Ok(Standing::Public(release, assets));
            }
            Err(error) if error.why == Why::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut drafts = self.github.drafts_of(tag)?;
        if drafts.len() > 1 {
            let pages: Vec<&str> = drafts.iter().map(|one| one.html_url.as_str()).collect();
            let message = format!("there are several drafts of {tag}: {}", pages.join(", "));
            return Err(Diagnostic::new(Rule::ReleaseInTheWay, message)
                .with_remedy("delete those that are not wanted, and run the failed jobs again"));
        }
        let Some(draft) = drafts.pop() else { return Ok(Standing::Nothing) };
        let assets = self.github.assets(draft.id)?;
        Ok(Standing::Draft(draft, assets))
    }

    /// What a release has of a file.
    pub(super) fn state(
        &self,
        standing: &Standing,
        wanted: &Shipped,
    ) -> Result<FileState, Diagnostic> {
        let (assets, same) = match standing {
            Standing::Nothing if self.settings.sees_drafts => return Ok(FileState::Absent),
            Standing::Nothing => return Ok(FileState::Unknown),
            Standing::Draft(_, assets) => (assets, FileState::Staged),
            Standing::Public(_, assets) => (assets, FileState::Ours),
        };
        let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
        Ok(match asset {
            None => FileState::Absent,
            Some(asset) if asset.state == AssetState::Begun => FileState::Absent,
            Some(asset) if assets::is(wanted, asset)? => same,
            Some(_) => FileState::Other,
        })
    }

    /// Whether a draft is of this bundle.
    pub(super) fn is_ours(&self, release: &Release) -> bool {
        release.body.as_deref().and_then(Draft::of).as_ref() == Some(&self.draft)
    }

    /// What no run of this bundle may change, and is not what it would make.
    pub(super) fn in_the_way(&self, standing: &Standing) -> Result<Vec<Diagnostic>, Diagnostic> {
        match standing {
            Standing::Nothing => Ok(Vec::new()),
            Standing::Draft(release, assets) => self.of_draft(release, assets),
            Standing::Public(release, assets) => self.of_public(release, assets),
        }
    }

    fn of_draft(&self, draft: &Release, assets: &[Asset]) -> Result<Vec<Diagnostic>, Diagnostic> {
        let (tag, page) = (&self.bundle.manifest().tag, &draft.html_url);
        let mut problems = Vec::new();
        match draft.body.as_deref().and_then(Draft::of) {
            Some(of) if of == self.draft => {}
            Some(Draft { run, sums }) => {
                let of = run.map_or("another build".to_owned(), |run| format!("run {run}"));
                let what =
                    format!("the draft of {tag} is of {of}, whose SHA256SUMS is {sums}: {page}");
                problems.push(problem(what, "publish that very build, or delete the draft"));
            }
            None => {
                let what = format!("somebody else made the draft of {tag}: {page}");
                problems.push(problem(what, "publish or delete it, and run this again"));
            }
        }
        let remedy = "take it out of the draft, and run this again";
        for asset in self.foreign(assets) {
            let what = format!("the draft of {tag} has `{}`, which is no part of it", asset.name);
            problems.push(problem(what, remedy));
        }
        for wanted in self.others(assets)? {
            let what = format!("the draft of {tag} has other bytes in `{}`: {page}", wanted.name);
            problems.push(problem(what, remedy));
        }
        Ok(problems)
    }

    fn of_public(&self, public: &Release, assets: &[Asset]) -> Result<Vec<Diagnostic>, Diagnostic> {
        let of = format!("the public release of {}", self.bundle.manifest().tag);
        let page = &public.html_url;
        let mut problems = Vec::new();
        for asset in self.foreign(assets) {
            let what = format!("{of} has `{}`, which is no part of it: {page}", asset.name);
            problems.push(problem(what, STAYS));
        }
        for wanted in self.others(assets)? {
            let what = format!("{of} has other bytes in `{}`: {page}", wanted.name);
            problems.push(problem(what, STAYS));
        }
        let is_there = |wanted: &&Shipped| {
            assets.iter().any(|asset| {
                asset.name == wanted.name.as_str() && asset.state == AssetState::Uploaded
            })
        };
        let lacks = self.wanted.iter().filter(|wanted| !is_there(wanted));
        let lacks: Vec<String> = lacks.map(|wanted| format!("`{}`", wanted.name)).collect();
        if !lacks.is_empty() {
            let what = format!("{of} lacks {}: {page}", lacks.join(", "));
            problems.push(problem(what, STAYS));
        }
        Ok(problems)
    }

    /// The assets that are no part of the release.
    fn foreign<'b>(&'b self, assets: &'b [Asset]) -> impl Iterator<Item = &'b Asset> {
        let is_wanted =
            |asset: &Asset| self.wanted.iter().any(|wanted| wanted.name.as_str() == asset.name);
        assets.iter().filter(move |asset| !is_wanted(asset))
    }

    /// The files whose name something else has.
    fn others(&self, assets: &[Asset]) -> Result<Vec<&Shipped>, Diagnostic> {
        let mut others = Vec::new();
        for wanted in &self.wanted {
            let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
            let whole = asset.filter(|asset| asset.state == AssetState::Uploaded);
            if let Some(asset) = whole
                && !assets::is(wanted, asset)?
            {
                others.push(wanted);
            }
        }
        Ok(others)
    }
}

fn problem(message: String, remedy: &str) -> Diagnostic {
    Diagnostic::new(Rule::ReleaseInTheWay, message).with_remedy(remedy)
}
