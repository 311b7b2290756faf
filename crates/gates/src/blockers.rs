//! Issues that stand in a release's way.

use std::collections::BTreeMap;

use lockstep_github::{GitHub, Issue, IssueState, Why};
use lockstep_schemas::blocker::Blocker;
use lockstep_schemas::strings::Text;

use crate::Release;

impl Release<'_> {
    /// The open issues that stand in the way: what is under the release's epic, and what Lockstep filed elsewhere, such as that
    /// another release is half public. And whether there is an epic.
    pub(crate) fn open_blockers(
        &self,
        github: &GitHub<'_>,
        epic: &Text,
        label: &Text,
    ) -> Result<(Vec<String>, bool), lockstep_github::Error> {
        let title = epic.as_str().replace("{tag}", self.tag.as_str());
        let labelled = github.issues(label.as_str())?;
        let (epics, labelled): (Vec<Issue>, Vec<Issue>) =
            labelled.into_iter().partition(|issue| issue.title == title);
        let mut found: BTreeMap<u64, (Issue, bool)> = BTreeMap::new();
        // Where GitHub knows no sub-issues, every issue of the label may be one.
        let mut all_below = false;
        for epic in &epics {
            let below = match github.sub_issues(epic.number) {
                Err(error) if error.why == Why::NotFound => {
                    all_below = true;
                    Vec::new()
                }
                below => below?,
            };
            found.extend(below.into_iter().map(|issue| (issue.id, (issue, true))));
        }
        for issue in labelled {
            found.entry(issue.id).or_insert((issue, all_below));
        }
        let blocks = |(issue, is_below): &(Issue, bool)| {
            // What a person wrote counts where it stands under the epic.
            let filed = issue.body.as_deref().and_then(Blocker::of);
            let filed = filed.filter(|_| issue.is_trusted());
            let counts = filed.map_or(*is_below, |blocker| blocker.blocks(self.tag));
            counts && issue.state == IssueState::Open
        };
        let open = found.into_values().filter(blocks);
        let open = open.map(|(issue, _)| format!("{} ({})", issue.title, issue.html_url));
        Ok((open.collect(), !epics.is_empty()))
    }
}
