//! Processors, and the C libraries of Linux.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Os;

/// A processor that is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cpu {
    /// 64-bit x86.
    X64,
    /// 64-bit Arm.
    Arm64,
    /// 32-bit x86.
    Ia32,
    /// 32-bit Arm of version 7.
    Arm,
    /// 32-bit Arm of version 6, such as the first Raspberry Pi's.
    Armv6,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit POWER, little-endian.
    Ppc64,
    /// 64-bit POWER, big-endian.
    Ppc64be,
    /// IBM Z.
    S390x,
    /// 64-bit `LoongArch`.
    Loong64,
    /// 64-bit MIPS, little-endian.
    Mips64el,
    /// 32-bit `WebAssembly`.
    Wasm32,
    /// x64 and arm64 in one file, as macOS alone has it.
    Universal,
    /// Any other.
    Other,
}

impl Cpu {
    /// The processors whose code is in one of its files.
    #[must_use]
    pub fn slices(&self) -> &[Self] {
        match self {
            Self::Universal => &[Self::X64, Self::Arm64],
            one => std::slice::from_ref(one),
        }
    }

    /// npm's name, as in [`process.arch`](https://nodejs.org/api/process.html#processarch), or what its packages call it.
    #[must_use]
    pub fn npm(self) -> &'static str {
        match self {
            Self::X64 => "x64",
            Self::Arm64 => "arm64",
            Self::Ia32 => "ia32",
            Self::Arm | Self::Armv6 => "arm",
            Self::Riscv64 => "riscv64",
            Self::Ppc64 | Self::Ppc64be => "ppc64",
            Self::S390x => "s390x",
            Self::Loong64 => "loong64",
            Self::Mips64el => "mips64el",
            Self::Wasm32 => "wasm32",
            Self::Universal => "universal",
            Self::Other => "other",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Armv6 => "armv6",
            Self::Ppc64be => "ppc64 (big-endian)",
            Self::Universal => "x64 and arm64",
            Self::Other => "another processor",
            other => other.npm(),
        }
    }

    /// How archives name it, after Go's `GOARCH`.
    pub(super) fn archive(self) -> &'static str {
        match self {
            Self::X64 => "amd64",
            Self::Ia32 => "386",
            Self::Armv6 => "armv6",
            Self::Ppc64 => "ppc64le",
            Self::Mips64el => "mips64le",
            Self::Wasm32 => "wasm",
            other => other.npm(),
        }
    }

    /// The processor that wheels name so.
    #[must_use]
    pub fn of_wheel(name: &str) -> Option<Self> {
        Some(match name {
            "x86_64" | "amd64" => Self::X64,
            "aarch64" | "arm64" => Self::Arm64,
            "i686" => Self::Ia32,
            "armv7l" => Self::Arm,
            "armv6l" => Self::Armv6,
            "riscv64" => Self::Riscv64,
            "ppc64le" => Self::Ppc64,
            "ppc64" => Self::Ppc64be,
            "s390x" => Self::S390x,
            "loongarch64" => Self::Loong64,
            "universal2" => Self::Universal,
            _ => return None,
        })
    }

    /// How wheels name it on `os`; none where they have no name for it.
    pub(super) fn wheel(self, os: Os) -> Option<&'static str> {
        Some(match (self, os) {
            (Self::X64, Os::Windows) => "amd64",
            (Self::X64, _) => "x86_64",
            (Self::Arm64, Os::Linux) => "aarch64",
            (Self::Arm64, _) => "arm64",
            (Self::Ia32, _) => "i686",
            (Self::Arm, _) => "armv7l",
            (Self::Armv6, _) => "armv6l",
            (Self::Riscv64, _) => "riscv64",
            (Self::Ppc64, _) => "ppc64le",
            (Self::Ppc64be, _) => "ppc64",
            (Self::S390x, _) => "s390x",
            (Self::Loong64, _) => "loongarch64",
            (Self::Universal, _) => "universal2",
            (Self::Mips64el | Self::Wasm32 | Self::Other, _) => return None,
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
