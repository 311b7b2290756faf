//! The formats of the files that carry a version, known by their names.

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
    /// `package.json` ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
    PackageJson,
    /// `package-lock.json` or `npm-shrinkwrap.json`
    /// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json)).
    PackageLock,
    /// `pnpm-lock.yaml`.
    PnpmLock,
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
    /// A project of .NET, such as `tool.csproj`
    /// ([documentation](https://learn.microsoft.com/en-us/dotnet/core/project-sdk/msbuild-props#version)).
    Msbuild,
}

impl VersionFormat {
    /// The names that files are known by, with what stands for any text as `*`, and the format of each.
    pub const NAMES: [(&'static str, Self); 21] = [
        ("Cargo.toml", Self::CargoManifest),
        ("Cargo.lock", Self::CargoLock),
        ("pyproject.toml", Self::Pyproject),
        ("setup.cfg", Self::SetupCfg),
        ("__init__.py", Self::PythonModule),
        ("__about__.py", Self::PythonModule),
        ("_version.py", Self::PythonModule),
        ("version.py", Self::PythonModule),
        ("uv.lock", Self::UvLock),
        ("package.json", Self::PackageJson),
        ("package-lock.json", Self::PackageLock),
        ("npm-shrinkwrap.json", Self::PackageLock),
        ("pnpm-lock.yaml", Self::PnpmLock),
        ("CMakeLists.txt", Self::Cmake),
        ("meson.build", Self::Meson),
        ("build.gradle", Self::Gradle),
        ("build.gradle.kts", Self::Gradle),
        ("gradle.properties", Self::GradleProperties),
        ("*.csproj", Self::Msbuild),
        ("Directory.Build.props", Self::Msbuild),
        ("*.rb", Self::HomebrewFormula),
    ];

    /// The format of a file, by its name.
    #[must_use]
    pub fn by_name(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is = |known: &str| match known.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == known,
        };
        Self::NAMES.into_iter().find(|(known, _)| is(known)).map(|(_, format)| format)
    }

    /// The fields of such a file that carry the version, each in the notation of the format.
    #[must_use]
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::CargoManifest => &["[package].version", "[workspace.package].version"],
            Self::CargoLock | Self::UvLock => &["[[package]].version"],
            Self::Pyproject => &["[project].version", "[tool.poetry].version"],
            Self::SetupCfg => &["[metadata] version"],
            Self::PythonModule => &["__version__"],
            Self::PackageJson => &[".version"],
            Self::PackageLock => &[".version", ".packages[\"\"].version"],
            Self::PnpmLock => &[".importers"],
            Self::HomebrewFormula => &["version", "url"],
            Self::Cmake => &["project(VERSION)"],
            Self::Meson => &["project(version:)"],
            Self::Gradle | Self::GradleProperties => &["version"],
            Self::Msbuild => &["<Version>"],
        }
    }
}
