//! Channels: where users install from.

mod own;

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::own::{
    FormulaContents, FormulaUpdate, NpmAccess, NpmClient, NpmPublish, PypiClient, PypiIndex,
    SumsAsset,
};
use self::own::{npm_alone, uv_and_pip};
use super::artifacts::Smoke;
use super::tiers::TierEntry;
use crate::strings::{
    DistTag, EnvironmentName, FileNamePattern, FormulaPath, Id, NotesTemplate, Repository,
    SettingName, TargetSelector, Text,
};

/// A channel's name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// Assets of a GitHub release.
    GithubRelease,
    /// The npm registry.
    Npm,
    /// The Python package index.
    Pypi,
    /// The Rust crate registry.
    CratesIo,
    /// A Homebrew tap.
    Homebrew,
    /// cargo-binstall, which fetches the assets of the GitHub release.
    CargoBinstall,
}

impl ChannelKind {
    /// All of them, in the order of the model.
    pub const ALL: [Self; 6] = [
        Self::GithubRelease,
        Self::Npm,
        Self::Pypi,
        Self::CratesIo,
        Self::Homebrew,
        Self::CargoBinstall,
    ];

    /// The name in the model, in job ids and in outputs.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::GithubRelease => "github-release",
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::CratesIo => "crates-io",
            Self::Homebrew => "homebrew",
            Self::CargoBinstall => "cargo-binstall",
        }
    }

    /// The dispatch input that leaves it out.
    #[must_use]
    pub fn input(self) -> String {
        self.id().replace('-', "_")
    }

    /// Whether it is a registry, which keeps what it once accepted.
    #[must_use]
    pub fn is_registry(self) -> bool {
        match self {
            Self::Npm | Self::Pypi | Self::CratesIo => true,
            Self::GithubRelease | Self::Homebrew | Self::CargoBinstall => false,
        }
    }

    /// Whether it fetches assets of the GitHub release, and so ships nothing that is not among them.
    #[must_use]
    pub fn fetches_assets(self) -> bool {
        match self {
            Self::Homebrew | Self::CargoBinstall => true,
            Self::GithubRelease | Self::Npm | Self::Pypi | Self::CratesIo => false,
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::GithubRelease => "GitHub release",
            Self::Npm => "npm",
            Self::Pypi => "PyPI",
            Self::CratesIo => "crates.io",
            Self::Homebrew => "Homebrew",
            Self::CargoBinstall => "cargo-binstall",
        }
    }
}

impl ChannelKind {
    /// It as a place, in a sentence.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::GithubRelease => "the GitHub release",
            Self::Npm | Self::Pypi | Self::CratesIo | Self::Homebrew | Self::CargoBinstall => {
                self.label()
            }
        }
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// How a channel knows that it is us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// By an OpenID Connect token of the workflow run; the channel trusts the workflow's file.
    TrustedPublishing,
    /// By a secret of the channel's environment.
    Token,
}

/// Where users install from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Channels {
    /// Assets of a GitHub release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github_release: Option<GithubRelease>,
    /// The npm registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npm: Option<Npm>,
    /// The Python package index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pypi: Option<Pypi>,
    /// The Rust crate registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crates_io: Option<CratesIo>,
    /// A Homebrew tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homebrew: Option<Homebrew>,
    /// cargo-binstall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cargo_binstall: Option<CargoBinstall>,
    /// The check of every channel that has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
    /// Ways to install that need no publishing of ours: name → what users should know.
    pub documented: IndexMap<Id, Text>,
}

/// What every channel has.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// The channel.
    pub kind: ChannelKind,
    /// The artifacts that it ships.
    pub artifacts: &'a [Id],
    /// What it promises, by target.
    pub tiers: &'a IndexMap<TargetSelector, TierEntry>,
    /// The check that what users install runs.
    pub smoke: Option<&'a Smoke>,
    /// The environment of its publishing job, where the model names one.
    pub environment: Option<&'a EnvironmentName>,
    /// How it knows that it is us; none where no credential is asked for.
    pub auth: Option<Auth>,
    /// The secret with the token, where the model names one.
    pub secret: Option<&'a SettingName>,
    /// The configuration variable that must be `true` besides.
    pub switch: Option<&'a SettingName>,
}

impl Channels {
    /// The channels that the model has, in the order in which they are listed everywhere.
    #[must_use]
    pub fn all(&self) -> Vec<Common<'_>> {
        let Self {
            github_release,
            npm,
            pypi,
            crates_io,
            homebrew,
            cargo_binstall,
            smoke: _,
            documented: _,
        } = self;
        let all = [
            github_release.as_ref().map(|channel| channel.common(self)),
            npm.as_ref().map(|channel| channel.common(self)),
            pypi.as_ref().map(|channel| channel.common(self)),
            crates_io.as_ref().map(|channel| channel.common(self)),
            homebrew.as_ref().map(|channel| channel.common(self)),
            cargo_binstall.as_ref().map(|channel| channel.common(self)),
        ];
        all.into_iter().flatten().collect()
    }
}

