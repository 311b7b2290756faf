//! Channels: that what they ship can be shipped there, that tiers are kept, that credentials fit.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::manifest::names;
use lockstep_schemas::model::{
    Artifact, ArtifactKind, Auth, ChannelKind, Channels, Common, FormulaUpdate, Model, NpmAccess,
    SumsAsset, Tier,
};
use lockstep_schemas::notes::{Part, parts, unknown};
use lockstep_schemas::placeholder::{self, Placeholder};
use lockstep_schemas::plan::ArtifactPlan;
use lockstep_schemas::platform::{KNOWN_TARGETS, Os, Platform, known_triple};
use lockstep_schemas::runner::hosted;
use lockstep_schemas::strings::{
    FileNamePattern, Id, NotesTemplate, TargetId, TargetSelector, Text,
};

use crate::plan;
use crate::suggest;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    let channels = model.channels.all();
    if channels.is_empty() {
        let message = "`channels` is empty, so the release would go nowhere";
        violations.add(
            Rule::ChannelEmpty,
            Path::of("channels"),
            message,
            "name one, such as `github-release`",
        );
    }
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
    for common in channels {
        let at = Path::of("channels").key(common.kind);
        artifacts(model, &common, &at, violations);
        tiers(model, &common, &at, violations);
        credentials(model, &common, &at, violations);
    }
    assets(&model.channels, violations);
    homebrew(&model.channels, violations);
    release(model, violations);
    unshipped(model, violations);
}

