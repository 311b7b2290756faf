//! npm's registry
//! ([package documents](https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md)).

use std::collections::HashMap;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::FileState;
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::web::{Answer, Question, Web};

const NPM: &str = "npm";
/// What a package's name keeps in an address.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'@').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A package, as the registry shows it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Package {
    #[serde(default, rename = "dist-tags")]
    tags: HashMap<String, String>,
    #[serde(default)]
    versions: HashMap<String, Released>,
    /// When each version came, also of those that were taken back.
    #[serde(default)]
    time: HashMap<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct Released {
    #[serde(default)]
    dist: Dist,
    /// What users are told who install it; npm writes nothing to take that back.
    #[serde(default)]
    deprecated: Value,
}

impl Released {
    fn is_deprecated(&self) -> bool {
        match &self.deprecated {
            Value::String(why) => !why.is_empty(),
            Value::Bool(is) => *is,
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Dist {
    #[serde(default)]
    integrity: Option<String>,
    #[serde(default)]
    tarball: Option<String>,
}

/// What the registry has of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing.
    Absent,
    /// A tarball with this digest, as `dist.integrity` has it; old ones have none.
    Visible(Option<&'a str>),
    /// It was there and was taken back. npm takes a version once
    /// ([policy](https://docs.npmjs.com/policies/unpublish)).
    TakenBack,
}

impl Package {
    /// What there is of a version.
    #[must_use]
    pub fn of(&self, version: &Version) -> Standing<'_> {
        // npm leaves out what stands behind a `+`.
        let version = version.without_build();
        if let Some(released) = self.versions.get(version) {
            return Standing::Visible(released.dist.integrity.as_deref());
        }
        if self.time.contains_key(version) { Standing::TakenBack } else { Standing::Absent }
    }

    /// What there is of a version whose tarball has a digest, as `dist.integrity` would have it.
    #[must_use]
    pub fn has(&self, version: &Version, integrity: Option<&str>) -> FileState {
        match self.of(version) {
            Standing::Absent => FileState::Absent,
            Standing::TakenBack => FileState::Burnt,
            Standing::Visible(theirs) if theirs.is_some() && theirs == integrity => FileState::Ours,
            Standing::Visible(_) => FileState::Other,
        }
    }

    /// Whether whoever installs a version is told not to.
    #[must_use]
    pub fn is_deprecated(&self, version: &Version) -> bool {
        let version = version.without_build();
        self.versions.get(version).is_some_and(Released::is_deprecated)
    }

    /// The highest release below a version that is no prerelease, and that nobody is told not to install.
    #[must_use]
    pub fn before(&self, version: &Version) -> Option<String> {
        let mut highest: Option<Version> = None;
        for (text, released) in &self.versions {
            let Ok(other) = text.parse::<Version>() else { continue };
            let counts = !other.is_prerelease() && !released.is_deprecated();
            let is_below = VersionScheme::Semver.is_above(version, &other);
            let is_higher = |than: &Version| VersionScheme::Semver.is_above(&other, than);
            if counts && is_below && highest.as_ref().is_none_or(is_higher) {
                highest = Some(other);
            }
        }
        highest.map(|version| version.to_string())
    }

    /// Where the tarball of a version is downloaded.
    #[must_use]
    pub fn tarball(&self, version: &Version) -> Option<&str> {
        let version = version.without_build();
        self.versions.get(version)?.dist.tarball.as_deref()
    }

    /// The dist-tags that lead to a version.
    pub fn tags_of<'p>(&'p self, version: &str) -> impl Iterator<Item = &'p str> {
        let of_it = self.tags.iter().filter(move |(_, of)| of.as_str() == version);
        let mut tags: Vec<&str> = of_it.map(|(tag, _)| tag.as_str()).collect();
        tags.sort_unstable();
        tags.into_iter()
    }

    /// The version that users get who ask for none.
    #[must_use]
    pub fn latest(&self) -> Option<&str> {
        self.tags.get("latest").map(String::as_str)
    }
}

/// A registry.
#[derive(Debug, Clone, Copy)]
pub struct Registry<'a> {
    /// Its address, as npm is configured for it.
    pub address: &'a str,
    /// The token that it is shown, where there is one.
    pub token: Option<&'a str>,
}

