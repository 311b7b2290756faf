//! Archives: how they are packed, and what is in them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Scope, Smoke};
use crate::strings::{FileNamePattern, GlobPattern, PathPattern, TargetId, TargetSelector};

/// How an archive is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ArchiveFormat {
    /// tar, compressed by gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// tar, compressed by xz.
    #[serde(rename = "tar.xz")]
    TarXz,
    /// zip.
    #[serde(rename = "zip")]
    Zip,
}

impl ArchiveFormat {
    /// The end of the file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::TarGz => ".tar.gz",
            Self::TarXz => ".tar.xz",
            Self::Zip => ".zip",
        }
    }
}

/// How archives are packed: all alike, or those of some systems otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ArchiveFormats {
    /// All alike.
    One(ArchiveFormat),
    /// By target, or by the beginning of targets: `{ default: tar.gz, win32-*: zip }`.
    By(IndexMap<TargetSelector, ArchiveFormat>),
}

impl ArchiveFormats {
    /// The format of those that nothing else is said of, where it is said.
    #[must_use]
    pub fn of_others(&self) -> Option<ArchiveFormat> {
        match self {
            Self::One(format) => Some(*format),
            Self::By(formats) => formats
                .iter()
                .find(|(selector, _)| selector.as_str() == "default")
                .map(|(_, format)| *format),
        }
    }

    /// The format of a target's archive, where it is said: by its id first, then by its beginning.
    #[must_use]
    pub fn of(&self, target: &TargetId) -> Option<ArchiveFormat> {
        let Self::By(formats) = self else { return self.of_others() };
        let is_own = |selector: &TargetSelector| selector.as_str() == target.as_str();
        let begins = |selector: &TargetSelector| {
            let beginning = selector.as_str().strip_suffix('*');
            beginning.is_some_and(|beginning| target.as_str().starts_with(beginning))
        };
        let find = |fits: &dyn Fn(&TargetSelector) -> bool| {
            formats.iter().find(|(selector, _)| fits(selector)).map(|(_, format)| *format)
        };
        find(&is_own).or_else(|| find(&begins)).or_else(|| self.of_others())
    }
}

/// A `.tar.gz`, `.tar.xz` or `.zip` with a fixed layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Archive {
    /// The file's name without its extension.
    pub name: FileNamePattern,
    /// How it is packed; by system, where users of one expect another: `{ default: tar.gz, win32-*: zip }`.
    pub format: ArchiveFormats,
    /// What is in it: built file → place in the archive. A pair with `{mode}` stands for one of
    /// each mode; in an archive of the whole release a pair with `{target}` stands for one of each
    /// target. `*` takes a folder's files to a place with `*` too, `**` those of all folders below it. A place that ends in
    /// `/` is a folder, for a file of the same name: `LICENSE-*: legal/`.
    pub files: IndexMap<GlobPattern, GlobPattern>,
    /// Whether there is one a target, or one for the whole release.
    #[serde(default)]
    pub scope: Scope,
    /// The targets that it is packed for, or taken from. By default all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetId>>,
    /// Whether a `.sha256` file is shipped beside it.
    #[serde(default)]
    pub sidecar: bool,
    /// Where the release's manifest stands in it. Only for an archive of the whole release, which
    /// the manifest then cannot list; `SHA256SUMS` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<PathPattern>,
    /// The check that its bytes run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}
