//! That a binary is of the target that it is shipped for, and starts on the oldest system that is promised.

use lockstep_binaries::{Binary, GlibcNeed, SystemVersion};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{PlannedFile, TargetPlan};
use lockstep_schemas::platform::{Libc, Os};
use lockstep_schemas::strings::{GlibcVersion, MacosVersion, TargetId};

use super::Release;
use super::findings::Findings;
use crate::{Expected, Recognized};

/// Checks a file that may be a binary. `target` is the one that it is of where its artifact is of none.
pub(super) fn check(
    release: Release<'_>,
    expected: &Expected<'_>,
    target: Option<&TargetId>,
    recognized: &Recognized,
    executable: bool,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    let file = expected.file;
    let target = match file {
        // An sdist is sources, whatever target's build made it; what lies in them is nobody's to run.
        PlannedFile::Sdist(_) => return,
        PlannedFile::Archive(..)
        | PlannedFile::NpmPlatformPackage(..)
        | PlannedFile::NpmPackage(_)
        | PlannedFile::Wheel(..)
        | PlannedFile::Crate(_)
        | PlannedFile::Binary(..) => target.or(file.target()),
    };
    let Some(target) = target.and_then(|target| release.plan.target(target)) else { return };
    let binary = match recognized {
        Ok(Some(binary)) => binary,
        Ok(None) => return,
        Err(what) => {
            return findings
                .add(about(Rule::BinaryMismatch, format!("is a damaged binary: {what}")));
        }
    };
    if !binary.is_for(target.os, target.cpu) {
        let wanted = format!("{} on {}", target.os.label(), target.cpu.npm());
        let finding = about(Rule::BinaryMismatch, format!("is not for target `{}`", target.id));
        return findings.add(
            finding
                .differs(&wanted, &binary.label())
                .with_remedy("the build of that target must build it"),
        );
    }
    if binary.is_program && !executable && target.os != Os::Windows && keeps_bits(file) {
        findings.add(
            about(Rule::BinaryNotExecutable, "is a program without its execute bit".to_owned())
                .with_remedy(
                    "run `chmod +x` on it in the build; an upload between jobs removes the execute bit",
                ),
        );
    }
    glibc(binary, target, file, about, findings);
    let floor = floor(file, target.macos.as_ref().map(MacosVersion::as_str), "macosx_");
    let found = binary.macos.iter().find(|(cpu, _)| *cpu == target.cpu).map(|(_, macos)| *macos);
    if let (Some(floor), Some(found)) = (floor, found)
        && found > floor
    {
        let finding = about(
            Rule::MacosFloor,
            format!("is not for the oldest macOS of target `{}`", target.id),
        );
        findings.add(
            finding.differs(&format!("{floor} or older"), &found).with_remedy(
                "build it with MACOSX_DEPLOYMENT_TARGET, or raise `macos` in the model",
            ),
        );
    }
}

fn glibc(
    binary: &Binary,
    target: &TargetPlan,
    file: PlannedFile<'_>,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    let loader = binary.loader.as_deref().unwrap_or_default();
    let needs = match target.libc {
        Some(Libc::Musl) if !binary.glibc.is_empty() || loader.contains("/ld-linux") => "glibc",
        Some(Libc::Glibc) if loader.contains("/ld-musl") => "musl",
        _ => "",
    };
    if let Some(libc) = target.libc.filter(|_| !needs.is_empty()) {
        let libc = libc.npm();
        let finding = about(
            Rule::LibcMismatch,
            format!("needs {needs}, and target `{}` has {libc}", target.id),
        );
        findings.add(finding.with_remedy(format!("build it against {libc}")));
        return;
    }
    let glibc = target.glibc.as_ref().map(GlibcVersion::as_str);
    let Some(floor) = floor(file, glibc, "manylinux_") else { return };
    let is_newer = |need: &&GlibcNeed| match need {
        GlibcNeed::Release(release) => *release > floor,
        GlibcNeed::Other(_) => true,
    };
    // The newest says enough: whoever builds it anew is rid of all.
    let Some(newest) = binary.glibc.iter().rev().find(is_newer) else { return };
    let finding = about(
        Rule::GlibcFloor,
        format!("does not start on the oldest glibc of target `{}`", target.id),
    );
    findings.add(finding.differs(&format!("GLIBC_{floor} or older"), newest).with_remedy(format!(
        "build it where glibc is {floor}, or raise `glibc` in the model; `objdump -T` names the symbols of {newest}"
    )));
}

/// Whether a file of this kind keeps execute bits; one that is shipped as it was built has nowhere to.
fn keeps_bits(file: PlannedFile<'_>) -> bool {
    match file {
        PlannedFile::Binary(..) => false,
        PlannedFile::Archive(..)
        | PlannedFile::NpmPlatformPackage(..)
        | PlannedFile::NpmPackage(_)
        | PlannedFile::Wheel(..)
        | PlannedFile::Sdist(_)
        | PlannedFile::Crate(_) => true,
    }
}

/// The oldest system that is promised: the target's, or else the oldest that a tag of the wheel names.
fn floor(file: PlannedFile<'_>, promised: Option<&str>, tag: &str) -> Option<SystemVersion> {
    if let Some(promised) = promised {
        return SystemVersion::of(promised);
    }
    let PlannedFile::Wheel(_, wheel) = file else { return None };
    let named = wheel.platforms.iter().filter_map(|platform| {
        let mut parts = platform.as_str().strip_prefix(tag)?.splitn(3, '_');
        SystemVersion::of(&format!("{}.{}", parts.next()?, parts.next()?))
    });
    named.min()
}
