//! Targets: that a platform is known, and that its runner, container and floors fit it.

mod floors;

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::image::{GLIBC_OF_ACTIONS, ImageLibc, libc};
use lockstep_schemas::model::{Model, Target};
use lockstep_schemas::platform::{
    Cpu, KNOWN_TARGETS, Libc, Os, Platform, RunnerOs, known_triple, meant, triples,
};
use lockstep_schemas::runner::{HOSTED, Served, hosted};
use lockstep_schemas::strings::{RunnerLabel, TargetId, Triple};

use crate::plan;
use crate::suggest;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    for (id, target) in &model.targets {
        let at = Path::of("targets").key(id);
        if let Some(platform) = platform(id, target, &at, violations) {
            floors::check(platform, target, &at, violations);
            floors::are_met(model, platform, (id, target), &at, violations);
            floors::of_wheels(platform, target, &at, violations);
            container(platform, target, &at, violations);
            image(model, platform, target, &at, violations);
            runner(model, platform, target, &at, violations);
        }
    }
    labels(model, violations);
}

/// Whether a target of the model is one of Windows.
pub(super) fn is_windows(model: &Model, id: &TargetId) -> bool {
    let triple = model.targets.get(id).and_then(|target| target.triple.clone());
    let platform = triple.or_else(|| known_triple(id)).and_then(|triple| Platform::of(&triple));
    platform.is_some_and(|platform| platform.os == Os::Windows)
}

