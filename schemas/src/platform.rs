//! What a target triple says of a platform, in each ecosystem's own words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strings::{GlibcVersion, MacosVersion, TargetId, Triple};

/// An operating system that Lockstep builds for; each has a rendered build workflow of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// Linux, with glibc or musl.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl Os {
    /// Every operating system, in the order in which their workflows are rendered.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Macos, Self::Windows];

    /// The name in file names and job ids.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Windows => "Windows",
        }
    }

    /// npm's name, as in [`process.platform`](https://nodejs.org/api/process.html#processplatform).
    #[must_use]
    pub fn npm(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "darwin",
            Self::Windows => "win32",
        }
    }

    /// What an executable's name ends with
    /// ([`std::env::consts`](https://doc.rust-lang.org/std/env/consts/index.html)).
    #[must_use]
    pub fn exe_suffix(self) -> &'static str {
        if self == Self::Windows { ".exe" } else { "" }
    }

    /// What a shared library's name begins with.
    #[must_use]
    pub fn dll_prefix(self) -> &'static str {
        if self == Self::Windows { "" } else { "lib" }
    }

    /// What a shared library's name ends with.
    #[must_use]
    pub fn dll_suffix(self) -> &'static str {
        match self {
            Self::Linux => ".so",
            Self::Macos => ".dylib",
            Self::Windows => ".dll",
        }
    }

    /// How archives name it, after Go's `GOOS`.
    fn archive(self) -> &'static str {
        match self {
            Self::Macos => "darwin",
            other => other.id(),
        }
    }
}

/// A processor that GitHub or a cross compiler can build for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cpu {
    /// 64-bit x86.
    X64,
    /// 64-bit Arm.
    Arm64,
    /// 32-bit x86.
    Ia32,
    /// 32-bit Arm.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit POWER, little-endian.
    Ppc64,
    /// IBM Z.
    S390x,
}

impl Cpu {
    /// npm's name, as in [`process.arch`](https://nodejs.org/api/process.html#processarch).
    #[must_use]
    pub fn npm(self) -> &'static str {
        match self {
            Self::X64 => "x64",
            Self::Arm64 => "arm64",
            Self::Ia32 => "ia32",
            Self::Arm => "arm",
            Self::Riscv64 => "riscv64",
            Self::Ppc64 => "ppc64",
            Self::S390x => "s390x",
        }
    }

    /// How archives name it, after Go's `GOARCH`.
    fn archive(self) -> &'static str {
        match self {
            Self::X64 => "amd64",
            Self::Ia32 => "386",
            Self::Ppc64 => "ppc64le",
            other => other.npm(),
        }
    }

    /// How wheels name it on `os`.
    fn wheel(self, os: Os) -> &'static str {
        match (self, os) {
            (Self::X64, Os::Windows) => "amd64",
            (Self::X64, _) => "x86_64",
            (Self::Arm64, Os::Linux) => "aarch64",
            (Self::Arm64, _) => "arm64",
            (Self::Ia32, _) => "i686",
            (Self::Arm, _) => "armv7l",
            (Self::Riscv64, _) => "riscv64",
            (Self::Ppc64, _) => "ppc64le",
            (Self::S390x, _) => "s390x",
        }
    }

    /// The processor of a triple's first part
    /// ([list](https://doc.rust-lang.org/rustc/platform-support.html)).
    fn of_triple(arch: &str) -> Option<Self> {
        Some(match arch {
            "x86_64" => Self::X64,
            "aarch64" => Self::Arm64,
            "i586" | "i686" => Self::Ia32,
            "arm" | "armv7" => Self::Arm,
            "riscv64gc" => Self::Riscv64,
            "powerpc64le" => Self::Ppc64,
            "s390x" => Self::S390x,
            _ => return None,
        })
    }
}

/// A C library of Linux, by npm's name
/// ([`libc`](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#libc)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Libc {
    /// GNU's.
    Glibc,
    /// musl.
    Musl,
}

impl Libc {
    /// npm's name
    /// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#libc)).
    #[must_use]
    pub fn npm(self) -> &'static str {
        match self {
            Self::Glibc => "glibc",
            Self::Musl => "musl",
        }
    }
}

