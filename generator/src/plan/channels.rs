//! Channels and the tiers that they promise.

use indexmap::IndexMap;
use lockstep_schemas::manifest::names;
use lockstep_schemas::model::{
    Artifact, Auth, Channels, Common, FormulaUpdate, GithubRelease, Model, SumsAsset, Tier,
    TierEntry,
};
use lockstep_schemas::plan::{
    CargoBinstallPlan, ChannelPlan, Destination, FormulaPlan, GithubReleasePlan, HomebrewPlan,
    Login, NpmPlan, PypiPlan, RegistryPlan, TierPlan, ships_any,
};
use lockstep_schemas::strings::{EnvironmentName, SettingName, TargetId, TargetSelector};

/// The entry of a channel's tiers that speaks of a target: the one that names it, else the longest
/// beginning that it has, else `default`.
#[must_use]
pub fn tier_entry<'a>(
    tiers: &'a IndexMap<TargetSelector, TierEntry>,
    target: &TargetId,
) -> Option<(&'a TargetSelector, &'a TierEntry)> {
    let weight = |selector: &TargetSelector| {
        let text = selector.as_str();
        match text.strip_suffix('*') {
            _ if text == target.as_str() => Some(usize::MAX),
            Some(beginning) if target.as_str().starts_with(beginning) => Some(beginning.len()),
            _ if text == "default" => Some(0),
            _ => None,
        }
    };
    tiers
        .iter()
        .filter(|(selector, _)| weight(selector).is_some())
        .max_by_key(|(selector, _)| weight(selector))
}

/// What a channel promises for a target, whether or not it has something for it.
fn tier_of(common: &Common<'_>, target: &TargetId) -> Option<Tier> {
    if common.tiers.is_empty() {
        return Some(Tier::Official);
    }
    tier_entry(common.tiers, target).map(|(_, entry)| entry.tier())
}

/// Whether what a channel has for a target is built: it ships it, or is deferred as a whole, and so tried out before it ships
/// anything. A target that is deferred alone is not built.
#[must_use]
pub(super) fn packs(model: &Model, common: &Common<'_>, target: &TargetId) -> bool {
    let tier = tier_of(common, target);
    tier.is_some_and(Tier::ships)
        || (tier == Some(Tier::Deferred) && !ships_anything(model, common))
}

/// Whether a channel has something for a target.
fn has(model: &Model, common: &Common<'_>, target: &TargetId) -> bool {
    let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    artifacts.any(|artifact| artifact.is_packed_for(target))
}

/// Whether a channel has something that belongs to no target.
fn has_untargeted(model: &Model, common: &Common<'_>) -> bool {
    let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    artifacts.any(Artifact::is_of_no_target)
}

/// What a channel promises for what belongs to no target.
fn untargeted_tier(model: &Model, common: &Common<'_>) -> Option<TierPlan> {
    if !has_untargeted(model, common) {
        return None;
    }
    let default = common.tiers.iter().find(|(selector, _)| selector.as_str() == "default");
    match default {
        Some((_, entry)) => Some(promise(None, entry)),
        None if common.tiers.is_empty() => Some(official(None)),
        None => None,
    }
}

/// The targets that a channel promises `official` support, and `any` for what belongs to none.
#[must_use]
pub fn official_targets(model: &Model, common: &Common<'_>) -> Vec<String> {
    let of_target = model.targets.keys().filter(|target| {
        has(model, common, target) && tier_of(common, target) == Some(Tier::Official)
    });
    let mut official: Vec<String> = of_target.map(ToString::to_string).collect();
    let untargeted = untargeted_tier(model, common);
    if untargeted.is_some_and(|promise| promise.tier == Tier::Official) {
        official.push("any".to_owned());
    }
    official
}

/// Whether a channel ships anything.
#[must_use]
pub fn ships_anything(model: &Model, common: &Common<'_>) -> bool {
    let is_built = |id: &str| model.targets.keys().any(|target| target.as_str() == id);
    ships_any(untargeted_tier(model, common).iter().chain(&tiers(model, common)), is_built)
}

fn official(target: Option<String>) -> TierPlan {
    promise(target, &TierEntry::Plain(Tier::Official))
}

fn promise(target: Option<String>, entry: &TierEntry) -> TierPlan {
    let detail = entry.detail();
    TierPlan {
        target,
        tier: entry.tier(),
        note: detail.and_then(|detail| detail.note.clone()),
        promotion: detail.map(|detail| detail.promotion.clone()).unwrap_or_default(),
        way: detail.and_then(|detail| detail.way.clone()),
    }
}

/// Every tier of a channel: those of the model's targets, in its order, then those of targets that
/// are not built.
fn tiers(model: &Model, common: &Common<'_>) -> Vec<TierPlan> {
    let mut tiers = Vec::new();
    for target in model.targets.keys() {
        let name = Some(target.to_string());
        let entry = tier_entry(common.tiers, target).map(|(_, entry)| entry);
        match entry {
            Some(entry) if has(model, common, target) || !entry.tier().ships() => {
                tiers.push(promise(name, entry));
            }
            None if common.tiers.is_empty() && has(model, common, target) => {
                tiers.push(official(name));
            }
            _ => {}
        }
    }
    for (selector, entry) in common.tiers {
        let is_target = model.targets.keys().any(|id| id.as_str() == selector.as_str());
        if selector.as_str() != "default" && !is_target && !entry.tier().ships() {
            tiers.push(promise(Some(selector.to_string()), entry));
        }
    }
    tiers
}

