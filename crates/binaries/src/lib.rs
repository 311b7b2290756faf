//! Executables and libraries: the platform that they are for, and how old a system they run on.
//!
//! What a release ships for a target must be of that target: a build that cross-compiles, or copies what was
//! there before, can be of another, and its smoke test may run all the same. Files are looked at as their
//! bytes pass by, out of an archive for example, and little of them is kept.

mod cxx;
mod elf;
mod mach_o;
mod pe;
mod pieces;
mod probe;

use std::fmt;

use lockstep_schemas::platform::{Cpu, Os, SystemVersion};

pub use cxx::CxxNeed;
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
    /// The versions of libstdc++'s symbols that it does not start without, in order.
    pub cxx: Vec<CxxNeed>,
    /// The libraries that the loader looks for by name, on Linux and the like.
    pub libraries: Vec<String>,
    /// The oldest macOS that it is for on each processor, where it says so.
    pub macos: Vec<(Cpu, SystemVersion)>,
    /// The loader that starts it, on Linux.
    pub loader: Option<String>,
}

impl Binary {
    /// Whether it is for a platform: for all of its processors, where that is several.
    #[must_use]
    pub fn is_for(&self, os: Os, cpu: Cpu) -> bool {
        self.is_of(os) && cpu.slices().iter().all(|cpu| self.has_code_for(*cpu))
    }

    fn is_of(&self, os: Os) -> bool {
        // What names no system, no loader and no C library of Linux is of any that has its format.
        let is_of_linux = |name: &String| name == "libc.so.6" || name.starts_with("libc.musl-");
        let is_unnamed = self.os == Os::Linux
            && self.loader.is_none()
            && self.glibc.is_empty()
            && !self.libraries.iter().any(is_of_linux);
        match os {
            // Of a system that is not known nothing is.
            Os::Other => true,
            Os::Illumos if self.os == Os::Solaris => true,
            // Its C library is a musl of its own.
            Os::Openharmony if self.os == Os::Linux => self.glibc.is_empty(),
            os => self.os == os || (is_unnamed && os.is_of_elf()),
        }
    }

    fn has_code_for(&self, cpu: Cpu) -> bool {
        match cpu {
            // A header says the family alone.
            Cpu::Other => true,
            Cpu::Armv6 => self.cpus.contains(&Cpu::Arm),
            cpu => self.cpus.contains(&cpu),
        }
    }

    /// Whether it asks for musl by its loader or its library, which distributions call `libc.musl-x86_64.so.1`.
    #[must_use]
    pub fn needs_musl(&self) -> bool {
        let is_musl = |name: &String| name == "libc.so" || name.starts_with("libc.musl-");
        let loader = self.loader.as_deref().unwrap_or_default();
        loader.contains("/ld-musl") || self.libraries.iter().any(is_musl)
    }

    /// Whether nothing but itself is needed to start it.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.loader.is_none() && self.libraries.is_empty()
    }

    /// Its platform, for people.
    #[must_use]
    pub fn label(&self) -> String {
        let cpus: Vec<&str> = self.cpus.iter().map(|cpu| cpu.label()).collect();
        let cpus =
            if cpus.is_empty() { "an unknown processor".to_owned() } else { cpus.join(" and ") };
        format!("{} on {cpus}", self.os.label())
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
