//! What a target triple says of a platform, in each ecosystem's own words.

mod cpu;
mod known;
mod os;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr as _;

use crate::strings::{GlibcVersion, MacosVersion, Triple};

use target_lexicon::{
    Aarch64Architecture, Architecture, ArmArchitecture, Environment, Mips64Architecture,
    OperatingSystem, Riscv64Architecture,
};

pub use cpu::{Cpu, Libc};
pub use known::{KNOWN_TARGETS, known_triple, meant};
pub use os::{Os, RunnerOs};

/// The number of a release of a system or of its C library: the first two parts of its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SystemVersion {
    /// The first part.
    pub major: u32,
    /// The second.
    pub minor: u32,
}

impl SystemVersion {
    /// Reads a text such as `2.31`, or `11` for `11.0`.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let major = parts.next()??;
        let minor = parts.next().map_or(Some(0), |minor| minor)?;
        Some(Self { major, minor })
    }
}

impl fmt::Display for SystemVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The triple of what is for both processors of macOS at once. It is napi-rs's and not rustc's, which builds each of
/// `x86_64-apple-darwin` and `aarch64-apple-darwin`; `lipo` makes one file of the two.
pub const UNIVERSAL: &str = "universal-apple-darwin";

/// The triples that rustc knows
/// ([list](https://doc.rust-lang.org/rustc/platform-support.html)), and [`UNIVERSAL`].
pub fn triples() -> impl Iterator<Item = &'static str> {
    include_str!("triples.txt").lines().chain([UNIVERSAL])
}

/// What a triple says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The operating system.
    pub os: Os,
    /// The processor.
    pub cpu: Cpu,
    /// The C library, on Linux, where it is one that users tell apart.
    pub libc: Option<Libc>,
}

impl Platform {
    /// Reads a triple; `None` where it is none.
    #[must_use]
    pub fn of(triple: &Triple) -> Option<Self> {
        let triple = triple.as_str();
        if !triples().any(|known| known == triple) {
            return None;
        }
        if triple == UNIVERSAL {
            return Some(Self { os: Os::Macos, cpu: Cpu::Universal, libc: None });
        }
        match target_lexicon::Triple::from_str(triple) {
            Ok(triple) => Some(Self::read(&triple)),
            // rustc knows systems that nothing else is said of.
            Err(_) => Some(Self::named(triple)),
        }
    }

    fn read(triple: &target_lexicon::Triple) -> Self {
        let libc = match triple.environment {
            Environment::Gnu
            | Environment::Gnuabi64
            | Environment::Gnueabi
            | Environment::Gnueabihf => Some(Libc::Glibc),
            Environment::Musl
            | Environment::Musleabi
            | Environment::Musleabihf
            | Environment::Muslabi64 => Some(Libc::Musl),
            _ => None,
        };
        let os = os(triple);
        let is_of_users = os != Os::Linux || libc.is_some();
        // An ABI of its own, such as x32's, is a platform of its own.
        let cpu = if is_of_users { cpu(triple.architecture) } else { Cpu::Other };
        Self { os, cpu, libc: libc.filter(|_| os == Os::Linux) }
    }

    /// What the words of a triple say that only rustc knows.
    fn named(triple: &str) -> Self {
        let is_wasm = triple.starts_with("wasm");
        let (os, cpu) = if is_wasm { (Os::Wasm, Cpu::Wasm32) } else { (Os::Other, Cpu::Other) };
        Self { os, cpu, libc: None }
    }

    /// The npm platform, such as `linux-x64`.
    #[must_use]
    pub fn npm(self) -> String {
        match self.os {
            // As napi-rs names it: npm has no system for it.
            Os::Wasm => "wasm32-wasi".to_owned(),
            os => format!("{}-{}", os.npm().unwrap_or(os.id()), self.cpu.npm()),
        }
    }

    /// The usual archive suffix, such as `linux_amd64`.
    #[must_use]
    pub fn archive_suffix(self) -> String {
        let libc = if self.libc == Some(Libc::Musl) { "_musl" } else { "" };
        format!("{}_{}{libc}", self.os.archive(), self.cpu.archive())
    }

    /// The usual platform tag of a wheel
    /// ([specification](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)); none where
    /// there is none without a version of the system, which nobody but the build knows.
    ///
    /// Without a floor it is the oldest that the tag's own definition and the Rust toolchain share:
    /// glibc 2.17 (on RISC-V 2.31, on `LoongArch` 2.36), musl 1.2, macOS 10.12 on x64 and 11.0 on arm64.
    #[must_use]
    pub fn wheel(
        self,
        glibc: Option<&GlibcVersion>,
        macos: Option<&MacosVersion>,
    ) -> Option<String> {
        let cpu = self.cpu.wheel(self.os)?;
        Some(match (self.os, self.libc) {
            (Os::Windows, _) if self.cpu == Cpu::Ia32 => "win32".to_owned(),
            (Os::Windows, _) => format!("win_{cpu}"),
            (Os::Macos, _) => {
                let oldest = if self.cpu == Cpu::Arm64 { "11.0" } else { "10.12" };
                let floor = macos.map_or(oldest, MacosVersion::as_str);
                // Since 11 installers know the first number alone.
                let floor = match SystemVersion::of(floor) {
                    Some(version) if version.major >= 11 => format!("{}_0", version.major),
                    _ => floor.replace('.', "_"),
                };
                format!("macosx_{floor}_{cpu}")
            }
            // Indices take it under no tag of manylinux or musllinux.
            (Os::Linux, _) if self.cpu == Cpu::Armv6 => format!("linux_{cpu}"),
            (Os::Linux, Some(Libc::Musl)) => format!("musllinux_1_2_{cpu}"),
            (Os::Linux, Some(Libc::Glibc)) => {
                let oldest = match self.cpu {
                    Cpu::Loong64 => "2.36",
                    Cpu::Riscv64 => "2.31",
                    _ => "2.17",
                };
                let floor = glibc.map_or(oldest, GlibcVersion::as_str).replace('.', "_");
                format!("manylinux_{floor}_{cpu}")
            }
            _ => return None,
        })
    }

