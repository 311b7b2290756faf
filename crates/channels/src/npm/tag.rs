//! The dist-tag of a version: users who ask for none get what `latest` leads to, and never go back.

use lockstep_schemas::strings::{DistTag, Version};
use lockstep_schemas::version::VersionScheme;

/// What npm calls the tag that users get.
const LATEST: &str = "latest";

/// The tag of a version, where the model says one or none, and `latest` now leads to a version or none.
pub(super) fn choose(version: &Version, model: Option<&DistTag>, latest: Option<&str>) -> String {
    let asked = model.map_or(LATEST, DistTag::as_str);
    if asked != LATEST {
        return asked.to_owned();
    }
    if version.is_prerelease() {
        let label = version.prerelease_label().map(str::to_lowercase);
        let label = label.and_then(|label| label.parse::<DistTag>().ok());
        let label = label.filter(|label| label.as_str() != LATEST);
        return label.map_or_else(|| "next".to_owned(), |label| label.to_string());
    }
    let latest = latest.and_then(|latest| latest.parse().ok());
    let is_below = latest.is_some_and(|latest| VersionScheme::Semver.is_above(&latest, version));
    if is_below {
        let major = version.as_str().split('.').next().unwrap_or_default();
        return format!("release-{major}");
    }
    LATEST.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(version: &str, model: Option<&str>, latest: Option<&str>) -> String {
        let model = model.map(|tag| tag.parse().unwrap());
        choose(&version.parse().unwrap(), model.as_ref(), latest)
    }

    #[test]
    fn latest_is_never_a_prerelease() {
        for (version, tag) in [
            ("1.2.3-beta.1", "beta"),
            ("1.2.3-rc1", "rc"),
            ("1.2.3-1", "next"),
            ("1.2.3-latest.1", "next"),
            ("1.2.3-v2", "next"),
            ("1.2.3-RC.1+build", "rc"),
        ] {
            assert_eq!(chosen(version, None, None), tag, "{version}");
            assert_eq!(chosen(version, Some("latest"), Some("0.1.0")), tag, "{version}");
        }
    }

    #[test]
    fn latest_never_goes_back() {
        assert_eq!(chosen("1.2.3", None, None), "latest");
        assert_eq!(chosen("1.2.3", None, Some("1.2.2")), "latest");
        assert_eq!(chosen("1.2.3", None, Some("1.2.3")), "latest");
        assert_eq!(chosen("1.2.3", None, Some("1.10.0")), "release-1");
        assert_eq!(chosen("1.2.3", Some("latest"), Some("2.0.0")), "release-1");
        assert_eq!(chosen("1.2.3", None, Some("1.2.3-rc.1")), "latest");
    }

    #[test]
    fn the_model_says_which() {
        assert_eq!(chosen("1.2.3-beta.1", Some("canary"), Some("2.0.0")), "canary");
    }
}
