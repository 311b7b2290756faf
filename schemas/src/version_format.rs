//! The formats of the files that carry a version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The format of a version file: which of its fields carry the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionFormat {
    /// `Cargo.toml` ([manifest](https://doc.rust-lang.org/cargo/reference/manifest.html)).
    CargoManifest,
    /// `Cargo.lock`.
    CargoLock,
    /// `pyproject.toml`
    /// ([specification](https://packaging.python.org/en/latest/specifications/pyproject-toml/)).
    Pyproject,
    /// `setup.cfg`
    /// ([documentation](https://setuptools.pypa.io/en/latest/userguide/declarative_config.html)).
    SetupCfg,
    /// A Python module with `__version__`.
    PythonModule,
    /// `uv.lock`.
    UvLock,
    /// `poetry.lock`.
    PoetryLock,
    /// `package.json` ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
    PackageJson,
    /// `package-lock.json` or `npm-shrinkwrap.json`
    /// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json)).
    PackageLock,
    /// `pnpm-lock.yaml`.
    PnpmLock,
    /// `yarn.lock` of Yarn 2 and later ([documentation](https://yarnpkg.com/features/workspaces)).
    YarnLock,
    /// `bun.lock` ([documentation](https://bun.sh/docs/pm/lockfile)).
    BunLock,
    /// A Homebrew formula ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).
    HomebrewFormula,
    /// `CMakeLists.txt` ([documentation](https://cmake.org/cmake/help/latest/command/project.html)).
    Cmake,
    /// `meson.build` ([documentation](https://mesonbuild.com/Reference-manual_functions.html#project)).
    Meson,
    /// `build.gradle` or `build.gradle.kts`.
    Gradle,
    /// `gradle.properties`.
    GradleProperties,
    /// `pom.xml` ([documentation](https://maven.apache.org/pom.html)).
    Maven,
    /// `version.rb` of a Ruby gem, which assigns `VERSION`.
    RubyVersion,
    /// A project of .NET, such as `tool.csproj`
    /// ([documentation](https://learn.microsoft.com/en-us/dotnet/core/project-sdk/msbuild-props#version)).
    Msbuild,
}

impl VersionFormat {
    /// All of them, in the order in which a file's name is looked for.
    pub const ALL: [Self; 20] = [
        Self::CargoManifest,
        Self::CargoLock,
        Self::Pyproject,
        Self::SetupCfg,
        Self::PythonModule,
        Self::UvLock,
        Self::PoetryLock,
        Self::PackageJson,
        Self::PackageLock,
        Self::PnpmLock,
        Self::YarnLock,
        Self::BunLock,
        Self::Cmake,
        Self::Meson,
        Self::Gradle,
        Self::GradleProperties,
        Self::Maven,
        Self::Msbuild,
        Self::RubyVersion,
        Self::HomebrewFormula,
    ];
}
