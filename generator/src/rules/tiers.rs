//! Tiers: what a channel promises for each target, and whether it can keep that.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{ChannelKind, Common, Model, Tier};
use lockstep_schemas::platform::{KNOWN_TARGETS, known_triple};
use lockstep_schemas::strings::{Id, TargetId, TargetSelector};

use super::targets;
use crate::plan;
use crate::violation::{Path, Violations};

/// That some channel ships, and none installs from one that does not.
pub(super) fn deferred(model: &Model, violations: &mut Violations) {
    let channels = model.channels.all();
    let is_shipping = |kind: ChannelKind| {
        channels.iter().any(|common| common.kind == kind && plan::ships_anything(model, common))
    };
    if !channels.is_empty() && !channels.iter().any(|common| plan::ships_anything(model, common)) {
        let message = "every channel is deferred, so the release would go nowhere";
        violations.add(Rule::ChannelEmpty, Path::of("channels"), message, "ship to one");
    }
    for kind in [ChannelKind::Homebrew, ChannelKind::CargoBinstall] {
        let is_there = channels.iter().any(|common| common.kind == ChannelKind::GithubRelease);
        if is_there && is_shipping(kind) && !is_shipping(ChannelKind::GithubRelease) {
            violations.add(
                Rule::TierContradiction,
                Path::of("channels").key(kind),
                format!("{} installs from the GitHub release, which is deferred", kind.label()),
                "ship to the GitHub release, or defer both",
            );
        }
    }
}

pub(super) fn check(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    for (selector, entry) in common.tiers {
        selector_known(model, selector, entry.tier(), &at.key("tiers"), violations);
    }
    refused(model, common, at, violations);
    promised(model, common, at, violations);
    let official = plan::official_targets(model, common);
    let nobody_runs = |id: &&String| {
        let mut targets = model.targets.iter().filter(|(target, _)| target.as_str() == **id);
        targets.any(|(id, target)| plan::delivered_on(id, target, common.kind).is_none())
    };
    if let Some(target) = official.iter().find(nobody_runs) {
        violations.add(
            Rule::TierContradiction,
            at.key_itself("tiers"),
            format!("`{target}` is `{}` on {}, and nothing installs and runs it there before users do", Tier::Official, common.kind.label()),
            format!("name what its users have: a runner of its platform, `delivered-on` of `{target}`, and where it is of musl an image, `delivered-in`; or promise `preview`"),
        );
    }
    if common.smoke.is_none() && !official.is_empty() {
        violations.add(
            Rule::SmokeTestMissing,
            at.clone(),
            format!(
                "`{}` on {} without a smoke test: nothing shows that it can be installed and run",
                Tier::Official,
                common.kind.label(),
            ),
            "add `smoke: { run: … }`, or promise `preview`",
        );
    }
}

fn selector_known(
    model: &Model,
    selector: &TargetSelector,
    tier: Tier,
    at: &Path,
    violations: &mut Violations,
) {
    let text = selector.as_str();
    let at = at.key_itself(selector);
    if text == "default" {
        return;
    }
    if let Some(beginning) = text.strip_suffix('*') {
        let matches = |id: &str| id.starts_with(beginning);
        let any = model.targets.keys().any(|id| matches(id.as_str()));
        if tier.ships() && !any {
            let message = format!("no target begins with `{beginning}`, so nothing is `{tier}`");
            violations.add(
                Rule::TierContradiction,
                at,
                message,
                "add the targets, or promise `deferred` or `unsupported`",
            );
        } else if !any && !KNOWN_TARGETS.iter().any(|(id, _)| matches(id)) {
            let known = KNOWN_TARGETS.iter().map(|(id, _)| *id);
            violations.unknown(at, "target beginning with", beginning, known);
        }
        return;
    }
    let is_target = model.targets.keys().any(|id| id.as_str() == text);
    let is_known = text.parse::<TargetId>().is_ok_and(|id| known_triple(&id).is_some());
    if !is_target && (tier.ships() || !is_known) {
        let ids = model.targets.keys().map(TargetId::as_str);
        violations.unknown(at, "target", text, ids.chain(["default"]));
    }
}

/// Every target that a channel has something for has a tier, and some tier ships.
fn promised(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    let packs = |target: &TargetId| {
        let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
        artifacts.any(|artifact| artifact.is_packed_for(target))
    };
    let targets: Vec<&TargetId> = model.targets.keys().filter(|target| packs(target)).collect();
    let tier =
        |target: &TargetId| plan::tier_entry(common.tiers, target).map(|(_, entry)| entry.tier());
    if !common.tiers.is_empty()
        && let Some(target) = targets.iter().find(|target| tier(target).is_none())
    {
        violations.add(
            Rule::TierMissing,
            at.key_itself("tiers"),
            format!(
                "the tiers of {} do not say what it promises for `{target}`",
                common.kind.label()
            ),
            "name it, or add `default: official`",
        );
    }
    let ships = |target: &TargetId| common.tiers.is_empty() || tier(target).is_none_or(Tier::ships);
    let is_deferred = |target: &&TargetId| tier(target) == Some(Tier::Deferred);
    if !targets.is_empty()
        && !targets.iter().any(|target| ships(target))
        && !targets.iter().any(is_deferred)
    {
        let message = format!("{} would ship to no target", common.kind.label());
        violations.add(
            Rule::ChannelEmpty,
            at.key_itself("tiers"),
            message,
            "ship to one, promise `deferred` for what comes later, or take the channel out",
        );
    }
    let on_windows =
        targets.iter().find(|target| ships(target) && targets::is_windows(model, target));
    if let (ChannelKind::Homebrew, Some(target)) = (common.kind, on_windows) {
        violations.add(
            Rule::TierContradiction,
            at.clone(),
            format!("Homebrew does not run on Windows, and the channel would ship to `{target}`"),
            format!("promise `{target}: deferred`, or take it out of the artifact's targets"),
        );
    }
}

/// What is unsupported on a channel is refused where an artifact of the channel is packed for it.
fn refused(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    for target in model.targets.keys() {
        let Some((selector, entry)) = plan::tier_entry(common.tiers, target) else {
            continue;
        };
        if entry.tier() != Tier::Unsupported {
            continue;
        }
        let packs = |id: &&Id| {
            model.artifacts.get(*id).is_some_and(|artifact| artifact.is_packed_for(target))
        };
        if let Some(id) = common.artifacts.iter().find(packs) {
            violations.add(Rule::TierContradiction,
                at.key("tiers").key(selector),
                format!("`{target}` is unsupported here, and `{id}` is packed for it"),
                format!("take `{target}` out of `targets` or of the artifact's targets, or promise another tier"),
            );
        }
    }
}
