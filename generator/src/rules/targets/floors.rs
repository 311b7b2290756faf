//! Floors: that they are of the target's own system, that something meets them, and that its wheels promise no more.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::image::{ImageLibc, libc};
use lockstep_schemas::model::{Artifact, Model, Target};
use lockstep_schemas::platform::{Libc, Os, Platform, SystemVersion};
use lockstep_schemas::runner::hosted;
use lockstep_schemas::strings::{GlobPattern, TargetId};
use lockstep_schemas::wheel::PlatformTag;

use crate::violation::{Path, Violations};

pub(super) fn check(platform: Platform, target: &Target, at: &Path, violations: &mut Violations) {
    if target.glibc.is_some() && platform.libc != Some(Libc::Glibc) {
        violations.add(
            Rule::FloorMisplaced,
            at.key_itself("glibc"),
            "`glibc` on a target that does not use glibc",
            "take it out",
        );
    }
    if target.is_static && platform.os != Os::Linux {
        violations.add(
            Rule::FloorMisplaced,
            at.key_itself("static"),
            format!(
                "`static` on a target of {}: on Linux alone there are several C libraries",
                platform.os.label()
            ),
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

/// That something makes what is built start on the oldest glibc that is promised. Every program that is linked where glibc is
/// [2.34](https://sourceware.org/glibc/wiki/Release/2.34) or later needs that, for its `main` is started by a symbol of it.
pub(super) fn are_met(
    model: &Model,
    platform: Platform,
    (id, target): (&TargetId, &Target),
    at: &Path,
    violations: &mut Violations,
) {
    const STARTS_MAIN: (u16, u16) = (2, 34);
    let Some(glibc) = &target.glibc else { return };
    let has = |version: (u16, u16)| SystemVersion {
        major: u32::from(version.0),
        minor: u32::from(version.1),
    };
    let Some(floor) = SystemVersion::of(glibc.as_str()) else { return };
    let is_met = target.linker.is_some() || floor >= has(STARTS_MAIN);
    if platform.libc != Some(Libc::Glibc) || is_met || !ships_programs(model, id) {
        return;
    }
    let (built_in, where_) = match &target.container {
        Some(image) => match libc(image.as_str()) {
            Some(ImageLibc::Glibc(major, minor)) => ((major, minor), "this image".to_owned()),
            Some(ImageLibc::Musl) | None => return,
        },
        None => match hosted(target.runner.as_str()).and_then(|runner| runner.glibc) {
            Some(glibc) if !model.runners.contains_key(&target.runner) => {
                (glibc, format!("`{}`", target.runner))
            }
            _ => return,
        },
    };
    if built_in >= STARTS_MAIN {
        let (major, minor) = built_in;
        let message = format!(
            "{where_} has glibc {major}.{minor}, and every program that is linked with it needs 2.34 or later: {glibc} cannot be promised"
        );
        violations.add(
            Rule::FloorUnmet,
            at.key("glibc"),
            message,
            format!("build in a `container` with glibc {glibc}, or link against that by zig and write `linker: zig`, or promise `glibc: \"2.34\"`"),
        );
    }
}

/// Whether an artifact has programs of a target. What an interpreter loads, an addon of Node or an extension of `CPython`, starts no `main`.
fn ships_programs(model: &Model, target: &TargetId) -> bool {
    let is_addon = |place: &GlobPattern| place.as_str().rsplit('.').next() == Some("node");
    let has = |artifact: &Artifact| match artifact {
        Artifact::Wheel(wheel) => {
            wheel.pythons.iter().any(|python| python.as_str().starts_with("py"))
        }
        Artifact::NpmPlatformPackage(package) => !package.files.values().all(is_addon),
        Artifact::NpmPackage(package) => !package.native_files.values().all(is_addon),
        Artifact::Archive(_) | Artifact::Binary(_) => true,
        Artifact::Sdist(_) | Artifact::Crate(_) => false,
    };
    let of_it =
        |artifact: &&Artifact| artifact.targets().is_none_or(|targets| targets.contains(target));
    model.artifacts.values().filter(of_it).any(has)
}

/// That the tags of a target's wheels are of its platform, and promise no older system than its floor.
pub(super) fn of_wheels(
    platform: Platform,
    target: &Target,
    at: &Path,
    violations: &mut Violations,
) {
    let Some(tags) = &target.wheel else { return };
    let at = at.key("wheel");
    let own = platform.wheel(None, None);
    let slices = platform.cpu.slices();
    let mut named = Vec::new();
    for tag in tags.as_str().split('.') {
        let read = PlatformTag::of(tag);
        let fits = match read {
            PlatformTag::Any => false,
            PlatformTag::Manylinux(..) | PlatformTag::Musllinux(..) => platform.os == Os::Linux,
            PlatformTag::Macos(..) => platform.os == Os::Macos,
            PlatformTag::Other(tag) => {
                // Of no particular distribution, as only indices of one's own take it.
                let is_plain = platform.os == Os::Linux && tag.starts_with("linux_");
                own.as_deref() == Some(tag)
                    || is_plain
                    || (platform.os.runner().is_none() && tag.starts_with(platform.os.id()))
            }
        };
        let cpus = read.cpus();
        let serves =
            own.is_none() || (!cpus.is_empty() && cpus.iter().all(|cpu| slices.contains(cpu)));
        named.extend(cpus);
        if !fits || !serves {
            let remedy = own.as_ref().map_or_else(
                || "write a tag of this target's own system and processor".to_owned(),
                |own| format!("write a tag such as `{own}`, or leave it out"),
            );
            let message = format!("`{tag}` is not a platform tag of {}", platform.label());
            violations.add(Rule::WheelTag, at.clone(), message, remedy);
            continue;
        }
        let promised = match (read, &target.glibc, &target.macos) {
            (PlatformTag::Manylinux(floor, _), Some(glibc), _) => {
                Some((floor, glibc.as_str(), "glibc"))
            }
            (PlatformTag::Macos(floor, _), _, Some(macos)) => {
                Some((floor, macos.as_str(), "macos"))
            }
            _ => None,
        };
        if let Some((floor, own, key)) = promised
            && SystemVersion::of(own).is_some_and(|own| floor < own)
        {
            violations.add(
                Rule::WheelTag,
                at.clone(),
                format!("`{tag}` promises more than the target's own `{key}: \"{own}\"`"),
                format!("raise the tag's floor to {own}, or lower `{key}` to {floor}"),
            );
        }
    }
    let lacks = slices.iter().find(|cpu| own.is_some() && !named.contains(cpu));
    if let Some(lacks) = lacks.filter(|_| !named.is_empty()) {
        let message = format!("no tag of it serves {}", lacks.label());
        let own = own.unwrap_or_default();
        violations.add(Rule::WheelTag, at, message, format!("add one, such as `{own}`"));
    }
}