    /// It for people, such as `Linux on arm64`.
    #[must_use]
    pub fn label(self) -> Cow<'static, str> {
        match (self.os, self.cpu) {
            (Os::Wasm, _) => "WebAssembly".into(),
            (os, cpu) => format!("{} on {}", os.label(), cpu.label()).into(),
        }
    }
}

fn os(triple: &target_lexicon::Triple) -> Os {
    if matches!(triple.architecture, Architecture::Wasm32 | Architecture::Wasm64) {
        return Os::Wasm;
    }
    match triple.operating_system {
        OperatingSystem::Linux => match triple.environment {
            Environment::Android | Environment::Androideabi => Os::Android,
            Environment::Ohos => Os::Openharmony,
            _ => Os::Linux,
        },
        OperatingSystem::Darwin(_) | OperatingSystem::MacOSX(_) => Os::Macos,
        OperatingSystem::IOS(_) => Os::Ios,
        OperatingSystem::Windows => Os::Windows,
        OperatingSystem::Freebsd => Os::Freebsd,
        OperatingSystem::Netbsd => Os::Netbsd,
        OperatingSystem::Openbsd => Os::Openbsd,
        OperatingSystem::Illumos => Os::Illumos,
        OperatingSystem::Solaris => Os::Solaris,
        OperatingSystem::Aix => Os::Aix,
        _ => Os::Other,
    }
}

fn cpu(architecture: Architecture) -> Cpu {
    match architecture {
        Architecture::X86_64 => Cpu::X64,
        Architecture::Aarch64(Aarch64Architecture::Aarch64) => Cpu::Arm64,
        Architecture::X86_32(_) => Cpu::Ia32,
        // A triple that says no version of Arm's means the sixth.
        Architecture::Arm(ArmArchitecture::Arm | ArmArchitecture::Armv6) => Cpu::Armv6,
        Architecture::Arm(ArmArchitecture::Armv7 | ArmArchitecture::Thumbv7neon) => Cpu::Arm,
        Architecture::Riscv64(Riscv64Architecture::Riscv64 | Riscv64Architecture::Riscv64gc) => {
            Cpu::Riscv64
        }
        Architecture::Powerpc64le => Cpu::Ppc64,
        Architecture::Powerpc64 => Cpu::Ppc64be,
        Architecture::S390x => Cpu::S390x,
        Architecture::LoongArch64 => Cpu::Loong64,
        Architecture::Mips64(Mips64Architecture::Mips64el) => Cpu::Mips64el,
        Architecture::Wasm32 => Cpu::Wasm32,
        _ => Cpu::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(triple: &str) -> Option<Platform> {
        Platform::of(&triple.parse().unwrap())
    }

    #[test]
    fn every_triple_of_rustc_is_a_platform() {
        for triple in triples() {
            assert!(of(triple).is_some(), "{triple}");
        }
        assert!(triples().count() > 300);
        for none in ["x86_64-unknown-linux-gnuu", "x86_64-foo-bar", "x64-unknown-linux-gnu"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn what_triples_say() {
        for (triple, npm, suffix, wheel) in [
            ("x86_64-unknown-freebsd", "freebsd-x64", "freebsd_amd64", None),
            ("aarch64-linux-android", "android-arm64", "android_arm64", None),
            ("wasm32-wasip1-threads", "wasm32-wasi", "wasm_wasm", None),
            ("wasm32-wasip3", "wasm32-wasi", "wasm_wasm", None),
            (
                "loongarch64-unknown-linux-gnu",
                "linux-loong64",
                "linux_loong64",
                Some("manylinux_2_36_loongarch64"),
            ),
            (
                "riscv64gc-unknown-linux-musl",
                "linux-riscv64",
                "linux_riscv64_musl",
                Some("musllinux_1_2_riscv64"),
            ),
            (
                "powerpc64le-unknown-linux-gnu",
                "linux-ppc64",
                "linux_ppc64le",
                Some("manylinux_2_17_ppc64le"),
            ),
            ("s390x-unknown-linux-gnu", "linux-s390x", "linux_s390x", Some("manylinux_2_17_s390x")),
            ("i686-pc-windows-gnu", "win32-ia32", "windows_386", Some("win32")),
            ("arm-unknown-linux-gnueabihf", "linux-arm", "linux_armv6", Some("linux_armv6l")),
            (
                "armv7-unknown-linux-gnueabihf",
                "linux-arm",
                "linux_arm",
                Some("manylinux_2_17_armv7l"),
            ),
            (
                "universal-apple-darwin",
                "darwin-universal",
                "darwin_universal",
                Some("macosx_10_12_universal2"),
            ),
            ("powerpc64-ibm-aix", "aix-ppc64", "aix_ppc64", None),
            ("x86_64-unknown-illumos", "sunos-x64", "illumos_amd64", None),
            ("x86_64-unknown-linux-gnux32", "linux-other", "linux_other", None),
            ("x86_64-unknown-managarm-mlibc", "other-other", "other_other", None),
        ] {
            let platform = of(triple).unwrap();
            assert_eq!(platform.npm(), npm, "{triple}");
            assert_eq!(platform.archive_suffix(), suffix, "{triple}");
            assert_eq!(platform.wheel(None, None).as_deref(), wheel, "{triple}");
        }
    }
}