impl Registry<'_> {
    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.address.trim_end_matches('/'))
    }

    /// What it has of a package; `None` where it has no such package, or shows none.
    ///
    /// # Errors
    ///
    /// Where it does not say.
    pub fn package(&self, web: &Web<'_>, name: &str) -> Result<Option<Package>, Diagnostic> {
        let address = self.at(&escaped(name));
        let question =
            Question { of: NPM, address: &address, accept: "application/json", token: self.token };
        match web.get(question)? {
            Answer::Missing => Ok(None),
            Answer::Refused(status) => {
                let message = format!("npm does not show `{name}`: it answers {status}");
                Err(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(
                    "a package that is not public is shown to a token that may read it: use `auth: token`",
                ))
            }
            Answer::Found(_, body) => serde_json::from_slice(&body).map(Some).map_err(|error| {
                let message = format!("what npm says of `{name}` cannot be read: {error}");
                Diagnostic::new(Rule::RegistrySilent, message)
                    .with_remedy("look whether npm is configured for a registry of packages")
            }),
        }
    }

    /// Trades the identity of a run for a token that may publish a package, as npm itself does before it publishes. Nothing
    /// is kept of it.
    ///
    /// # Errors
    ///
    /// Where there is no answer. `Ok(false)` says that npm does not trust this workflow with the package.
    pub fn trusts(&self, web: &Web<'_>, name: &str, identity: &str) -> Result<bool, Diagnostic> {
        let address = self.at(&format!("-/npm/v1/oidc/token/exchange/package/{}", escaped(name)));
        let question = Question {
            of: NPM,
            address: &address,
            accept: "application/json",
            token: Some(identity),
        };
        let Answer::Found(_, body) = web.post(question)? else { return Ok(false) };
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        Ok(answer["token"].as_str().is_some_and(|token| !token.is_empty()))
    }

    /// Whom its tokens are for: the audience of an identity that it takes.
    #[must_use]
    pub fn audience(&self) -> String {
        let host = self.address.split_once("://").map_or(self.address, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        format!("npm:{host}")
    }
}

/// A package's name in an address.
fn escaped(name: &str) -> String {
    utf8_percent_encode(name, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses() {
        assert_eq!(escaped("@some-one/a.b_c"), "@some-one%2Fa.b_c");
        let registry = Registry { address: "https://host.example:81/npm/", token: None };
        assert_eq!(registry.at("a"), "https://host.example:81/npm/a");
        assert_eq!(registry.audience(), "npm:host.example");
    }

    #[test]
    fn what_was_taken_back_is_not_absent() {
        let text = r#"{
            "dist-tags": { "latest": "2.0.0", "next": "2.0.0", "old": "0.1.0" },
            "versions": { "2.0.0": { "dist": { "integrity": "sha512-a" } }, "0.1.0": {}, "1.9.0": { "deprecated": "why" }, "1.9.9-rc.1": {} },
            "time": { "created": "", "1.0.0": "", "2.0.0": "", "0.1.0": "" }
        }"#;
        let package: Package = serde_json::from_str(text).unwrap();
        let of = |version: &str| package.of(&version.parse().unwrap());
        assert_eq!(package.latest(), Some("2.0.0"));
        assert_eq!(of("2.0.0"), Standing::Visible(Some("sha512-a")));
        assert_eq!(of("0.1.0+build"), Standing::Visible(None));
        assert_eq!(of("1.0.0"), Standing::TakenBack);
        assert_eq!(of("3.0.0"), Standing::Absent);
        assert_eq!(package.before(&"2.0.0".parse().unwrap()).as_deref(), Some("0.1.0"));
        assert_eq!(package.before(&"0.1.0".parse().unwrap()), None);
        assert_eq!(package.tags_of("2.0.0").collect::<Vec<_>>(), ["latest", "next"]);
        let has = |version: &str, integrity| package.has(&version.parse().unwrap(), integrity);
        assert_eq!(has("2.0.0", Some("sha512-a")), FileState::Ours);
        assert_eq!(has("2.0.0", Some("sha512-b")), FileState::Other);
        assert_eq!(has("0.1.0", None), FileState::Other, "nobody says what it is");
        assert_eq!(has("1.0.0", Some("sha512-a")), FileState::Burnt);
    }
}