/// Defines a channel's type: the keys that every channel has, and its own. Serde has no way to
/// flatten a struct and still refuse unknown keys.
macro_rules! channels {
    ($(
        $(#[$meta:meta])*
        $name:ident: $kind:ident $(, auth: $auth:ident)? $(, environment: $environment:ident)? $(, secret: $secret:ident)? $(, switch: $switch:ident)? {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name {
            /// The artifacts that it ships.
            pub artifacts: Vec<Id>,
            /// What it promises, by target; `default` stands for the targets that are not named.
            /// Without any entry every target is `official`.
            #[serde(default)]
            pub tiers: IndexMap<TargetSelector, TierEntry>,
            /// The check that what users install runs, after the channel's own client installed it
            /// on the target's runner; by default `channels.smoke`. A channel with an `official` target must have one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub smoke: Option<Smoke>,
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $name {
            /// What it has of what every channel has, among the channels of a model.
            #[must_use]
            pub fn common<'a>(&'a self, among: &'a Channels) -> Common<'a> {
                Common {
                    kind: ChannelKind::$kind,
                    artifacts: &self.artifacts,
                    tiers: &self.tiers,
                    smoke: self.smoke.as_ref().or(among.smoke.as_ref()),
                    environment: channels!(@as_ref self $($environment)?),
                    auth: channels!(@copied self $($auth)?),
                    secret: channels!(@as_ref self $($secret)?),
                    switch: channels!(@as_ref self $($switch)?),
                }
            }
        }
    )+};
    (@copied $self:ident $field:ident) => { Some($self.$field) };
    (@copied $self:ident) => { None };
    (@as_ref $self:ident $field:ident) => { $self.$field.as_ref() };
    (@as_ref $self:ident) => { None };
}

channels! {
    /// Assets of a GitHub release.
    GithubRelease: GithubRelease, environment: environment, switch: switch {
        /// The name of the manifest as an asset. By default `{project}-{version}.manifest.json`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manifest: Option<FileNamePattern>,
        /// The name of the digests of all assets as an asset, as `sha256sum -c` reads them; `false` leaves them out. By
        /// default `SHA256SUMS`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sums: Option<SumsAsset>,
        /// The name of the bundle's attestation as an asset, by which users prove where a file comes from without asking
        /// anybody: `tool-{version}.attestation.jsonl`, say. By default it is no asset, and GitHub alone has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attestation: Option<FileNamePattern>,
        /// The title, with `{project}`, `{version}` and `{tag}`. By default `{tag}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<Text>,
        /// The notes in Markdown, with the same, and with `{changelog}`, `{install}` and `{assets}`: what the changelog says,
        /// how users install it from each channel, the list of assets. By default the first two.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notes: Option<NotesTemplate>,
        /// The environment of the jobs that write the release. By default the channel's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<EnvironmentName>,
        /// A configuration variable of the repository that must be `true` before anything goes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch: Option<SettingName>,
    }

    /// The npm registry.
    Npm: Npm, auth: auth, environment: environment, secret: secret, switch: switch {
        /// How npm knows that it is us.
        auth: Auth,
        /// The secret with the token. By default `NPM_TOKEN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SettingName>,
        /// The environment of the publishing job. By default the channel's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<EnvironmentName>,
        /// A configuration variable of the repository that must be `true` before anything goes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch: Option<SettingName>,
        /// The clients that delivery installs with.
        #[serde(default = "npm_alone")]
        clients: Vec<NpmClient>,
        /// Who may see the packages.
        #[serde(default)]
        access: NpmAccess,
        /// How packages get there: published, or staged until a maintainer approves them.
        #[serde(default)]
        publish: NpmPublish,
        /// The dist-tag of every release. By default `latest`; a prerelease gets what its version calls it, such as `beta`, and
        /// a version below the latest `release-1` of its major version: what users get who ask for none never goes back.
        #[serde(default, rename = "dist-tag", skip_serializing_if = "Option::is_none")]
        tag: Option<DistTag>,
    }

    /// The Python package index.
    Pypi: Pypi, auth: auth, environment: environment, secret: secret, switch: switch {
        /// Another index than that of `PyPI`, such as its test instance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<PypiIndex>,
        /// The clients that delivery installs with.
        #[serde(default = "uv_and_pip")]
        clients: Vec<PypiClient>,
        /// How PyPI knows that it is us.
        auth: Auth,
        /// The secret with the token. By default `PYPI_API_TOKEN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SettingName>,
        /// The environment of the publishing job. By default the channel's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<EnvironmentName>,
        /// A configuration variable of the repository that must be `true` before anything goes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch: Option<SettingName>,
    }

    /// The Rust crate registry. It ships crates, which belong to no target: its one tier is
    /// `default`.
    CratesIo: CratesIo, auth: auth, environment: environment, secret: secret, switch: switch {
        /// How crates.io knows that it is us.
        auth: Auth,
        /// The secret with the token. By default `CARGO_REGISTRY_TOKEN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SettingName>,
        /// The environment of the publishing job. By default the channel's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<EnvironmentName>,
        /// A configuration variable of the repository that must be `true` before anything goes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch: Option<SettingName>,
    }

    /// A Homebrew tap with a formula that installs the archives of the GitHub release.
    Homebrew: Homebrew, environment: environment, secret: secret, switch: switch {
        /// The tap's repository.
        tap: Repository,
        /// The formula's path in the tap.
        formula: FormulaPath,
        /// Who brings the formula to the tap.
        update: FormulaUpdate,
        /// What a formula says that Lockstep writes. By default it is the tap's own, in which version, addresses and digests are
        /// replaced, and nothing else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contents: Option<FormulaContents>,
        /// The secret with a token that may push to the tap. By default `HOMEBREW_TAP_TOKEN`; only
        /// where Lockstep pushes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SettingName>,
        /// The environment of the jobs that push to the tap. By default the channel's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<EnvironmentName>,
        /// A configuration variable of the repository that must be `true` before anything goes live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch: Option<SettingName>,
    }

    /// cargo-binstall, which fetches the archives of the GitHub release by the metadata in
    /// `Cargo.toml`.
    CargoBinstall: CargoBinstall {
        /// The artifact of the crate whose metadata leads to the archives.
        #[serde(rename = "crate")]
        crate_artifact: Id,
    }
}