/// What a triple says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The operating system.
    pub os: Os,
    /// The processor.
    pub cpu: Cpu,
    /// The C library, on Linux.
    pub libc: Option<Libc>,
}

impl Platform {
    /// Reads a triple; `None` where Lockstep does not know its system or processor.
    #[must_use]
    pub fn of(triple: &Triple) -> Option<Self> {
        let (arch, rest) = triple.as_str().split_once('-')?;
        let cpu = Cpu::of_triple(arch)?;
        let (os, libc) = if rest.contains("linux-gnu") {
            (Os::Linux, Some(Libc::Glibc))
        } else if rest.contains("linux-musl") {
            (Os::Linux, Some(Libc::Musl))
        } else if rest == "apple-darwin" {
            (Os::Macos, None)
        } else if rest.starts_with("pc-windows-") {
            (Os::Windows, None)
        } else {
            return None;
        };
        Some(Self { os, cpu, libc })
    }

    /// The npm platform, such as `linux-x64`.
    #[must_use]
    pub fn npm(self) -> String {
        format!("{}-{}", self.os.npm(), self.cpu.npm())
    }

    /// The usual archive suffix, such as `linux_amd64`.
    #[must_use]
    pub fn archive_suffix(self) -> String {
        let libc = if self.libc == Some(Libc::Musl) { "_musl" } else { "" };
        format!("{}_{}{libc}", self.os.archive(), self.cpu.archive())
    }

    /// The usual platform tag of a wheel
    /// ([specification](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).
    ///
    /// Without a floor it is the oldest that the tag's own definition and the Rust toolchain share:
    /// glibc 2.17, musl 1.2, macOS 10.12 on x64 and 11.0 on arm64.
    #[must_use]
    pub fn wheel(self, glibc: Option<&GlibcVersion>, macos: Option<&MacosVersion>) -> String {
        let cpu = self.cpu.wheel(self.os);
        match (self.os, self.libc) {
            (Os::Windows, _) if self.cpu == Cpu::Ia32 => "win32".to_owned(),
            (Os::Windows, _) => format!("win_{cpu}"),
            (Os::Macos, _) => {
                let oldest = if self.cpu == Cpu::X64 { "10.12" } else { "11.0" };
                let floor = macos.map_or(oldest, MacosVersion::as_str).replace('.', "_");
                format!("macosx_{floor}_{cpu}")
            }
            (Os::Linux, Some(Libc::Musl)) => format!("musllinux_1_2_{cpu}"),
            (Os::Linux, _) => {
                let floor = glibc.map_or("2.17", GlibcVersion::as_str).replace('.', "_");
                format!("manylinux_{floor}_{cpu}")
            }
        }
    }
}

/// The target ids that Lockstep knows by name, with their triples: npm's `os-cpu`, and `-musl` where
/// the C library differs.
pub const KNOWN_TARGETS: [(&str, &str); 15] = [
    ("linux-x64", "x86_64-unknown-linux-gnu"),
    ("linux-x64-musl", "x86_64-unknown-linux-musl"),
    ("linux-arm64", "aarch64-unknown-linux-gnu"),
    ("linux-arm64-musl", "aarch64-unknown-linux-musl"),
    ("linux-arm", "armv7-unknown-linux-gnueabihf"),
    ("linux-arm-musl", "armv7-unknown-linux-musleabihf"),
    ("linux-ia32", "i686-unknown-linux-gnu"),
    ("linux-riscv64", "riscv64gc-unknown-linux-gnu"),
    ("linux-ppc64", "powerpc64le-unknown-linux-gnu"),
    ("linux-s390x", "s390x-unknown-linux-gnu"),
    ("darwin-x64", "x86_64-apple-darwin"),
    ("darwin-arm64", "aarch64-apple-darwin"),
    ("win32-x64", "x86_64-pc-windows-msvc"),
    ("win32-arm64", "aarch64-pc-windows-msvc"),
    ("win32-ia32", "i686-pc-windows-msvc"),
];

/// The triple of a target id that Lockstep knows by name.
#[must_use]
pub fn known_triple(id: &TargetId) -> Option<Triple> {
    KNOWN_TARGETS
        .iter()
        .find(|(known, _)| *known == id.as_str())
        .and_then(|(_, triple)| triple.parse().ok())
}
