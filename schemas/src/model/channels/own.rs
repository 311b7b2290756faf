//! What a single channel has of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{FileNamePattern, HttpsAddress, NotesTemplate, Ruby, Text};

/// The digests of a release's assets as an asset: its name, or `false`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SumsAsset {
    /// There is one of this name.
    Named(FileNamePattern),
    /// It is left out.
    Is(Absent),
}

/// `false`: that something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent;

impl Serialize for Absent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(false)
    }
}

impl<'de> Deserialize<'de> for Absent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? {
            return Err(serde::de::Error::custom(
                "`true` says nothing: give it a name, or `false`",
            ));
        }
        Ok(Self)
    }
}

impl JsonSchema for Absent {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Absent".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "boolean", "const": false })
    }
}

/// Who may see the packages of a scope ([documentation](https://docs.npmjs.com/package-scope-access-level-and-visibility)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NpmAccess {
    /// Everybody.
    #[default]
    Public,
    /// Whom the scope's owner lets.
    Restricted,
}

impl NpmAccess {
    /// As npm calls it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

/// How packages get to npm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NpmPublish {
    /// They are published.
    #[default]
    Direct,
    /// They are staged, and a maintainer approves each with a second factor
    /// ([documentation](https://docs.npmjs.com/staged-publishing)). No other registry gets anything before all are public.
    Staged,
}

/// An index of Python packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PypiIndex {
    /// Where packages are installed from: the address that ends in `/simple`.
    pub install: HttpsAddress,
    /// Where they are uploaded to.
    pub upload: HttpsAddress,
}

/// A client of the npm registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NpmClient {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
}

impl NpmClient {
    /// As people call it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
        }
    }
}

pub(super) fn npm_alone() -> Vec<NpmClient> {
    vec![NpmClient::Npm]
}

/// A client of a Python package index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PypiClient {
    /// uv.
    Uv,
    /// pip.
    Pip,
}

impl PypiClient {
    /// As people call it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Pip => "pip",
        }
    }
}

/// Both: they choose among wheels by rules of their own.
pub(super) fn uv_and_pip() -> Vec<PypiClient> {
    vec![PypiClient::Uv, PypiClient::Pip]
}

/// A formula that Lockstep writes ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)): what it says beside where each
/// archive is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FormulaContents {
    /// What `install` does with an archive: `bin.install "tool"`.
    pub install: Ruby,
    /// What `test` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Ruby>,
    /// The formulae that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Text>,
    /// What users are told after they installed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caveats: Option<NotesTemplate>,
    /// What it is, in one line. By default what the project says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Its page. By default that of the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<HttpsAddress>,
}

/// Who brings the formula to the tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormulaUpdate {
    /// Lockstep: to a branch before anything is published, forwarded when the release is public.
    Push,
    /// A maintainer, before the release is published; Lockstep verifies it and never pushes.
    Verify,
}
