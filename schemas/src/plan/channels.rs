//! Where it is shipped to, and what each channel promises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{
    ChannelKind, FormulaContents, NpmAccess, NpmClient, NpmPublish, PypiClient, PypiIndex, Smoke,
    Tier, Way,
};
use crate::strings::{
    DistTag, EnvironmentName, FormulaPath, Id, Repository, SettingName, TargetId, Text,
};

/// A channel, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelPlan {
    /// Which channel it is, and what that one alone has.
    pub to: Destination,
    /// The artifacts that it ships.
    pub artifacts: Vec<Id>,
    /// What it promises for what belongs to no target, such as a crate.
    #[serde(default)]
    pub tier: Option<TierPlan>,
    /// What it promises, by target.
    pub tiers: Vec<TierPlan>,
    /// The check that what users install runs.
    #[serde(default)]
    pub smoke: Option<Smoke>,
    /// The configuration variable that must be `true` before anything goes live.
    #[serde(default)]
    pub switch: Option<SettingName>,
}

/// Whether a channel ships anything that promises this for what is built. One that is deferred as a whole is built and verified, and
/// published nowhere; one that promises nothing ships.
pub fn ships_any<'a>(
    promises: impl IntoIterator<Item = &'a TierPlan>,
    is_built: impl Fn(&str) -> bool,
) -> bool {
    let of_it = promises.into_iter().filter(|one| one.target.as_deref().is_none_or(&is_built));
    let mut of_it = of_it.peekable();
    of_it.peek().is_none() || of_it.any(|promise| promise.tier.ships())
}

impl ChannelPlan {
    /// The channel.
    #[must_use]
    pub fn kind(&self) -> ChannelKind {
        match self.to {
            Destination::GithubRelease(_) => ChannelKind::GithubRelease,
            Destination::Npm(_) => ChannelKind::Npm,
            Destination::Pypi(_) => ChannelKind::Pypi,
            Destination::CratesIo(_) => ChannelKind::CratesIo,
            Destination::Homebrew(_) => ChannelKind::Homebrew,
            Destination::CargoBinstall(_) => ChannelKind::CargoBinstall,
        }
    }

    /// Whether it ships what is of a target, or of none.
    #[must_use]
    pub fn ships_to(&self, target: Option<&TargetId>) -> bool {
        self.promise(target).ships()
    }

    /// What it promises for what is of a target, or of none. Where it says nothing, that is `official`.
    #[must_use]
    pub fn promise(&self, target: Option<&TargetId>) -> Tier {
        let promise = match target {
            None => self.tier.as_ref(),
            Some(target) => self.promise_of(target),
        };
        promise.map_or(Tier::Official, |promise| promise.tier)
    }

    /// What it says of a target.
    #[must_use]
    pub fn promise_of(&self, target: &TargetId) -> Option<&TierPlan> {
        self.tiers.iter().find(|tier| tier.target.as_deref() == Some(target.as_str()))
    }

    /// The check that what users of a target install runs, or users of any.
    #[must_use]
    pub fn smoke_for(&self, target: Option<&TargetId>) -> Option<&Smoke> {
        let way = target.and_then(|target| self.promise_of(target)?.way.as_ref());
        way.map(|way| &way.smoke).or(self.smoke.as_ref())
    }

    /// Whether what it ships waits until a maintainer approved it.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        self.npm().is_some_and(|npm| npm.publish == NpmPublish::Staged)
    }

    /// The name of the bundle's attestation among what it ships, where it ships that.
    #[must_use]
    pub fn attestation(&self) -> Option<&str> {
        self.github_release()?.attestation.as_deref()
    }

    /// The environment of its jobs, where they have one.
    #[must_use]
    pub fn environment(&self) -> Option<&EnvironmentName> {
        match &self.to {
            Destination::GithubRelease(release) => Some(&release.environment),
            Destination::Npm(NpmPlan { registry, .. })
            | Destination::Pypi(PypiPlan { registry, .. })
            | Destination::CratesIo(registry) => Some(&registry.environment),
            Destination::Homebrew(formula) => match &formula.update {
                FormulaPlan::Push { environment, .. } => Some(environment),
                FormulaPlan::Verify => None,
            },
            Destination::CargoBinstall(_) => None,
        }
    }

    /// How it knows that it is us, where it is a registry.
    #[must_use]
    pub fn login(&self) -> Option<&Login> {
        match &self.to {
            Destination::Npm(NpmPlan { registry, .. })
            | Destination::Pypi(PypiPlan { registry, .. })
            | Destination::CratesIo(registry) => Some(&registry.login),
            Destination::GithubRelease(_)
            | Destination::Homebrew(_)
            | Destination::CargoBinstall(_) => None,
        }
    }

    /// The secret with its token, where it asks for one.
    #[must_use]
    pub fn secret(&self) -> Option<&SettingName> {
        match &self.to {
            Destination::Npm(NpmPlan { registry, .. })
            | Destination::Pypi(PypiPlan { registry, .. })
            | Destination::CratesIo(registry) => registry.login.secret(),
            Destination::Homebrew(formula) => match &formula.update {
                FormulaPlan::Push { secret, .. } => Some(secret),
                FormulaPlan::Verify => None,
            },
            Destination::GithubRelease(_) | Destination::CargoBinstall(_) => None,
        }
    }
}

