//! That a binary is of the target that it is shipped for, and starts on the oldest system that is promised.

use lockstep_binaries::{Binary, CxxNeed, GlibcNeed};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{PlannedFile, TargetPlan};
use lockstep_schemas::platform::{Cpu, Libc, Os, SystemVersion};
use lockstep_schemas::strings::{GlibcVersion, MacosVersion, TargetId};
use lockstep_schemas::wheel::{PlatformTag, WheelName};

use super::Subject;
use crate::findings::Findings;
use crate::{Digest, Recognized};

/// What is promised of the binaries in a file of a release.
pub(super) struct Promised<'a> {
    file: PlannedFile<'a>,
    target: Option<&'a TargetPlan>,
    /// What the name of a wheel promises besides.
    tags: Vec<PlatformTag<'a>>,
    /// Whether it brings a libstdc++ of its own along.
    pub(super) brings_cxx: bool,
}

/// A file that may be a binary.
pub(super) struct Looked<'a> {
    pub(super) name: &'a str,
    pub(super) is_linker_script: bool,
    pub(super) digest: &'a Digest,
    pub(super) recognized: &'a Recognized,
}

impl<'a> Promised<'a> {
    /// What a file of that name promises. `target` is the one that its binary is of where it is of none itself.
    pub(super) fn of(subject: Subject<'a>, target: Option<&TargetId>) -> Self {
        let file = subject.expected.file;
        let (of_file, tags) = match file {
            // An sdist is sources, whatever target's build made it; what lies in them is nobody's to run.
            PlannedFile::Sdist(_) => (None, Vec::new()),
            PlannedFile::Wheel(..) => {
                let platforms = WheelName::of(subject.name.as_str())
                    .map(|name| name.platforms)
                    .unwrap_or_default();
                (file.users(), platforms.into_iter().map(PlatformTag::of).collect())
            }
            PlannedFile::Archive(..)
            | PlannedFile::NpmPlatformPackage(..)
            | PlannedFile::NpmPackage(_)
            | PlannedFile::Crate(_)
            | PlannedFile::Binary(..) => (file.target(), Vec::new()),
        };
        let target = target.or(of_file).and_then(|target| subject.plan.target(target));
        Self { file, target, tags, brings_cxx: false }
    }

    /// Checks a file.
    pub(super) fn check(
        &self,
        looked: &Looked<'_>,
        about: &impl Fn(Rule, String) -> Diagnostic,
        findings: &mut Findings,
    ) {
        let Some(target) = self.target else { return };
        let binary = match looked.recognized {
            Ok(Some(binary)) => binary,
            Ok(None) => {
                is_none(looked, target, self.file, about, findings);
                return;
            }
            Err(what) => {
                return findings
                    .add(about(Rule::BinaryMismatch, format!("is a damaged binary: {what}")));
            }
        };
        if is_helper(looked.name, binary, target) {
            return;
        }
        if !binary.is_for(target.os, target.cpu) {
            let wanted = target.platform().label();
            let finding = about(Rule::BinaryMismatch, format!("is not for target `{}`", target.id));
            return findings.add(
                finding
                    .differs(&wanted, &binary.label())
                    .with_remedy("the build of that target must build it"),
            );
        }
        let of_tags = self.tags.iter().flat_map(|tag| tag.cpus());
        if let Some(cpu) = of_tags.into_iter().find(|cpu| !binary.is_for(target.os, *cpu)) {
            let what = format!("is not for {}, which the wheel's name says it is for", cpu.label());
            let finding = about(Rule::BinaryMismatch, what).differs(&cpu.label(), &binary.label());
            return findings.add(finding.with_remedy(
                "build it for every processor of the tag, or name the wheel for those that it has code for",
            ));
        }
        if binary.is_program
            && !looked.digest.executable
            && target.os != Os::Windows
            && keeps_bits(self.file)
        {
            findings.add(
                about(Rule::BinaryNotExecutable, "is a program without its execute bit".to_owned())
                    .with_remedy(
                        "run `chmod +x` on it in the build; an upload between jobs removes the execute bit",
                    ),
            );
        }
        if target.is_static && !binary.is_static() {
            let needs = binary.loader.as_ref().or(binary.libraries.first());
            let needs = needs.map_or("", String::as_str);
            let what = format!(
                "is not linked statically, as target `{}` promises: it needs `{needs}`",
                target.id
            );
            return findings.add(about(Rule::LibcMismatch, what).with_remedy(
                "link it statically (`-C target-feature=+crt-static`), or take `static` out of the model",
            ));
        }
        self.glibc(binary, target, about, findings);
        self.macos(binary, target, about, findings);
    }

