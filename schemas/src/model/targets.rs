//! Targets, build modes, and the other repositories that go into a build.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::is_false;
use crate::numbers::Within;
use crate::platform::{Cpu, RunnerOs};
use crate::strings::{
    ArchiveSuffix, ContainerImage, GitRef, GlibcVersion, Id, InputName, MacosVersion, RelativePath,
    Repository, RunnerLabel, Text, Triple, WheelPlatforms,
};

/// One platform that is built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Target {
    /// The Rust triple. Left out where the target's id is one that Lockstep knows, such as
    /// `linux-x64` or `win32-arm64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triple: Option<Triple>,
    /// The runner that builds and smoke-tests it: of the target's own system and processor, unless it is cross-built.
    pub runner: RunnerLabel,
    /// Whether it is built on a runner of another system or processor. Nothing runs it there, so no smoke test does before
    /// delivery, unless an emulator is named.
    #[serde(default)]
    pub cross: bool,
    /// What runs a cross-built target's programs where it is built, such as `qemu-aarch64 -L /usr/aarch64-linux-gnu`. Smoke
    /// scripts find it as `LOCKSTEP_EMULATOR`, which is empty where nothing is emulated; `build.setup` installs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulator: Option<Text>,
    /// The runner that installs it when it is delivered. By default that which builds it; a cross-built target has none
    /// otherwise, and so cannot be `official`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_on: Option<RunnerLabel>,
    /// The image that it is installed in when it is delivered, by tag and digest, with bash and its users' clients in it: musl's
    /// programs and packages are of a system that no hosted runner is. By default the image of the build, where that is one of musl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_in: Option<ContainerImage>,
    /// The image that the build runs in, by tag and digest. It brings its own toolchains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerImage>,
    /// Whether its binaries are linked statically, as those of musl can be, and so serve users of every C library: its npm packages
    /// name no `libc`, and its wheels are tagged for manylinux and musllinux. The bytes are held to it.
    #[serde(default, rename = "static", skip_serializing_if = "is_false")]
    pub is_static: bool,
    /// What links its binaries against an older glibc than that of the system that builds them, such as `zig`. The steps of the build
    /// call it; a floor that nothing meets is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linker: Option<Id>,
    /// The oldest glibc that its binaries run on. In quotes: YAML reads 2.30 as the number 2.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glibc: Option<GlibcVersion>,
    /// The oldest macOS that its binaries run on. In quotes, as a version is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub macos: Option<MacosVersion>,
    /// How archives name it. By default after Go: `linux_amd64`, `darwin_arm64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<ArchiveSuffix>,
    /// The platform tags of its wheels, joined by `.` where a wheel serves several, as what is linked statically serves every C
    /// library: `manylinux_2_17_x86_64.musllinux_1_1_x86_64`. By default the tag follows from the triple and the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheel: Option<WheelPlatforms>,
    /// Whether it is built a second time, in another folder of the machine, and must have the same bytes. Scripts are run again, and
    /// actions are not. Without it the manifest says that nobody tried.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reproducible: bool,
    /// How long its build may take, in minutes.
    #[serde(default = "default_timeout")]
    pub timeout_minutes: JobMinutes,
}

/// A runner of the project's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnRunner {
    /// Its system.
    pub os: RunnerOs,
    /// Its processor.
    pub cpu: Cpu,
}

/// Minutes of a job, which GitHub ends after six hours
/// ([limits](https://docs.github.com/en/actions/reference/limits)).
pub type JobMinutes = Within<1, 360>;

#[expect(clippy::expect_used, reason = "a constant within its bounds, covered by a test")]
fn default_timeout() -> JobMinutes {
    JobMinutes::new(60).expect("an hour is less than six")
}

/// How a target is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BuildMode {
    /// Optimised, as users run it.
    Release,
    /// With debug assertions and symbols.
    Debug,
}

impl BuildMode {
    /// The name in paths and in `LOCKSTEP_MODE`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }
}

/// Another repository that goes into the build. The manifest records its commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// Its name in the manifest.
    pub name: Id,
    /// The repository.
    pub repository: Repository,
    /// What is taken from it.
    #[serde(rename = "ref")]
    pub git_ref: SourceRef,
    /// Where the build finds it, below the project's root. By default its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<RelativePath>,
    /// Whether its submodules come with it.
    #[serde(default)]
    pub submodules: bool,
}

/// Which revision of a source is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceRef {
    /// The branch, tag or commit that is taken unless a release says otherwise.
    pub default: GitRef,
    /// The dispatch input of `release.yml` by which a release says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputName>,
}
