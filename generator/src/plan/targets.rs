//! Targets with everything that follows from their triples.

use lockstep_schemas::model::{BuildMode, Target};
use lockstep_schemas::placeholder::{self, Placeholder};
use lockstep_schemas::plan::TargetPlan;
use lockstep_schemas::platform::{Platform, known_triple};
use lockstep_schemas::strings::{RunnerLabel, TargetId};

/// A target of the model, resolved; `None` where no platform is known for it, which the rules refuse.
pub(super) fn resolve((id, target): (&TargetId, &Target)) -> Option<TargetPlan> {
    let triple = target.triple.clone().or_else(|| known_triple(id))?;
    let platform = Platform::of(&triple)?;
    let wheel = platform.wheel(target.glibc.as_ref(), target.macos.as_ref());
    Some(TargetPlan {
        id: id.clone(),
        os: platform.os,
        cpu: platform.cpu,
        libc: platform.libc,
        runner: target.runner.clone(),
        container: target.container.clone(),
        glibc: target.glibc.clone(),
        macos: target.macos.clone(),
        npm: platform.npm(),
        suffix: target.suffix.clone().or_else(|| platform.archive_suffix().parse().ok())?,
        wheel: target.wheel.clone().or_else(|| wheel.parse().ok())?,
        triple,
    })
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
            Placeholder::Wheel => target.wheel.to_string(),
            Placeholder::Os => target.os.id().to_owned(),
            Placeholder::ExeSuffix => target.os.exe_suffix().to_owned(),
            Placeholder::DllPrefix => target.os.dll_prefix().to_owned(),
            Placeholder::DllSuffix => target.os.dll_suffix().to_owned(),
        })
    })
}

/// Whether a label is one of GitHub's own runners
/// ([list](https://docs.github.com/en/actions/reference/runners/github-hosted-runners)).
#[must_use]
pub fn is_hosted(label: &RunnerLabel) -> bool {
    const HOSTED: [&str; 21] = [
        "ubuntu-latest",
        "ubuntu-24.04",
        "ubuntu-24.04-arm",
        "ubuntu-22.04",
        "ubuntu-22.04-arm",
        "ubuntu-slim",
        "windows-latest",
        "windows-2025",
        "windows-2022",
        "windows-11-arm",
        "macos-latest",
        "macos-latest-large",
        "macos-26",
        "macos-26-large",
        "macos-26-xlarge",
        "macos-15",
        "macos-15-intel",
        "macos-15-large",
        "macos-15-xlarge",
        "macos-14",
        "macos-14-large",
    ];
    HOSTED.contains(&label.as_str())
}
