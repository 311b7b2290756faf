//! Executables and libraries: the platform that they are for, and how old a system they run on.
//!
//! What a release ships for a target must be of that target: a build that cross-compiles, or copies what was
//! there before, can be of another, and its smoke test may run all the same. Files are looked at as their
//! bytes pass by, out of an archive for example, and little of them is kept.

mod elf;
mod mach_o;
mod pe;
mod pieces;
mod probe;

use std::fmt;

use lockstep_schemas::platform::{Cpu, Os};

pub use probe::Probe;

/// What a binary is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The operating system.
    pub os: Os,
    /// The processors: a Mach-O file may be for several. None that Lockstep knows where it is empty.
    pub cpus: Vec<Cpu>,
    /// Whether it is surely a program. One that is not may be a library, or a program without a loader.
    pub is_program: bool,
    /// The versions of glibc that it does not start without, in order.
    pub glibc: Vec<GlibcNeed>,
    /// The oldest macOS that it is for on each processor, where it says so.
    pub macos: Vec<(Cpu, SystemVersion)>,
    /// The loader that starts it, on Linux.
    pub loader: Option<String>,
}

impl Binary {
    /// Whether it is for a platform.
    #[must_use]
    pub fn is_for(&self, os: Os, cpu: Cpu) -> bool {
        self.os == os && self.cpus.contains(&cpu)
    }

    /// Its platform, for people.
    #[must_use]
    pub fn label(&self) -> String {
        let cpus: Vec<&str> = self.cpus.iter().map(|cpu| cpu.npm()).collect();
        let cpus =
            if cpus.is_empty() { "an unknown processor".to_owned() } else { cpus.join(" and ") };
        format!("{} on {cpus}", self.os.label())
    }
}

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

/// A version of glibc's symbols that the loader must find before it starts a program
/// ([version needs](https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html)).
///
/// A version that only weak symbols need is marked so by the linker, and is none of these: the loader goes
/// on without it. One that only weak symbols need and that is not marked stops the loader all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GlibcNeed {
    /// Of a release.
    Release(SystemVersion),
    /// A version that says no release, such as `GLIBC_PRIVATE`.
    Other(String),
}

impl fmt::Display for GlibcNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(release) => write!(f, "GLIBC_{release}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// Whether a file that begins so is given an execute bit by who makes it: a linker gives it to programs and libraries alike, and an
/// author to a script that names its interpreter.
#[must_use]
pub fn is_linked_or_script(first: &[u8]) -> bool {
    let starts = |bytes: &[u8]| first.starts_with(bytes);
    // Several architectures in one file; a class of Java's begins alike, and has a version there that is larger.
    let is_universal = starts(&[0xca, 0xfe, 0xba, 0xbe])
        && first.get(4..8).is_some_and(|count| count[..3] == [0; 3] && count[3] < 40);
    let mach_o = [[0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf]];
    let is_mach_o = mach_o
        .iter()
        .any(|magic| starts(magic) || starts(&magic.iter().rev().copied().collect::<Vec<u8>>()));
    starts(b"#!")
        || starts(b"\x7fELF")
        || starts(b"\0asm")
        || starts(b"MZ")
        || is_mach_o
        || is_universal
}