    fn macos(
        &self,
        binary: &Binary,
        target: &TargetPlan,
        about: &impl Fn(Rule, String) -> Diagnostic,
        findings: &mut Findings,
    ) {
        let named = self.tags.iter().filter_map(|tag| match tag {
            PlatformTag::Macos(floor, _) => Some(*floor),
            PlatformTag::Any
            | PlatformTag::Manylinux(..)
            | PlatformTag::Musllinux(..)
            | PlatformTag::Other(_) => None,
        });
        let promised = target.macos.as_ref().map(MacosVersion::as_str).and_then(SystemVersion::of);
        let named = named.min();
        let Some(floor) = promised.into_iter().chain(named).min() else { return };
        // There is no older one on machines of Arm.
        let of_arm = SystemVersion { major: 11, minor: 0 };
        let oldest = |cpu: Cpu| if cpu == Cpu::Arm64 { floor.max(of_arm) } else { floor };
        let newer = binary.macos.iter().find(|(cpu, found)| *found > oldest(*cpu));
        if let Some((cpu, found)) = newer {
            let (of, way_out) = if named == Some(floor) && promised != Some(floor) {
                let way_out = format!("name the wheel for macOS {found}");
                ("that the wheel's name promises".to_owned(), way_out)
            } else {
                (format!("of target `{}`", target.id), "raise `macos` in the model".to_owned())
            };
            let finding = about(Rule::MacosFloor, format!("is not for the oldest macOS {of}"));
            let remedy = format!("build it with MACOSX_DEPLOYMENT_TARGET, or {way_out}");
            findings.add(
                finding.differs(&format!("{} or older", oldest(*cpu)), found).with_remedy(remedy),
            );
        }
    }

    fn glibc(
        &self,
        binary: &Binary,
        target: &TargetPlan,
        about: &impl Fn(Rule, String) -> Diagnostic,
        findings: &mut Findings,
    ) {
        if let Some((needs, of)) = self.other_libc(binary, target) {
            let finding = about(Rule::LibcMismatch, format!("needs {needs}, and {of}"));
            let other = if needs == "glibc" { "musl" } else { "glibc" };
            findings.add(finding.with_remedy(format!("build it against {other}")));
            return;
        }
        let promised = target.glibc.as_ref().map(GlibcVersion::as_str).and_then(SystemVersion::of);
        let named = self.tags.iter().filter_map(|tag| match tag {
            PlatformTag::Manylinux(floor, _) => Some(*floor),
            PlatformTag::Any
            | PlatformTag::Musllinux(..)
            | PlatformTag::Macos(..)
            | PlatformTag::Other(_) => None,
        });
        let named = named.min();
        let Some(floor) = promised.into_iter().chain(named).min() else { return };
        let is_newer = |need: &&GlibcNeed| match need {
            GlibcNeed::Release(release) => *release > floor,
            GlibcNeed::Other(_) => true,
        };
        let (of, way_out) = if named == Some(floor) && promised != Some(floor) {
            ("that the wheel's name promises".to_owned(), "name the wheel for a newer one")
        } else {
            (format!("of target `{}`", target.id), "raise `glibc` in the model")
        };
        // The newest says enough: whoever builds it anew is rid of all.
        if let Some(newest) = binary.glibc.iter().rev().find(is_newer) {
            let finding =
                about(Rule::GlibcFloor, format!("does not start on the oldest glibc {of}"));
            findings.add(finding.differs(&format!("GLIBC_{floor} or older"), newest).with_remedy(format!(
                "build it where glibc is {floor}, or {way_out}; `objdump -T` names the symbols of {newest}"
            )));
        }
        let too_new = |need: &CxxNeed| Some((*need, need.newest_with(floor)?));
        let newest = binary.cxx.iter().rev().find_map(too_new);
        if let Some((need, newest)) = newest.filter(|_| !self.brings_cxx) {
            let finding =
                about(Rule::GlibcFloor, format!("does not start where the oldest glibc {of} is"));
            findings.add(finding.differs(&format!("{newest} or older"), &need).with_remedy(format!(
                "systems with glibc {floor} have a libstdc++ with {newest}: build it there, or link libstdc++ statically (`-static-libstdc++`)"
            )));
        }
    }

