//! The fields that carry the version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::is_false;
use crate::strings::{FieldPattern, GlobPattern, Id, JsonPointer, RelativePath, TagPattern};
use crate::version::{VersionPart, VersionScheme};
use crate::version_format::VersionFormat;

/// The files that carry the version, train by train.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionPlan {
    /// The train that the model releases.
    pub released: TrainPlan,
    /// The repository's other trains.
    pub others: Vec<TrainPlan>,
    /// The document that lists the fields.
    #[serde(default)]
    pub document: Option<RelativePath>,
}

impl VersionPlan {
    /// Every train, the one that the model releases first.
    pub fn trains(&self) -> impl Iterator<Item = &TrainPlan> {
        std::iter::once(&self.released).chain(&self.others)
    }
}

/// Files that agree on one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainPlan {
    /// Its id; none where it is the one that the model releases.
    #[serde(default)]
    pub id: Option<Id>,
    /// How its releases are tagged.
    pub tag: TagPattern,
    /// Whether the files keep a stand-in and the version is set when packing.
    pub stamped: bool,
    /// Its changelog.
    #[serde(default)]
    pub changelog: Option<RelativePath>,
    /// Whether the title of a version's section there must have a date.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_dated: bool,
    /// Whether a section of the version is made out of what is not released yet.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_unreleased: bool,
    /// Its files.
    pub files: Vec<VersionFilePlan>,
    /// What no pattern of them means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<GlobPattern>,
}

/// A file that carries the version, or the files that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionFilePlan {
    /// The source that it stands in; none where it is the repository's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
    /// The path, in the source where there is one.
    pub path: GlobPattern,
    /// Where the version stands in it.
    pub locator: Locator,
    /// The part of the version that stands there, where that is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<VersionPart>,
}

/// Where the version stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", deny_unknown_fields, rename_all = "kebab-case")]
pub enum Locator {
    /// Where the file's format has it.
    Format {
        /// The format.
        format: VersionFormat,
    },
    /// At a pointer into JSON.
    Json {
        /// The pointer.
        pointer: JsonPointer,
        /// In whose words it is written.
        scheme: VersionScheme,
    },
    /// At a pointer into TOML.
    Toml {
        /// The pointer.
        pointer: JsonPointer,
        /// In whose words it is written.
        scheme: VersionScheme,
    },
    /// At a pointer into YAML.
    Yaml {
        /// The pointer.
        pointer: JsonPointer,
        /// In whose words it is written.
        scheme: VersionScheme,
    },
    /// Where the one group of a regular expression finds it.
    Regex {
        /// The expression.
        pattern: FieldPattern,
        /// In whose words it is written.
        scheme: VersionScheme,
        /// Whether every match is a field.
        #[serde(default, skip_serializing_if = "is_false")]
        all: bool,
    },
}
