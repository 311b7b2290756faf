//! Channels: that what they ship can be shipped there, that credentials fit.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::manifest::names;
use lockstep_schemas::model::{
    Artifact, ArtifactKind, Auth, ChannelKind, Channels, Common, FormulaUpdate, GithubRelease,
    Model, NpmAccess, SumsAsset,
};
use lockstep_schemas::notes::{Part, parts, unknown};
use lockstep_schemas::placeholder::{self, Placeholder};
use lockstep_schemas::plan::ArtifactPlan;
use lockstep_schemas::runner::hosted;
use lockstep_schemas::strings::{FileNamePattern, Id, NotesTemplate, Text};

use super::tiers;
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
    tiers::deferred(model, violations);
    tiers::advisory(model, violations);
    for common in channels {
        let at = Path::of("channels").key(common.kind);
        artifacts(model, &common, &at, violations);
        tiers::check(model, &common, &at, violations);
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
    let attestation = release.attestation.as_ref().map(FileNamePattern::as_str);
    attested(model, attestation, &at.key("attestation"), violations);
    let own = [
        ("manifest", Some(manifest.unwrap_or(&default))),
        ("sums", sums),
        ("attestation", attestation),
    ];
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
    templates(release, &at, violations);
}

/// The placeholders of its title and its notes.
fn templates(release: &GithubRelease, at: &Path, violations: &mut Violations) {
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

/// That there is an attestation, and that it is called what its readers open: `gh` goes by the end of its name
/// ([documentation](https://cli.github.com/manual/gh_attestation_verify)).
fn attested(model: &Model, name: Option<&str>, at: &Path, violations: &mut Violations) {
    let Some(name) = name else { return };
    if !model.attestations {
        violations.add(
            Rule::AssetMissing,
            at.clone(),
            format!(
                "`{name}` is to be the bundle's attestation, and `attestations: false` makes none"
            ),
            "take out `attestation` here, or `attestations: false`",
        );
    }
    if name.strip_suffix(".jsonl").is_none() {
        violations.add(
            Rule::WrongForm,
            at.clone(),
            format!(
                "`{name}` does not end in `.jsonl`, as a file of attestations, one a line, must for `gh attestation verify`"
            ),
            format!("call it `{}.jsonl`", name.trim_end_matches(".json")),
        );
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
