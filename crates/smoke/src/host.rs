//! The machine that this is.

use std::env::consts::{ARCH, OS};

use lockstep_schemas::plan::{Plan, TargetPlan};
use lockstep_schemas::platform::{Cpu, Libc, Os};

/// The operating system and processor of this machine, as far as Lockstep knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host {
    os: Option<Os>,
    cpu: Option<Cpu>,
}

impl Host {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        let os = match OS {
            "linux" => Some(Os::Linux),
            "macos" => Some(Os::Macos),
            "windows" => Some(Os::Windows),
            _ => None,
        };
        let cpu = match ARCH {
            "x86_64" => Some(Cpu::X64),
            "aarch64" => Some(Cpu::Arm64),
            "x86" => Some(Cpu::Ia32),
            "arm" => Some(Cpu::Arm),
            "riscv64" => Some(Cpu::Riscv64),
            "powerpc64" => Some(Cpu::Ppc64),
            "s390x" => Some(Cpu::S390x),
            "loongarch64" => Some(Cpu::Loong64),
            _ => None,
        };
        Self { os, cpu }
    }

    /// Whether a client on this machine takes a package for a target. Of musl that is not said: what is built
    /// for it is often built elsewhere.
    #[must_use]
    pub fn installs(self, target: &TargetPlan) -> bool {
        self.os == Some(target.os)
            && self.cpu.is_some_and(|cpu| target.cpu.slices().contains(&cpu))
            && target.asked_libc() != Some(Libc::Musl)
    }

    /// The target that this machine is of, if the plan has it.
    #[must_use]
    pub fn target(self, plan: &Plan) -> Option<&TargetPlan> {
        plan.targets.iter().find(|target| self.installs(target))
    }
}
