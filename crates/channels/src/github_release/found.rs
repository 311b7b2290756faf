//! What there is of a release, and what of it no run may change.

use lockstep_clients::git;
use lockstep_github::{Asset, Release, Why};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::draft::Draft;

use super::GithubRelease;

/// What to do about a public release that is not what it must be.
const STAYS: &str = "a public release stays as it is: tag a new version";

/// What there is of the release.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Draft(Release),
    Public(Release),
}

impl GithubRelease<'_> {
    /// That the tag leads to the commit that was built: what is drafted becomes public under it.
    pub(super) fn tag_stayed(&self) -> Result<(), Diagnostic> {
        let manifest = self.bundle.manifest();
        let (tag, commit) = (&manifest.tag, &manifest.source.commit);
        let found = git::commit_of_tag(&self.bundle.plan().project.repository, tag)?;
        if found == *commit {
            return Ok(());
        }
        let message = format!("the tag {tag} leads to {found}, and the bundle is of {commit}");
        Err(Diagnostic::new(Rule::TagMoved, message)
            .with_remedy("a release's tag never moves: tag a new version"))
    }

    /// What there is.
    pub(super) fn found(&self) -> Result<Found, Diagnostic> {
        let tag = &self.bundle.manifest().tag;
        match self.github.release_of(tag) {
            Ok(release) => return Ok(Found::Public(release)),
            Err(error) if error.why == Why::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let drafts = self.github.drafts_of(tag)?;
        match <[Release; 1]>::try_from(drafts) {
            Ok([draft]) => Ok(Found::Draft(draft)),
            Err(drafts) if drafts.is_empty() => Ok(Found::Nothing),
            Err(drafts) => {
                let pages: Vec<&str> = drafts.iter().map(|one| one.html_url.as_str()).collect();
                let message = format!("there are several drafts of {tag}: {}", pages.join(", "));
                Err(Diagnostic::new(Rule::ReleaseInTheWay, message)
                    .with_remedy("delete those that are not wanted, and run the failed jobs again"))
            }
        }
    }

    /// What no run of this bundle may change, and is not what it would make.
    pub(super) fn in_the_way(
        &self,
        found: &Found,
        assets: &[Asset],
    ) -> Result<Vec<Diagnostic>, Diagnostic> {
        let tag = &self.bundle.manifest().tag;
        let problem = |message: String, remedy: &str| {
            Diagnostic::new(Rule::ReleaseInTheWay, message).with_remedy(remedy)
        };
        let mut problems = Vec::new();
        let foreign = assets
            .iter()
            .filter(|asset| !self.wanted.iter().any(|wanted| wanted.name.as_str() == asset.name));
        match found {
            Found::Nothing => {}
            Found::Draft(release) => {
                match release.body.as_deref().and_then(Draft::of) {
                    Some(draft) if draft == self.draft => {}
                    Some(draft) => {
                        let of = draft
                            .run
                            .map_or("another build".to_owned(), |run| format!("run {run}"));
                        let what = format!("the draft of {tag} is of {of}: {}", release.html_url);
                        problems.push(problem(
                            what,
                            "publish what that run built, or delete the draft",
                        ));
                    }
                    None => {
                        let what =
                            format!("somebody else made the draft of {tag}: {}", release.html_url);
                        problems.push(problem(what, "publish or delete it, and run this again"));
                    }
                }
                for asset in foreign {
                    let what = format!(
                        "the draft of {tag} has `{}`, which is no part of the release",
                        asset.name
                    );
                    problems
                        .push(problem(what, "take it out of the draft, or add it to the model"));
                }
            }
            Found::Public(release) => {
                let page = &release.html_url;
                for asset in foreign {
                    let what = format!(
                        "the public release of {tag} has `{}`, which is no part of it: {page}",
                        asset.name
                    );
                    problems
                        .push(problem(what, "a public release stays as it is: tag a new version"));
                }
                let mut lacks = Vec::new();
                for wanted in &self.wanted {
                    let asset = assets.iter().find(|asset| asset.name == wanted.name.as_str());
                    let Some(asset) = asset else {
                        lacks.push(format!("`{}`", wanted.name));
                        continue;
                    };
                    if !wanted.is(asset)? {
                        let what = format!(
                            "the public release of {tag} has other bytes in `{}`: {page}",
                            wanted.name
                        );
                        problems.push(problem(what, STAYS));
                    }
                }
                if !lacks.is_empty() {
                    let lacks = lacks.join(", ");
                    let what = format!("the public release of {tag} lacks {lacks}: {page}");
                    problems.push(problem(what, STAYS));
                }
            }
        }
        Ok(problems)
    }
}
