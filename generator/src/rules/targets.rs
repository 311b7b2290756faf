//! Targets: that a platform is known, and that its runner, container and floors fit it.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{Model, Target};
use lockstep_schemas::platform::{KNOWN_TARGETS, Libc, Os, Platform, known_triple};
use lockstep_schemas::strings::TargetId;

use crate::suggest;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    for (id, target) in &model.targets {
        let at = Path::of("targets").key(id);
        if let Some(platform) = platform(id, target, &at, violations) {
            floors(platform, target, &at, violations);
            container(platform, target, &at, violations);
            runner(platform, target, &at, violations);
        }
    }
}

fn platform(
    id: &TargetId,
    target: &Target,
    at: &Path,
    violations: &mut Violations,
) -> Option<Platform> {
    let Some(triple) = target.triple.clone().or_else(|| known_triple(id)) else {
        let known: Vec<&str> = KNOWN_TARGETS.iter().map(|(id, _)| *id).collect();
        let nearest = suggest::nearest(id.as_str(), &known);
        let meant = nearest.map(|nearest| format!("did you mean `{nearest}`? If not, "));
        violations.add(
            Rule::UnknownTarget,
            Path::of("targets").key_itself(id),
            format!("`{id}` is not a target that Lockstep knows, and has no `triple`"),
            meant.unwrap_or_default() + "give its triple: `triple: x86_64-unknown-linux-gnu`",
        );
        return None;
    };
    let platform = Platform::of(&triple);
    if platform.is_none() {
        violations.add(
            Rule::UnknownPlatform,
            at.key("triple"),
            format!("Lockstep does not know the platform of `{triple}`"),
            "write a triple of Linux with glibc or musl, macOS or Windows",
        );
    }
    if let (Some(platform), Some(known)) = (platform, known_triple(id))
        && Platform::of(&known) != Some(platform)
    {
        let fits = |(_, triple): &&(&str, &str)| {
            triple.parse().is_ok_and(|triple| Platform::of(&triple) == Some(platform))
        };
        let other = KNOWN_TARGETS.iter().find(fits);
        let other = other.map_or("something else".to_owned(), |(id, _)| format!("`{id}`"));
        violations.add(
            Rule::TargetMisnamed,
            at.key("triple"),
            format!("`{id}` is the name of `{known}`, not of `{triple}`"),
            format!("call the target {other}, or take the triple out"),
        );
    }
    platform
}

fn floors(platform: Platform, target: &Target, at: &Path, violations: &mut Violations) {
    if target.glibc.is_some() && platform.libc != Some(Libc::Glibc) {
        violations.add(
            Rule::FloorMisplaced,
            at.key_itself("glibc"),
            "`glibc` on a target that does not use glibc",
            "take it out",
        );
    }
    if target.macos.is_some() && platform.os != Os::Macos {
        violations.add(
            Rule::FloorMisplaced,
            at.key_itself("macos"),
            format!("`macos` on a target of {}", platform.os.label()),
            "take it out",
        );
    }
}

/// What is built is smoke-tested on the same runner, which must so be of the target's system.
fn runner(platform: Platform, target: &Target, at: &Path, violations: &mut Violations) {
    let label = target.runner.as_str();
    let os = match label.split('-').next() {
        Some("ubuntu") => Os::Linux,
        Some("macos") => Os::Macos,
        Some("windows") => Os::Windows,
        _ => return,
    };
    // A container on a runner of another system is told by itself.
    if os != platform.os && target.container.is_none() {
        violations.add(
            Rule::RunnerMismatch,
            at.key("runner"),
            format!("`{label}` cannot smoke-test a target of {}", platform.os.label()),
            format!("write a runner of {}", platform.os.label()),
        );
    }
}

/// Containers run on Linux runners alone
/// ([documentation](https://docs.github.com/en/actions/how-tos/write-workflows/choose-where-workflows-run/run-jobs-in-a-container)).
fn container(platform: Platform, target: &Target, at: &Path, violations: &mut Violations) {
    if target.container.is_none() {
        return;
    }
    let runner = target.runner.as_str();
    if runner.starts_with("macos-") || runner.starts_with("windows-") {
        violations.add(
            Rule::ContainerMisplaced,
            at.key_itself("container"),
            format!("a container on the runner `{runner}`: containers run only on Linux runners"),
            "take it out, or build on a Linux runner",
        );
    } else if platform.os != Os::Linux {
        violations.add(
            Rule::ContainerMisplaced,
            at.key_itself("container"),
            format!("a Linux container cannot smoke-test a target of {}", platform.os.label()),
            "take it out",
        );
    }
}
