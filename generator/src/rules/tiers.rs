//! Tiers: what a channel promises for each target, and whether it can keep that.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{Artifact, ChannelKind, Common, Model, Smoke, Tier, Way};
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

/// That a check which may fail is of something that may: by an artifact's own check, and of what nobody is promised.
pub(super) fn advisory(model: &Model, violations: &mut Violations) {
    let channels = model.channels.all();
    for (id, artifact) in &model.artifacts {
        if !artifact.smoke().is_some_and(|smoke| smoke.advisory) {
            continue;
        }
        let shipping = channels.iter().filter(|common| common.artifacts.contains(id));
        let official: Vec<String> =
            shipping.flat_map(|common| plan::official_targets(model, common)).collect();
        let packed = model.targets.keys().filter(|target| artifact.is_packed_for(target));
        let mut users =
            packed.map(TargetId::as_str).chain(artifact.is_of_no_target().then_some("any"));
        if users.all(|users| official.iter().any(|official| official == users)) {
            violations.add(
                Rule::TierContradiction,
                Path::of("artifacts").key(id).key("smoke").key("advisory"),
                format!("all of `{id}` is `{}`, so a failure of its check stops the release all the same", Tier::Official),
                "take it out, or promise `preview` where it may fail",
            );
        }
    }
    let of_all = model.channels.smoke.as_ref();
    let own = channels.iter().filter(|common| common.smoke != of_all);
    let own = own.map(|common| (Path::of("channels").key(common.kind), common.smoke));
    for (at, smoke) in own.chain([(Path::of("channels"), of_all)]) {
        of_delivery(smoke, &at, violations);
    }
}

/// That a check of what is delivered leaves it to the tier whether it may fail.
fn of_delivery(smoke: Option<&Smoke>, at: &Path, violations: &mut Violations) {
    if smoke.is_some_and(|smoke| smoke.advisory) {
        violations.add(
            Rule::TierContradiction,
            at.key("smoke").key("advisory"),
            "of what is delivered the tier says whether it may fail",
            "take it out, and promise `preview` where it may fail",
        );
    }
}

pub(super) fn check(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    for (selector, entry) in common.tiers {
        selector_known(model, selector, entry.tier(), &at.key("tiers"), violations);
        if let Some(way) = entry.detail().and_then(|detail| detail.way.as_ref()) {
            let at = at.key("tiers").key(selector).key("way");
            way_of(model, common, (selector, entry.tier(), way), &at, violations);
        }
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

/// That a way is of one target that gets nothing else, that there is something for everybody, and a runner that tries it.
fn way_of(
    model: &Model,
    common: &Common<'_>,
    (selector, tier, way): (&TargetSelector, Tier, &Way),
    at: &Path,
    violations: &mut Violations,
) {
    of_delivery(Some(&way.smoke), at, violations);
    let label = common.kind.label();
    if tier.ships() {
        let message = format!(
            "`{selector}` is `{tier}` on {label}, so its users have what is built for them"
        );
        let remedy = "take `way` out: the channel's own `smoke` is their check";
        violations.add(Rule::TierContradiction, at.clone(), message, remedy);
    }
    let id = selector.as_str().parse::<TargetId>().ok().filter(|_| selector.as_str() != "default");
    let target = id.as_ref().and_then(|id| Some((id, model.targets.get(id)?)));
    let delivered_on = target.and_then(|(id, target)| plan::delivered_on(id, target, common.kind));
    match id {
        None => violations.add(
            Rule::TierContradiction,
            at.clone(),
            format!("a way is tried on one platform, and `{selector}` is no target"),
            "name the target",
        ),
        Some(id) if way.on.is_none() && delivered_on.is_none() => violations.add(
            Rule::TierContradiction,
            at.clone(),
            format!("nothing says which runner is like those of users of `{id}`"),
            "name it: `on: windows-2025`",
        ),
        Some(_) => {}
    }
    if let Some(runner) = &way.on {
        targets::label(model, runner, at.key("on"), violations);
    }
    let mut artifacts = common.artifacts.iter().filter_map(|id| model.artifacts.get(id));
    if !artifacts.any(|of| of.is_of_no_target() || matches!(of, Artifact::NpmPackage(_))) {
        violations.add(
            Rule::TierContradiction,
            at.clone(),
            format!("{label} has nothing that users of every platform get"),
            "ship something for everybody there, such as an `npm-package`, or take `way` out",
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