    /// The C library that a binary needs and its users do not have, and why they do not.
    fn other_libc(&self, binary: &Binary, target: &TargetPlan) -> Option<(&'static str, String)> {
        let loader = binary.loader.as_deref().unwrap_or_default();
        let needs_musl = binary.needs_musl();
        let needs_glibc = !binary.glibc.is_empty() || loader.contains("/ld-linux");
        let has = |libc: Libc| format!("target `{}` has {}", target.id, libc.npm());
        let tagged = |is_of: fn(&PlatformTag<'_>) -> bool| self.tags.iter().any(is_of);
        match target.libc {
            Some(Libc::Musl) if needs_glibc => Some(("glibc", has(Libc::Musl))),
            Some(Libc::Glibc) if needs_musl => Some(("musl", has(Libc::Glibc))),
            _ if needs_glibc && tagged(|tag| matches!(tag, PlatformTag::Musllinux(..))) => {
                Some(("glibc", "the wheel's name says that musl is enough".to_owned()))
            }
            _ if needs_musl && tagged(|tag| matches!(tag, PlatformTag::Manylinux(..))) => {
                Some(("musl", "the wheel's name says that glibc is enough".to_owned()))
            }
            _ => None,
        }
    }
}

/// Whether a program or library for 32 bits stands beside those of a target of Windows, which runs it too, as a debugger's does. A module
/// that an interpreter loads must be of the interpreter's own platform.
fn is_helper(name: &str, binary: &Binary, target: &TargetPlan) -> bool {
    let is_loaded = [".pyd", ".node"].iter().any(|ending| name.ends_with(ending));
    target.os == Os::Windows && binary.os == Os::Windows && binary.cpus == [Cpu::Ia32] && !is_loaded
}

/// Reports a file that has a binary's name but another content: it is empty, or something else was put in its place.
fn is_none(
    looked: &Looked<'_>,
    target: &TargetPlan,
    file: PlannedFile<'_>,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    let name = looked.name.rsplit('/').next().unwrap_or(looked.name);
    let endings = [".exe", ".dll", ".node", ".pyd", ".dylib", ".so"];
    // A format that is not read, such as that of AIX or WebAssembly, is not judged by a name.
    let is_read = target.os.is_of_elf() || matches!(target.os, Os::Macos | Os::Windows);
    let is_called_one =
        is_read && !looked.is_linker_script && endings.iter().any(|ending| name.ends_with(ending));
    let is_empty = looked.digest.size == 0;
    let is_to_run = looked.digest.executable || matches!(file, PlannedFile::Binary(..));
    if is_called_one || (is_empty && is_to_run) {
        let what = if is_empty { "is empty" } else { "is not a binary" };
        let finding = about(Rule::BinaryMismatch, what.to_owned());
        let remedy = format!("the build of target `{}` must build it", target.id);
        findings.add(finding.with_remedy(remedy));
    }
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