/// What the manifest is called as an asset, where the model does not say.
pub(crate) fn manifest_name(model: &Model) -> String {
    format!("{}-{{version}}.manifest.json", model.project.name)
}

/// What a GitHub release is by default: its title, and its notes.
const TITLE: &str = "{tag}";
const NOTES: &str = "{changelog}\n\n{install}\n";

fn github_release_plan(
    release: &GithubRelease,
    common: &Common<'_>,
    manifest: String,
) -> GithubReleasePlan {
    let sums = match &release.sums {
        None => Some(names::SUMS.to_owned()),
        Some(SumsAsset::Named(name)) => Some(name.to_string()),
        Some(SumsAsset::Is(_)) => None,
    };
    GithubReleasePlan {
        environment: environment(common),
        manifest,
        sums,
        attestation: release.attestation.as_ref().map(ToString::to_string),
        title: release.title.as_ref().map_or_else(|| TITLE.to_owned(), ToString::to_string),
        notes: release.notes.as_ref().map_or_else(|| NOTES.to_owned(), ToString::to_string),
    }
}

/// The channels of a model, resolved, in the order in which they are listed everywhere.
pub(super) fn resolve(model: &Model) -> Vec<ChannelPlan> {
    // By name, so that the compiler names what a new channel must be resolved to.
    let Channels {
        github_release,
        npm,
        pypi,
        crates_io,
        homebrew,
        cargo_binstall,
        smoke: _,
        documented: _,
    } = &model.channels;
    let channel = |common: &Common<'_>, to| ChannelPlan {
        to,
        artifacts: common.artifacts.to_vec(),
        tier: untargeted_tier(model, common),
        tiers: tiers(model, common),
        smoke: common.smoke.cloned(),
        switch: common.switch.cloned(),
    };
    let mut plans = Vec::new();
    if let Some(release) = github_release {
        let common = release.common(&model.channels);
        let default = || manifest_name(model);
        let manifest = release.manifest.as_ref().map_or_else(default, ToString::to_string);
        let plan = github_release_plan(release, &common, manifest);
        plans.push(channel(&common, Destination::GithubRelease(plan)));
    }
    if let Some(npm) = npm {
        let common = npm.common(&model.channels);
        let registry = registry(&common, npm.auth, "NPM_TOKEN");
        let plan = NpmPlan {
            registry,
            clients: npm.clients.clone(),
            access: npm.access,
            publish: npm.publish,
            tag: npm.tag.clone(),
        };
        plans.push(channel(&common, Destination::Npm(plan)));
    }
    if let Some(pypi) = pypi {
        let common = pypi.common(&model.channels);
        let registry = registry(&common, pypi.auth, "PYPI_API_TOKEN");
        let plan = PypiPlan { registry, clients: pypi.clients.clone(), index: pypi.index.clone() };
        plans.push(channel(&common, Destination::Pypi(plan)));
    }
    if let Some(crates_io) = crates_io {
        let common = crates_io.common(&model.channels);
        let plan = registry(&common, crates_io.auth, "CARGO_REGISTRY_TOKEN");
        plans.push(channel(&common, Destination::CratesIo(plan)));
    }
    if let Some(homebrew) = homebrew {
        let common = homebrew.common(&model.channels);
        let update = match homebrew.update {
            FormulaUpdate::Push => FormulaPlan::Push {
                environment: environment(&common),
                secret: secret(&common, "HOMEBREW_TAP_TOKEN"),
            },
            FormulaUpdate::Verify => FormulaPlan::Verify,
        };
        let (tap, formula) = (homebrew.tap.clone(), homebrew.formula.clone());
        let contents = homebrew.contents.clone();
        let plan = HomebrewPlan { tap, formula, update, contents };
        plans.push(channel(&common, Destination::Homebrew(plan)));
    }
    if let Some(binstall) = cargo_binstall {
        let plan = CargoBinstallPlan { crate_artifact: binstall.crate_artifact.clone() };
        plans.push(channel(&binstall.common(&model.channels), Destination::CargoBinstall(plan)));
    }
    plans
}

fn registry(common: &Common<'_>, auth: Auth, default: &str) -> RegistryPlan {
    let login = match auth {
        Auth::TrustedPublishing => Login::TrustedPublishing,
        Auth::Token => Login::Token { secret: secret(common, default) },
    };
    RegistryPlan { environment: environment(common), login }
}

/// The environment of a channel's jobs: by default the channel's name.
fn environment(common: &Common<'_>) -> EnvironmentName {
    #[expect(clippy::expect_used, reason = "a channel's name; a test renders every channel")]
    let default = || common.kind.id().parse().expect("the name of an environment");
    common.environment.cloned().unwrap_or_else(default)
}

fn secret(common: &Common<'_>, default: &str) -> SettingName {
    #[expect(clippy::expect_used, reason = "a constant; a test renders every channel")]
    common.secret.cloned().unwrap_or_else(|| default.parse().expect("the name of a secret"))
}