fn platform(
    id: &TargetId,
    target: &Target,
    at: &Path,
    violations: &mut Violations,
) -> Option<Platform> {
    let Some(triple) = target.triple.clone().or_else(|| known_triple(id)) else {
        let known: Vec<&str> = KNOWN_TARGETS.iter().map(|(id, _)| *id).collect();
        let nearest =
            meant(id.as_str()).or_else(|| suggest::nearest_within(id.as_str(), &known, 1));
        let remedy = nearest.map_or_else(
            || "give its triple, one of `rustc --print target-list`: `triple: …`".to_owned(),
            |nearest| {
                format!("did you mean `{nearest}`? If not, give its triple, one of `rustc --print target-list`")
            },
        );
        violations.add(
            Rule::UnknownTarget,
            Path::of("targets").key_itself(id),
            format!("`{id}` is not a target that Lockstep knows, and has no `triple`"),
            remedy,
        );
        return None;
    };
    let platform = Platform::of(&triple);
    if platform.is_none() {
        violations.add(
            Rule::UnknownPlatform,
            at.key("triple"),
            format!("`{triple}` is not a triple that rustc knows"),
            unknown_triple(&triple),
        );
    }
    // What is linked statically is for users of every C library.
    let alike = |one: Platform, other: Platform| {
        one == other || (target.is_static && (one.os, one.cpu) == (other.os, other.cpu))
    };
    if let (Some(platform), Some(known)) = (platform, known_triple(id))
        && !Platform::of(&known).is_some_and(|known| alike(known, platform))
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

/// What to write in place of a triple that is none.
fn unknown_triple(triple: &Triple) -> String {
    let known: Vec<&str> = triples().collect();
    let of_name = || {
        let id = meant(triple.as_str())?;
        KNOWN_TARGETS.iter().find(|(known, _)| *known == id).map(|(_, triple)| *triple)
    };
    suggest::nearest_within(triple.as_str(), &known, 2).or_else(of_name).map_or_else(
        || "write one of `rustc --print target-list`".to_owned(),
        |nearest| format!("did you mean `{nearest}`?"),
    )
}

/// What is built is smoke-tested on the same runner, which must so be of the target's system and processor.
fn runner(
    model: &Model,
    platform: Platform,
    target: &Target,
    at: &Path,
    violations: &mut Violations,
) {
    let Some(runner) = plan::runner(model, &target.runner) else { return };
    let is_own = runner.os.os() == platform.os && runs(runner.os, runner.cpu, platform.cpu);
    let label = target.runner.as_str();
    if target.cross && is_own {
        violations.add(
            Rule::RunnerMismatch,
            at.key("cross"),
            format!(
                "`{label}` is of this target's own system and processor, so nothing is cross-built"
            ),
            "take `cross` out",
        );
    }
    if target.emulator.is_some() && !target.cross {
        let message = "an emulator runs what is cross-built, and this target is not";
        violations.add(Rule::RunnerMismatch, at.key("emulator"), message, "take `emulator` out");
    }
    // A container on a runner of another system is told by itself.
    let is_other_system = runner.os.os() != platform.os && target.container.is_none();
    let is_other_processor = runner.os.os() == platform.os && !is_own;
    if !target.cross && (is_other_system || is_other_processor) {
        let own = platform.label();
        let remedy = match platform.os.runner() {
            Some(_) => {
                format!("write a runner of {own}, or `cross: true` where another one builds it")
            }
            None => "write `cross: true`: no runner has that system".to_owned(),
        };
        violations.add(
            Rule::RunnerMismatch,
            at.key("runner"),
            format!("`{label}` cannot smoke-test a target of {own}"),
            remedy,
        );
    }
}

/// Whether what is built for a processor runs on another.
fn runs(os: RunnerOs, on: Cpu, built_for: Cpu) -> bool {
    let is_older = matches!(
        (os, on, built_for),
        (RunnerOs::Windows | RunnerOs::Linux, Cpu::X64, Cpu::Ia32) | (_, Cpu::Arm, Cpu::Armv6)
    );
    built_for.slices().contains(&on) || is_older
}

/// A label is one of GitHub's own that is still served, or one of the project's.
pub(super) fn label(model: &Model, label: &RunnerLabel, at: Path, violations: &mut Violations) {
    match hosted(label.as_str()).map(|runner| runner.served) {
        Some(Served::Yes | Served::Unsupported { .. }) => {}
        Some(Served::Gone { instead }) => violations.add(
            Rule::RunnerGone,
            at,
            format!("GitHub does not serve `{label}` any more, so a job would wait for it in vain"),
            format!("write `{instead}`"),
        ),
        None if model.runners.contains_key(label) => {}
        None => {
            let served =
                HOSTED.iter().filter(|runner| !matches!(runner.served, Served::Gone { .. }));
            let served = served.map(|runner| runner.label);
            let known: Vec<&str> =
                served.chain(model.runners.keys().map(RunnerLabel::as_str)).collect();
            let nearest = suggest::nearest(label.as_str(), &known);
            let meant =
                nearest.map(|nearest| format!("did you mean `{nearest}`? If it is your own, "));
            violations.add(
                Rule::UnknownRunner,
                at,
                format!(
                    "`{label}` is neither one of GitHub's runners nor one of the project's own"
                ),
                meant.unwrap_or_default()
                    + &format!(
                        "say what it is: `runners: {{ {label}: {{ os: linux, cpu: x64 }} }}`"
                    ),
            );
        }
    }
}

fn labels(model: &Model, violations: &mut Violations) {
    label(model, &model.runner, Path::of("runner"), violations);
    for (id, target) in &model.targets {
        let at = Path::of("targets").key(id);
        label(model, &target.runner, at.key("runner"), violations);
        if let Some(other) = &target.delivered_on {
            label(model, other, at.key("delivered-on"), violations);
        }
    }
    for own in model.runners.keys() {
        if hosted(own.as_str()).is_some() {
            violations.add(
                Rule::UnknownRunner,
                Path::of("runners").key_itself(own),
                format!("`{own}` is a label of GitHub's own"),
                "give yours another label",
            );
        }
    }
}

/// Actions run in a target's container by the runner's own Node, which must so start there.
fn image(
    model: &Model,
    platform: Platform,
    target: &Target,
    at: &Path,
    violations: &mut Violations,
) {
    let on_arm = |label| plan::runner(model, label).is_some_and(|one| one.cpu == Cpu::Arm64);
    let delivers = target.delivered_on.as_ref().unwrap_or(&target.runner);
    if let Some(image) = &target.delivered_in
        && libc(image.as_str()) == Some(ImageLibc::Musl)
        && on_arm(delivers)
    {
        let message = "no action runs in this image: on arm64 the runner has no Node for musl";
        let remedy = "take it out, and promise `preview` where its users need musl";
        violations.add(Rule::ContainerUnfit, at.key("delivered-in"), message, remedy);
    }
    let Some(image) = &target.container else { return };
    let on_arm = on_arm(&target.runner);
    let way_out = "build in it by a step, `docker run`, on a target without `container`";
    match libc(image.as_str()) {
        Some(ImageLibc::Glibc(major, minor)) if (major, minor) < GLIBC_OF_ACTIONS => {
            let message = format!(
                "no action runs in this image: it has glibc {major}.{minor}, and the runner's Node needs 2.28"
            );
            let remedy = format!("take a newer image, such as manylinux_2_28, or {way_out}");
            violations.add(Rule::ContainerUnfit, at.key("container"), message, remedy);
        }
        Some(ImageLibc::Musl) if on_arm => {
            let message = "no action runs in this image: on arm64 the runner has no Node for musl";
            let remedy = format!("take an image with glibc, or {way_out}");
            violations.add(Rule::ContainerUnfit, at.key("container"), message, remedy);
        }
        None if platform.libc == Some(Libc::Glibc) && target.glibc.is_none() => violations.add(
            Rule::FloorMissing,
            at.key("container"),
            "what this image builds needs some glibc, and its name does not say which",
            "say the oldest that its binaries start with: `glibc: \"2.31\"`",
        ),
        Some(_) | None => {}
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
