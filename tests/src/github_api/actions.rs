//! The repositories of actions: their tags and releases.

use serde::Deserialize;
use serde_json::json;

use super::Description;
use super::answers::Answered;
use super::releases::release_with;

/// A release of an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRelease {
    /// Its tag.
    pub tag: String,
    /// The commit of that.
    pub commit: String,
    /// When it was made public; a tag without that has no release.
    #[serde(default)]
    pub published: Option<String>,
    /// Whether it is a prerelease.
    #[serde(default)]
    pub prerelease: bool,
}

/// What is known of an action's repository: its tags and releases.
pub(super) fn look_up(releases: &[ActionRelease], rest: &[&str]) -> Answered {
    match rest {
        ["git", "ref", "tags", tag] => {
            let Some(release) = releases.iter().find(|release| release.tag == *tag) else {
                return Answered::not_found();
            };
            let mut found = Description::get().example("git-ref");
            found["ref"] = json!(format!("refs/tags/{tag}"));
            found["object"]["sha"] = json!(release.commit);
            found["object"]["type"] = json!("commit");
            Answered::with(200, found)
        }
        ["releases"] => {
            let all = releases.iter().filter_map(|release| {
                let published = release.published.as_ref()?;
                Some(release_with(
                    1,
                    json!({ "tag_name": release.tag, "published_at": published, "prerelease": release.prerelease }),
                ))
            });
            Answered::with(200, json!(all.collect::<Vec<_>>()))
        }
        _ => Answered::not_found(),
    }
}
