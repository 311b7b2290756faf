//! Operating systems: those that runners have, and those that can be built for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The system of a runner; each has a rendered build workflow of its own
/// ([supported systems](https://docs.github.com/en/actions/reference/runners/self-hosted-runners#supported-operating-systems)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerOs {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl RunnerOs {
    /// Every one, in the order in which their workflows are rendered.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Macos, Self::Windows];

    /// It as the system of a target.
    #[must_use]
    pub fn os(self) -> Os {
        match self {
            Self::Linux => Os::Linux,
            Self::Macos => Os::Macos,
            Self::Windows => Os::Windows,
        }
    }
}

/// An operating system that is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// Linux, with glibc, musl or another C library.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
    /// Android.
    Android,
    /// iOS.
    Ios,
    /// `OpenHarmony`.
    Openharmony,
    /// FreeBSD.
    Freebsd,
    /// NetBSD.
    Netbsd,
    /// OpenBSD.
    Openbsd,
    /// illumos.
    Illumos,
    /// Oracle Solaris.
    Solaris,
    /// AIX.
    Aix,
    /// `WebAssembly`, with or without a system.
    Wasm,
    /// Any other, or none.
    Other,
}

impl Os {
    /// The runners that have it.
    #[must_use]
    pub fn runner(self) -> Option<RunnerOs> {
        RunnerOs::ALL.into_iter().find(|runner| runner.os() == self)
    }

    /// The name in file names and job ids.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Openharmony => "openharmony",
            Self::Freebsd => "freebsd",
            Self::Netbsd => "netbsd",
            Self::Openbsd => "openbsd",
            Self::Illumos => "illumos",
            Self::Solaris => "solaris",
            Self::Aix => "aix",
            Self::Wasm => "wasm",
            Self::Other => "other",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Windows => "Windows",
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Openharmony => "OpenHarmony",
            Self::Freebsd => "FreeBSD",
            Self::Netbsd => "NetBSD",
            Self::Openbsd => "OpenBSD",
            Self::Illumos => "illumos",
            Self::Solaris => "Solaris",
            Self::Aix => "AIX",
            Self::Wasm => "WebAssembly",
            Self::Other => "another system",
        }
    }

    /// npm's name, as in [`process.platform`](https://nodejs.org/api/process.html#processplatform); none of a system that
    /// Node does not run on, or for which packages name no system.
    #[must_use]
    pub fn npm(self) -> Option<&'static str> {
        Some(match self {
            Self::Macos => "darwin",
            Self::Windows => "win32",
            Self::Illumos | Self::Solaris => "sunos",
            Self::Linux
            | Self::Android
            | Self::Openharmony
            | Self::Freebsd
            | Self::Netbsd
            | Self::Openbsd
            | Self::Aix => self.id(),
            Self::Ios | Self::Wasm | Self::Other => return None,
        })
    }

    /// What an executable's name ends with
    /// ([`std::env::consts`](https://doc.rust-lang.org/std/env/consts/index.html)).
    #[must_use]
    pub fn exe_suffix(self) -> &'static str {
        match self {
            Self::Windows => ".exe",
            Self::Wasm => ".wasm",
            Self::Linux
            | Self::Macos
            | Self::Android
            | Self::Ios
            | Self::Openharmony
            | Self::Freebsd
            | Self::Netbsd
            | Self::Openbsd
            | Self::Illumos
            | Self::Solaris
            | Self::Aix
            | Self::Other => "",
        }
    }

    /// What a shared library's name begins with.
    #[must_use]
    pub fn dll_prefix(self) -> &'static str {
        if matches!(self, Self::Windows | Self::Wasm) { "" } else { "lib" }
    }

    /// What a shared library's name ends with.
    #[must_use]
    pub fn dll_suffix(self) -> &'static str {
        match self {
            Self::Macos | Self::Ios => ".dylib",
            Self::Windows => ".dll",
            Self::Aix => ".a",
            Self::Wasm => ".wasm",
            Self::Linux
            | Self::Android
            | Self::Openharmony
            | Self::Freebsd
            | Self::Netbsd
            | Self::Openbsd
            | Self::Illumos
            | Self::Solaris
            | Self::Other => ".so",
        }
    }

    /// Whether its binaries are ELF
    /// ([specification](https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html)).
    #[must_use]
    pub fn is_of_elf(self) -> bool {
        match self {
            Self::Linux
            | Self::Android
            | Self::Openharmony
            | Self::Freebsd
            | Self::Netbsd
            | Self::Openbsd
            | Self::Illumos
            | Self::Solaris => true,
            Self::Macos | Self::Windows | Self::Ios | Self::Aix | Self::Wasm | Self::Other => false,
        }
    }

    /// How archives name it, after Go's `GOOS`.
    pub(super) fn archive(self) -> &'static str {
        match self {
            Self::Macos => "darwin",
            other => other.id(),
        }
    }
}
