//! Channels and the tiers that they promise.

use indexmap::IndexMap;
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::model::{
    Artifact, Auth, Channels, Common, FormulaUpdate, Model, Scope, Tier, TierEntry,
};
use lockstep_schemas::plan::{ChannelPlan, TierPlan};
use lockstep_schemas::strings::{SettingName, TargetId, TargetSelector};

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

/// Whether a channel ships what it has for a target.
#[must_use]
pub(super) fn ships(common: &Common<'_>, target: &TargetId) -> bool {
    tier_of(common, target).is_some_and(Tier::ships)
}

/// Whether a channel has something for a target.
fn has(model: &Model, common: &Common<'_>, target: &TargetId) -> bool {
    let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    artifacts.any(|artifact| artifact.is_packed_for(target))
}

/// Whether a channel has something that belongs to no target.
fn has_untargeted(model: &Model, common: &Common<'_>) -> bool {
    let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    artifacts.any(|artifact| {
        matches!(artifact, Artifact::Sdist(_) | Artifact::Crate(_))
            || matches!(artifact, Artifact::Archive(archive) if archive.scope == Scope::Release)
    })
}

/// What a channel promises for what belongs to no target.
fn untargeted_tier(model: &Model, common: &Common<'_>) -> Option<TierPlan> {
    if !has_untargeted(model, common) {
        return None;
    }
    let default = common.tiers.iter().find(|(selector, _)| selector.as_str() == "default");
    match default {
        Some((_, entry)) => Some(promise(None, entry)),
        None if common.tiers.is_empty() => {
            Some(TierPlan { target: None, tier: Tier::Official, note: None, promotion: Vec::new() })
        }
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

fn promise(target: Option<String>, entry: &TierEntry) -> TierPlan {
    let detail = entry.detail();
    TierPlan {
        target,
        tier: entry.tier(),
        note: detail.and_then(|detail| detail.note.clone()),
        promotion: detail.map(|detail| detail.promotion.clone()).unwrap_or_default(),
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
                let tier = Tier::Official;
                tiers.push(TierPlan { target: name, tier, note: None, promotion: Vec::new() });
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

/// The channels of a model, resolved.
pub(super) fn resolve(model: &Model) -> Vec<ChannelPlan> {
    let channels = model.channels.all();
    channels.iter().map(|common| channel(model, common)).collect()
}

fn channel(model: &Model, common: &Common<'_>) -> ChannelPlan {
    let specifics = Specifics::of(&model.channels, common.kind, model);
    // A channel that fetches the GitHub release's assets has no publishing job of its own.
    let publishes = common.kind != ChannelKind::CargoBinstall;
    let environment = common.environment.cloned().or_else(|| common.kind.id().parse().ok());
    ChannelPlan {
        kind: common.kind,
        artifacts: common.artifacts.to_vec(),
        tier: untargeted_tier(model, common),
        tiers: tiers(model, common),
        smoke: common.smoke.cloned(),
        environment: environment.filter(|_| publishes),
        auth: common.auth,
        secret: secret(&model.channels, common),
        switch: common.switch.cloned(),
        clients: specifics.clients,
        manifest: specifics.manifest,
        tap: specifics.tap,
        formula: specifics.formula,
        update: specifics.update,
        crate_artifact: specifics.crate_artifact,
    }
}

/// The secret with the token, where the channel asks for one.
fn secret(channels: &Channels, common: &Common<'_>) -> Option<SettingName> {
    if common.auth == Some(Auth::TrustedPublishing) {
        return None;
    }
    let default = match common.kind {
        ChannelKind::Npm => "NPM_TOKEN",
        ChannelKind::Pypi => "PYPI_API_TOKEN",
        ChannelKind::CratesIo => "CARGO_REGISTRY_TOKEN",
        ChannelKind::Homebrew => {
            let pushes = |homebrew: &lockstep_schemas::model::Homebrew| {
                homebrew.update == FormulaUpdate::Push
            };
            channels.homebrew.as_ref().filter(|homebrew| pushes(homebrew))?;
            "HOMEBREW_TAP_TOKEN"
        }
        ChannelKind::GithubRelease | ChannelKind::CargoBinstall => return None,
    };
    common.secret.cloned().or_else(|| default.parse().ok())
}

/// What only one kind of channel has.
#[derive(Default)]
struct Specifics {
    clients: Vec<lockstep_schemas::model::NpmClient>,
    manifest: Option<String>,
    tap: Option<lockstep_schemas::strings::Repository>,
    formula: Option<lockstep_schemas::strings::FormulaPath>,
    update: Option<FormulaUpdate>,
    crate_artifact: Option<lockstep_schemas::strings::Id>,
}

impl Specifics {
    fn of(channels: &Channels, kind: ChannelKind, model: &Model) -> Self {
        match kind {
            ChannelKind::GithubRelease => {
                let named =
                    channels.github_release.as_ref().and_then(|release| release.manifest.as_ref());
                let default = || format!("{}-{{version}}.manifest.json", model.project.name);
                Self {
                    manifest: Some(named.map_or_else(default, ToString::to_string)),
                    ..Self::default()
                }
            }
            ChannelKind::Npm => {
                let clients = channels.npm.as_ref().map(|npm| npm.clients.clone());
                Self { clients: clients.unwrap_or_default(), ..Self::default() }
            }
            ChannelKind::Homebrew => {
                channels.homebrew.as_ref().map_or_else(Self::default, |homebrew| Self {
                    tap: Some(homebrew.tap.clone()),
                    formula: Some(homebrew.formula.clone()),
                    update: Some(homebrew.update),
                    ..Self::default()
                })
            }
            ChannelKind::CargoBinstall => {
                let id = channels
                    .cargo_binstall
                    .as_ref()
                    .map(|binstall| binstall.crate_artifact.clone());
                Self { crate_artifact: id, ..Self::default() }
            }
            ChannelKind::Pypi | ChannelKind::CratesIo => Self::default(),
        }
    }
}