/// What a channel alone has, asked for by its name.
macro_rules! alone {
    ($($name:ident: $kind:ident => $plan:ty,)+) => {
        impl ChannelPlan {$(
            #[doc = concat!("What it alone has, where it is [`Destination::", stringify!($kind), "`].")]
            #[must_use]
            pub fn $name(&self) -> Option<&$plan> {
                if let Destination::$kind(plan) = &self.to { Some(plan) } else { None }
            }
        )+}
    };
}

alone! {
    github_release: GithubRelease => GithubReleasePlan,
    npm: Npm => NpmPlan,
    pypi: Pypi => PypiPlan,
    crates_io: CratesIo => RegistryPlan,
    homebrew: Homebrew => HomebrewPlan,
    cargo_binstall: CargoBinstall => CargoBinstallPlan,
}

/// Which channel it is, and what that one alone has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Destination {
    /// Assets of a GitHub release.
    GithubRelease(GithubReleasePlan),
    /// The npm registry.
    Npm(NpmPlan),
    /// The Python package index.
    Pypi(PypiPlan),
    /// The Rust crate registry.
    CratesIo(RegistryPlan),
    /// A Homebrew tap.
    Homebrew(HomebrewPlan),
    /// cargo-binstall.
    CargoBinstall(CargoBinstallPlan),
}

/// Assets of a GitHub release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GithubReleasePlan {
    /// The environment of the jobs that write the release.
    pub environment: EnvironmentName,
    /// The name of the manifest as an asset.
    pub manifest: String,
    /// The name of the digests of all assets as an asset.
    #[serde(default)]
    pub sums: Option<String>,
    /// The name of the bundle's attestation as an asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// The template of the title.
    pub title: String,
    /// The template of the notes.
    pub notes: String,
}

/// A registry of packages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RegistryPlan {
    /// The environment of the job that publishes.
    pub environment: EnvironmentName,
    /// How the registry knows that it is us.
    pub login: Login,
}

/// The npm registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NpmPlan {
    /// What it has of a registry.
    pub registry: RegistryPlan,
    /// The clients that delivery installs with.
    pub clients: Vec<NpmClient>,
    /// Who may see the packages.
    pub access: NpmAccess,
    /// How packages get there.
    #[serde(default)]
    pub publish: NpmPublish,
    /// The dist-tag of every release; none where the version says which.
    #[serde(default)]
    pub tag: Option<DistTag>,
}

/// The Python package index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PypiPlan {
    /// What it has of a registry.
    pub registry: RegistryPlan,
    /// The clients that delivery installs with.
    pub clients: Vec<PypiClient>,
    /// The index, where it is another than the one that uv is configured for.
    #[serde(default)]
    pub index: Option<PypiIndex>,
}

/// How a registry knows that it is us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", deny_unknown_fields, rename_all = "kebab-case")]
pub enum Login {
    /// By an OpenID Connect token of the workflow run.
    TrustedPublishing,
    /// By a secret.
    Token {
        /// The secret.
        secret: SettingName,
    },
}

impl Login {
    /// The secret, where it is by one.
    #[must_use]
    pub fn secret(&self) -> Option<&SettingName> {
        match self {
            Self::TrustedPublishing => None,
            Self::Token { secret } => Some(secret),
        }
    }
}

/// A Homebrew tap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HomebrewPlan {
    /// The tap's repository.
    pub tap: Repository,
    /// The formula's path in the tap.
    pub formula: FormulaPath,
    /// Who brings the formula to the tap.
    pub update: FormulaPlan,
    /// What it says, where Lockstep writes it; none where the tap's own is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<FormulaContents>,
}

/// Who brings the formula to the tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", deny_unknown_fields, rename_all = "kebab-case")]
pub enum FormulaPlan {
    /// Lockstep.
    Push {
        /// The environment of the jobs that push.
        environment: EnvironmentName,
        /// The secret with a token that may push to the tap.
        secret: SettingName,
    },
    /// A maintainer; Lockstep verifies it.
    Verify,
}

/// cargo-binstall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CargoBinstallPlan {
    /// The artifact of the crate whose metadata leads to the archives.
    #[serde(rename = "crate")]
    pub crate_artifact: Id,
}

/// What a channel promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TierPlan {
    /// The target, or the beginning of some with a `*`; none for what belongs to no target.
    #[serde(default)]
    pub target: Option<String>,
    /// The tier.
    pub tier: Tier,
    /// What users should know.
    #[serde(default)]
    pub note: Option<Text>,
    /// What must be true before the target moves up.
    #[serde(default)]
    pub promotion: Vec<Text>,
    /// How users of a target that it has nothing native for use it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
}
