//! Targets with everything that follows from their triples.

use lockstep_schemas::image::{self, ImageLibc};
use lockstep_schemas::model::{BuildMode, ChannelKind, Model, OwnRunner, Target};
use lockstep_schemas::placeholder::{self, Placeholder};
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::platform::{Libc, Platform, known_triple};
use lockstep_schemas::runner::hosted;
use lockstep_schemas::strings::{ContainerImage, GlibcVersion, RunnerLabel, TargetId};
use lockstep_schemas::wheel::PlatformTag;

/// A target of the model, resolved; `None` where no platform is known for it, which the rules refuse.
#[must_use]
pub fn resolve(model: &Model, id: &TargetId, target: &Target) -> Option<TargetPlan> {
    let triple = target.triple.clone().or_else(|| known_triple(id))?;
    let platform = Platform::of(&triple)?;
    let glibc = target.glibc.clone().or_else(|| of_image(platform, target));
    let wheel = match platform.wheel(glibc.as_ref(), target.macos.as_ref()) {
        Some(tag) if target.is_static => match PlatformTag::of(&tag) {
            PlatformTag::Manylinux(_, cpu) | PlatformTag::Musllinux(_, cpu) => {
                Some(format!("manylinux_2_17_{cpu}.musllinux_1_1_{cpu}"))
            }
            // Elsewhere it is refused.
            PlatformTag::Any | PlatformTag::Macos(..) | PlatformTag::Other(_) => Some(tag),
        },
        wheel => wheel,
    };
    let wheel = wheel.and_then(|wheel| wheel.parse().ok());
    Some(TargetPlan {
        id: id.clone(),
        os: platform.os,
        cpu: platform.cpu,
        libc: platform.libc,
        is_static: target.is_static,
        reproducible: target.reproducible,
        runner: target.runner.clone(),
        cross_built_on: target
            .cross
            .then(|| runner(model, &target.runner).map(|runner| runner.os))
            .flatten(),
        emulator: target.emulator.clone(),
        container: target.container.clone(),
        glibc,
        macos: target.macos.clone(),
        npm: platform.npm(),
        suffix: target.suffix.clone().or_else(|| platform.archive_suffix().parse().ok())?,
        wheel: target.wheel.clone().or(wheel),
        triple,
    })
}

/// The glibc that the name of a target's image says.
fn of_image(platform: Platform, target: &Target) -> Option<GlibcVersion> {
    platform.libc.filter(|libc| *libc == Libc::Glibc)?;
    match image::libc(target.container.as_ref()?.as_str())? {
        ImageLibc::Glibc(major, minor) => format!("{major}.{minor}").parse().ok(),
        ImageLibc::Musl => None,
    }
}

/// A pattern with the facts of a target, and of a build mode where there is one, put in.
/// `{version}` stays: a plan is of every version.
pub(super) fn expand(
    pattern: &str,
    target: Option<&TargetPlan>,
    mode: Option<BuildMode>,
) -> String {
    placeholder::expand(pattern, |placeholder| {
        if let (Placeholder::Mode, Some(mode)) = (placeholder, mode) {
            return Some(mode.id().to_owned());
        }
        let target = target?;
        Some(match placeholder {
            Placeholder::Version | Placeholder::Mode => return None,
            Placeholder::Target => target.id.to_string(),
            Placeholder::Triple => target.triple.to_string(),
            Placeholder::Suffix => target.suffix.to_string(),
            Placeholder::Npm => target.npm.clone(),
            Placeholder::Wheel => target.wheel.as_ref()?.to_string(),
            Placeholder::Os => target.os.id().to_owned(),
            Placeholder::ExeSuffix => target.os.exe_suffix().to_owned(),
            Placeholder::DllPrefix => target.os.dll_prefix().to_owned(),
            Placeholder::DllSuffix => target.os.dll_suffix().to_owned(),
        })
    })
}

/// What a runner is: one of GitHub's own, or of the project's; `None` where it is neither, which the rules refuse.
#[must_use]
pub fn runner(model: &Model, label: &RunnerLabel) -> Option<OwnRunner> {
    let of_github =
        hosted(label.as_str()).map(|runner| OwnRunner { os: runner.os, cpu: runner.cpu });
    of_github.or_else(|| model.runners.get(label).cloned())
}

/// Where a target is delivered.
#[derive(Debug, Clone, Copy)]
pub struct DeliveredOn<'m> {
    /// The runner.
    pub runner: &'m RunnerLabel,
    /// The image, where no runner has its users' system.
    pub container: Option<&'m ContainerImage>,
}

/// Where a channel's clients install a target as its users do; none where no runner is like theirs: of what is cross-built nobody
/// knows one, and packages for musl are installed in a system of musl alone.
#[must_use]
pub fn delivered_on<'m>(
    id: &TargetId,
    target: &'m Target,
    channel: ChannelKind,
) -> Option<DeliveredOn<'m>> {
    let built_on = (!target.cross).then_some(&target.runner);
    let runner = target.delivered_on.as_ref().or(built_on)?;
    let triple = target.triple.clone().or_else(|| known_triple(id));
    // One that nobody knows the rules refuse.
    let platform = triple.as_ref().and_then(Platform::of);
    let is_musl = platform.is_some_and(|platform| platform.libc == Some(Libc::Musl));
    let is_musl = is_musl && !target.is_static;
    let of_build = target
        .container
        .as_ref()
        .filter(|image| is_musl && image::libc(image.as_str()) == Some(ImageLibc::Musl));
    // Homebrew is in no image.
    let container = target.delivered_in.as_ref().or(of_build);
    let container = container.filter(|_| channel != ChannelKind::Homebrew);
    let asks_for_musl = match channel {
        ChannelKind::Npm | ChannelKind::Pypi => true,
        // Programs for musl run on glibc too.
        ChannelKind::GithubRelease
        | ChannelKind::CratesIo
        | ChannelKind::Homebrew
        | ChannelKind::CargoBinstall => false,
    };
    let is_like_theirs = !is_musl || !asks_for_musl || container.is_some();
    is_like_theirs.then_some(DeliveredOn { runner, container })
}