/// The kinds that a channel ships, in words.
fn kinds(channel: ChannelKind) -> String {
    let ships = |kind: &ArtifactKind| kind.channels().contains(&channel);
    let names: Vec<String> =
        ArtifactKind::ALL.into_iter().filter(ships).map(|kind| format!("`{kind}`")).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn artifacts(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    let at = at.key("artifacts");
    if common.artifacts.is_empty() {
        let message = format!("{} has no artifact to ship", common.kind.label());
        violations.add(Rule::ChannelEmpty, at.clone(), message, "name what it ships");
    }
    for (index, id) in common.artifacts.iter().enumerate() {
        let can_ship = |artifact: &Artifact| artifact.kind().channels().contains(&common.kind);
        let shippable = model.artifacts.iter().filter(|(_, artifact)| can_ship(artifact));
        let shippable: Vec<&str> = shippable.map(|(id, _)| id.as_str()).collect();
        let at = at.index(index);
        match model.artifacts.get(id) {
            None if shippable.is_empty() => violations.add(
                Rule::UnknownName,
                at,
                format!("there is no artifact `{id}`"),
                format!("{} ships {}; the model has none", common.kind.label(), kinds(common.kind)),
            ),
            None => violations.unknown(at, "artifact", id.as_str(), shippable),
            Some(artifact) if !can_ship(artifact) => {
                let what = format!(
                    "`{id}` is of the kind `{}`, which {} does not ship",
                    artifact.kind(),
                    common.kind.label(),
                );
                let remedy = if shippable.is_empty() {
                    format!("it ships {}", kinds(common.kind))
                } else {
                    suggest::instead_of("", shippable)
                };
                violations.add(Rule::KindNotShipped, at, what, remedy);
            }
            Some(_) => {}
        }
    }
    violations.repeated(common.artifacts, &at);
}

fn tiers(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    for (selector, entry) in common.tiers {
        selector_known(model, selector, entry.tier(), &at.key("tiers"), violations);
    }
    refused(model, common, at, violations);
    promised(model, common, at, violations);
    let official = plan::official_targets(model, common);
    let nobody_runs = |id: &&String| {
        let mut targets = model.targets.iter().filter(|(target, _)| target.as_str() == **id);
        targets.any(|(_, target)| target.cross && target.delivered_on.is_none())
    };
    if let Some(target) = official.iter().find(nobody_runs) {
        violations.add(
            Rule::TierContradiction,
            at.key_itself("tiers"),
            format!("`{target}` is `{}` on {}, and cross-built: nothing runs it before users do", Tier::Official, common.kind.label()),
            format!("name a runner of its platform that installs it, `delivered-on` of `{target}`, or promise `preview`"),
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
    let on_windows = targets.iter().find(|target| ships(target) && is_windows(model, target));
    if let (ChannelKind::Homebrew, Some(target)) = (common.kind, on_windows) {
        violations.add(
            Rule::TierContradiction,
            at.clone(),
            format!("Homebrew does not run on Windows, and the channel would ship to `{target}`"),
            format!("promise `{target}: deferred`, or take it out of the artifact's targets"),
        );
    }
}

fn is_windows(model: &Model, id: &TargetId) -> bool {
    let triple = model.targets.get(id).and_then(|target| target.triple.clone());
    let platform = triple.or_else(|| known_triple(id)).and_then(|triple| Platform::of(&triple));
    platform.is_some_and(|platform| platform.os == Os::Windows)
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

fn credentials(model: &Model, common: &Common<'_>, at: &Path, violations: &mut Violations) {
    if common.auth != Some(Auth::TrustedPublishing) {
        return;
    }
    let npm = model.channels.npm.as_ref().filter(|_| common.kind == ChannelKind::Npm);
    if npm.is_some_and(|npm| npm.access == NpmAccess::Restricted) {
        violations.add(
            Rule::Credentials,
            at.key("access"),
            "trusted publishing cannot read, so nobody could see what npm has of a restricted package",
            "write `auth: token`, with a token that may read it too, or `access: public`",
        );
    }
    if common.secret.is_some() {
        let message = "trusted publishing needs no secret";
        violations.add(
            Rule::Credentials,
            at.key_itself("secret"),
            message,
            "take it out, or write `auth: token`",
        );
    }
    if hosted(model.runner.as_str()).is_none() {
        violations.add(Rule::Credentials,
            Path::of("runner"),
            format!(
                "trusted publishing to {} works only on GitHub's own runners, and `{}` is not one of them",
                common.kind.label(),
                model.runner
            ),
            "write a hosted runner, such as ubuntu-24.04, or publish by token",
        );
    }
}

/// Channels that fetch the GitHub release's assets ship nothing that it does not have.
fn assets(channels: &Channels, violations: &mut Violations) {
    let released: &[Id] =
        channels.github_release.as_ref().map_or(&[], |release| &release.artifacts);
    for common in channels.all() {
        if !common.kind.fetches_assets() {
            continue;
        }
        for (index, id) in common.artifacts.iter().enumerate() {
            if !released.contains(id) {
                violations.add(
                    Rule::AssetMissing,
                    Path::of("channels").key(common.kind).key("artifacts").index(index),
                    format!(
                        "{} fetches `{id}` from the GitHub release, which does not ship it",
                        common.kind.label()
                    ),
                    format!("add `{id}` to `channels.github-release.artifacts`"),
                );
            }
        }
    }
}

/// The names of a release's own files are none of the other assets', and its templates have a place for what they name.
fn release(model: &Model, violations: &mut Violations) {
    let Some(release) = &model.channels.github_release else { return };
    let at = Path::of("channels").key("github-release");
    let of = |id: &Id| Some(plan::whole_artifact(model, id, model.artifacts.get(id)?));
    let assets: Vec<ArtifactPlan> = release.artifacts.iter().filter_map(of).collect();
    let sums = match &release.sums {
        None => Some(names::SUMS),
        Some(SumsAsset::Named(name)) => Some(name.as_str()),
        Some(SumsAsset::Is(_)) => None,
    };
    let manifest = release.manifest.as_ref().map(FileNamePattern::as_str);
    let default = plan::manifest_name(model);
    let own = [("manifest", Some(manifest.unwrap_or(&default))), ("sums", sums)];
    for (index, (key, name)) in own.iter().enumerate() {
        let Some(name) = name else { continue };
        let fits = |part: &placeholder::Part<'_>| match part {
            placeholder::Part::Text(_) => true,
            placeholder::Part::Placeholder(one) => *one == Placeholder::Version,
            placeholder::Part::Unknown(_) => false,
        };
        if !placeholder::parts(name).iter().all(fits) {
            violations.add(
                Rule::Placeholder,
                at.key(key),
                format!("`{name}` is of the whole release, which has no target and no mode"),
                "`{version}` alone has a place there",
            );
        }
        let clashes = |file: &str| *name == file || *name == format!("{file}.sha256");
        let is_taken = own[..index].iter().any(|(_, other)| *other == Some(name))
            || assets.iter().flat_map(ArtifactPlan::files).any(|file| clashes(file.name()));
        if is_taken {
            violations.add(
                Rule::FileNameTaken,
                at.key(key),
                format!("another asset of the release is also called `{name}`"),
                format!("give the {key} a name of its own"),
            );
        }
    }
    let templates = [
        ("title", release.title.as_ref().map(Text::as_str)),
        ("notes", release.notes.as_ref().map(NotesTemplate::as_str)),
    ];
    for (key, template) in templates {
        let template = template.unwrap_or_default();
        let fits = |part: &Part| key == "notes" || part.is_one_line();
        let known: Vec<String> = Part::ALL
            .iter()
            .filter(|part| fits(part))
            .map(|part| format!("{{{}}}", part.name()))
            .collect();
        let known = format!("what has a place there: {}", known.join(", "));
        let no_line = parts(template).filter_map(Result::ok).filter(|part| !fits(part));
        let slips = unknown(template).into_iter().map(str::to_owned);
        let slips: Vec<String> = slips.chain(no_line.map(|part| part.name().to_owned())).collect();
        for slip in slips {
            let message = format!("`{{{slip}}}` has no place in the {key}");
            violations.add(Rule::Placeholder, at.key(key), message, known.clone());
        }
    }
}

fn homebrew(channels: &Channels, violations: &mut Violations) {
    let Some(homebrew) = &channels.homebrew else {
        return;
    };
    if homebrew.update == FormulaUpdate::Verify && homebrew.secret.is_some() {
        violations.add(
            Rule::Credentials,
            Path::of("channels").key("homebrew").key_itself("secret"),
            "a secret to push with, though `update: verify` leaves pushing to a maintainer",
            "take it out, or write `update: push`",
        );
    }
}

/// An artifact that no channel ships, and a crate that cargo-binstall does not find.
fn unshipped(model: &Model, violations: &mut Violations) {
    let channels = model.channels.all();
    for id in model.artifacts.keys() {
        if !channels.iter().any(|common| common.artifacts.contains(id)) {
            violations.add(
                Rule::ArtifactUnshipped,
                Path::of("artifacts").key_itself(id),
                format!("no channel ships `{id}`"),
                "name it in a channel's `artifacts`, or take it out",
            );
        }
    }
    if let Some(binstall) = &model.channels.cargo_binstall {
        let id = &binstall.crate_artifact;
        let is_crate = |artifact: &Artifact| matches!(artifact, Artifact::Crate(_));
        if !model.artifacts.get(id).is_some_and(is_crate) {
            let known = model.artifacts.iter().filter(|(_, artifact)| is_crate(artifact));
            let known = known.map(|(id, _)| id.as_str());
            let at = Path::of("channels").key("cargo-binstall").key("crate");
            violations.unknown(at, "crate", id.as_str(), known);
        }
    }
}
