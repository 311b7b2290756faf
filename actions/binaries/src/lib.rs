//! Executables and libraries: the platform that they are for, from their first bytes.
//!
//! What a release ships for a target must be of that target: a build that cross-compiles, or copies what was
//! there before, can be of another, and its smoke test may run all the same.

use lockstep_schemas::platform::{Cpu, Os};

/// How many of a file's first bytes are enough.
pub const HEAD: usize = 4096;

/// What a binary is for. A Mach-O file may be for several processors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The operating system.
    pub os: Os,
    /// The processors; none that Lockstep knows where it is empty.
    pub cpus: Vec<Cpu>,
}

impl Binary {
    /// What a file is, if it begins as an executable or a library does.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        elf(head).or_else(|| mach_o(head)).or_else(|| pe(head))
    }

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

fn bytes<const N: usize>(head: &[u8], at: usize) -> Option<[u8; N]> {
    head.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// [ELF](https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html).
fn elf(head: &[u8]) -> Option<Binary> {
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let (class, order) = (*head.get(4)?, *head.get(5)?);
    let machine = bytes(head, 18)?;
    let machine =
        if order == 2 { u16::from_be_bytes(machine) } else { u16::from_le_bytes(machine) };
    let cpu = match (machine, class, order) {
        (0x3e, 2, 1) => Some(Cpu::X64),
        (0xb7, 2, 1) => Some(Cpu::Arm64),
        (0x03, 1, 1) => Some(Cpu::Ia32),
        (0x28, 1, 1) => Some(Cpu::Arm),
        (0xf3, 2, 1) => Some(Cpu::Riscv64),
        (0x15, 2, 1) => Some(Cpu::Ppc64),
        (0x16, 2, 2) => Some(Cpu::S390x),
        _ => None,
    };
    // System V's own number is what Linux uses; GNU's is for its extensions.
    let is_linux = matches!(head.get(7)?, 0 | 3);
    Some(Binary { os: Os::Linux, cpus: cpu.filter(|_| is_linux).into_iter().collect() })
}

/// [Mach-O](https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h), of one
/// processor or of several.
fn mach_o(head: &[u8]) -> Option<Binary> {
    let cpu = |kind: u32| match kind {
        0x0100_0007 => Some(Cpu::X64),
        0x0100_000c => Some(Cpu::Arm64),
        _ => None,
    };
    let cpus = match bytes::<4>(head, 0)? {
        [0xcf, 0xfa, 0xed, 0xfe] => cpu(u32::from_le_bytes(bytes(head, 4)?)).into_iter().collect(),
        [0xca, 0xfe, 0xba, 0xbe] => {
            let count = u32::from_be_bytes(bytes(head, 4)?);
            // A Java class begins the same, with a version that is larger.
            if !(1..=16).contains(&count) {
                return None;
            }
            let kind = |index: u32| bytes(head, 8 + index as usize * 20).map(u32::from_be_bytes);
            (0..count).filter_map(kind).filter_map(cpu).collect()
        }
        _ => return None,
    };
    Some(Binary { os: Os::Macos, cpus })
}

/// [PE](https://learn.microsoft.com/en-us/windows/win32/debug/pe-format).
fn pe(head: &[u8]) -> Option<Binary> {
    if !head.starts_with(b"MZ") {
        return None;
    }
    let at = usize::try_from(u32::from_le_bytes(bytes(head, 0x3c)?)).ok()?;
    if bytes::<4>(head, at)? != *b"PE\0\0" {
        return None;
    }
    let cpu = match u16::from_le_bytes(bytes(head, at + 4)?) {
        0x8664 => Some(Cpu::X64),
        0xaa64 => Some(Cpu::Arm64),
        0x014c => Some(Cpu::Ia32),
        _ => None,
    };
    Some(Binary { os: Os::Windows, cpus: cpu.into_iter().collect() })
}
