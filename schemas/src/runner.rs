//! GitHub's own runners: what each label is, and whether it is still served.
//!
//! Sources: the [reference](https://docs.github.com/en/actions/reference/runners/github-hosted-runners), the
//! [images](https://github.com/actions/runner-images), and GitHub's
//! [changelog](https://github.blog/changelog/label/actions/).

use crate::platform::{Cpu, RunnerOs};

/// A hosted runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostedRunner {
    /// Its label.
    pub label: &'static str,
    /// Its system.
    pub os: RunnerOs,
    /// Its processor.
    pub cpu: Cpu,
    /// The glibc of its image, where it has one.
    pub glibc: Option<(u16, u16)>,
    /// Whether jobs still find it.
    pub served: Served,
}

/// Whether jobs still find a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// They do.
    Yes,
    /// They do, but GitHub no longer supports it.
    Unsupported {
        /// Since when.
        since: &'static str,
        /// What to take instead.
        instead: &'static str,
    },
    /// They wait for it in vain.
    Gone {
        /// What to take instead.
        instead: &'static str,
    },
}

const fn linux(label: &'static str, cpu: Cpu, glibc: (u16, u16)) -> HostedRunner {
    HostedRunner { label, os: RunnerOs::Linux, cpu, glibc: Some(glibc), served: Served::Yes }
}

const fn other(label: &'static str, os: RunnerOs, cpu: Cpu) -> HostedRunner {
    HostedRunner { label, os, cpu, glibc: None, served: Served::Yes }
}

const fn gone(runner: HostedRunner, instead: &'static str) -> HostedRunner {
    HostedRunner { served: Served::Gone { instead }, ..runner }
}

const fn unsupported(
    runner: HostedRunner,
    since: &'static str,
    instead: &'static str,
) -> HostedRunner {
    HostedRunner { served: Served::Unsupported { since, instead }, ..runner }
}

/// Every label that GitHub serves, and those of late that it does not any more.
pub const HOSTED: [HostedRunner; 34] = [
    linux("ubuntu-latest", Cpu::X64, (2, 39)),
    linux("ubuntu-26.04", Cpu::X64, (2, 43)),
    linux("ubuntu-26.04-arm", Cpu::Arm64, (2, 43)),
    linux("ubuntu-24.04", Cpu::X64, (2, 39)),
    linux("ubuntu-24.04-arm", Cpu::Arm64, (2, 39)),
    linux("ubuntu-22.04", Cpu::X64, (2, 35)),
    linux("ubuntu-22.04-arm", Cpu::Arm64, (2, 35)),
    linux("ubuntu-slim", Cpu::X64, (2, 39)),
    gone(linux("ubuntu-20.04", Cpu::X64, (2, 31)), "ubuntu-22.04"),
    gone(linux("ubuntu-18.04", Cpu::X64, (2, 27)), "ubuntu-22.04"),
    other("windows-latest", RunnerOs::Windows, Cpu::X64),
    other("windows-2025", RunnerOs::Windows, Cpu::X64),
    other("windows-2022", RunnerOs::Windows, Cpu::X64),
    other("windows-11-arm", RunnerOs::Windows, Cpu::Arm64),
    gone(other("windows-2019", RunnerOs::Windows, Cpu::X64), "windows-2022"),
    other("macos-latest", RunnerOs::Macos, Cpu::Arm64),
    other("macos-latest-large", RunnerOs::Macos, Cpu::X64),
    other("macos-latest-xlarge", RunnerOs::Macos, Cpu::Arm64),
    other("macos-26", RunnerOs::Macos, Cpu::Arm64),
    other("macos-26-intel", RunnerOs::Macos, Cpu::X64),
    other("macos-26-large", RunnerOs::Macos, Cpu::X64),
    other("macos-26-xlarge", RunnerOs::Macos, Cpu::Arm64),
    other("macos-15", RunnerOs::Macos, Cpu::Arm64),
    other("macos-15-intel", RunnerOs::Macos, Cpu::X64),
    other("macos-15-large", RunnerOs::Macos, Cpu::X64),
    other("macos-15-xlarge", RunnerOs::Macos, Cpu::Arm64),
    unsupported(other("macos-14", RunnerOs::Macos, Cpu::Arm64), "2026-11-02", "macos-15"),
    unsupported(other("macos-14-large", RunnerOs::Macos, Cpu::X64), "2026-11-02", "macos-15-large"),
    unsupported(
        other("macos-14-xlarge", RunnerOs::Macos, Cpu::Arm64),
        "2026-11-02",
        "macos-15-xlarge",
    ),
    gone(other("macos-13", RunnerOs::Macos, Cpu::X64), "macos-15-intel"),
    gone(other("macos-13-large", RunnerOs::Macos, Cpu::X64), "macos-15-large"),
    gone(other("macos-13-xlarge", RunnerOs::Macos, Cpu::Arm64), "macos-15-xlarge"),
    gone(other("macos-12", RunnerOs::Macos, Cpu::X64), "macos-15-intel"),
    gone(other("macos-11", RunnerOs::Macos, Cpu::X64), "macos-15-intel"),
];

/// The hosted runner of a label.
#[must_use]
pub fn hosted(label: &str) -> Option<&'static HostedRunner> {
    HOSTED.iter().find(|runner| runner.label == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_instead_is_the_same_and_served() {
        for runner in HOSTED {
            let instead = match runner.served {
                Served::Yes => continue,
                Served::Unsupported { instead, .. } | Served::Gone { instead } => instead,
            };
            let instead = hosted(instead).unwrap();
            assert_eq!(instead.served, Served::Yes, "{}", runner.label);
            assert_eq!((instead.os, instead.cpu), (runner.os, runner.cpu), "{}", runner.label);
        }
    }

    #[test]
    fn labels_stand_once() {
        for runner in &HOSTED {
            assert_eq!(hosted(runner.label), Some(runner));
        }
    }
}
