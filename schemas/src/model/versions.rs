//! The files that carry the version.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::is_false;
use crate::strings::{
    Exclusion, FieldPattern, GlobPattern, Id, JsonPointer, RelativePath, TagPattern,
};
use crate::version::{VersionPart, VersionScheme};
use crate::version_format::VersionFormat;

/// The files that carry the version, and the documents that speak of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Versions {
    /// The files. Which fields count follows from a file's name, or is said.
    pub files: Vec<VersionFile>,
    /// Whether the files keep a stand-in (`0.0.0`) and the version is set when packing.
    #[serde(default)]
    pub stamped: bool,
    /// The changelog: it must have a section of the version that is released, with a text, which becomes the release's notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog: Option<RelativePath>,
    /// Whether the section's title must have a date, as [Keep a Changelog](https://keepachangelog.com) has it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_dated: bool,
    /// Whether `bump` makes the section of the version out of what the changelog has as `[Unreleased]`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_unreleased: bool,
    /// The document, in Markdown, that tells people which fields carry the version: the list is rendered
    /// between two markers in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<RelativePath>,
    /// Other release trains of the repository, by id: files that agree on a version of their own, which other
    /// tags release.
    #[serde(default)]
    pub trains: IndexMap<Id, Train>,
}

/// A release train beside the one that the model releases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Train {
    /// How its releases are tagged; by default the train's id, a hyphen, `v` and the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagPattern>,
    /// The files, as those of the model's own train.
    pub files: Vec<VersionFile>,
    /// Whether the files keep a stand-in (`0.0.0`) and the version is set when packing.
    #[serde(default)]
    pub stamped: bool,
    /// Its changelog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog: Option<RelativePath>,
    /// Whether a section's title must have a date.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_dated: bool,
    /// Whether `bump` makes the section of the version out of what the changelog has as `[Unreleased]`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub changelog_unreleased: bool,
}

/// A file that carries the version: its path where its name says which field, or its path and the field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum VersionFile {
    /// Its path; `*` stands for any text within one part of it. A pattern means no file that git ignores, and none without a version.
    Named(GlobPattern),
    /// Files that no pattern of the train means: `!` and their path.
    Excluded(Exclusion),
    /// Its path, and where its version stands.
    Described(DescribedFile),
}

/// A file, and where its version stands: exactly one of `format`, `json`, `toml`, `yaml` and `regex`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DescribedFile {
    /// The source that it stands in, by its name: its version must be the one that is released, at the commit that the source is built
    /// of. Nobody sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
    /// Its path, in the source where one is named; `*` stands for any text within one part of it.
    pub path: GlobPattern,
    /// The format that a file of another name has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<VersionFormat>,
    /// The field of a JSON file, as a [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonPointer>,
    /// The field of a TOML file, in the same notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toml: Option<JsonPointer>,
    /// The field of a YAML file, in the same notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yaml: Option<JsonPointer>,
    /// For any other text, a [regular expression](https://docs.rs/regex-lite/latest/regex_lite/#syntax) with one
    /// group, which is the version; `^` and `$` are the ends of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<FieldPattern>,
    /// In whose words the field is written, where a pointer or an expression names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<VersionScheme>,
    /// Whether every match of the expression is a field, and not only one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
    /// The part of the version that the field says, where it is not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<VersionPart>,
}
