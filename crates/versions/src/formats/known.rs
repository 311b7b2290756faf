//! The table of all formats: everything that is known of one stands in its row.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;
use lockstep_schemas::version_format::VersionFormat;

use super::{
    Contents, bun, cargo, cmake, gradle, homebrew, maven, meson, msbuild, npm, pnpm, python,
    python_locks, ruby, yarn,
};

/// What is known of a format.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The names that its files are known by, with what stands for any text as `*`.
    pub names: &'static [&'static str],
    /// The fields that carry the version, each in the notation of the format.
    pub fields: &'static [&'static str],
    /// Whether a file has one of these fields; else it has all of them.
    pub is_one_of: bool,
    /// How it writes a version.
    pub scheme: VersionScheme,
    /// Whether it lists what other files define.
    pub is_lock: bool,
    /// Its reader.
    pub(crate) read: fn(&str) -> Result<Contents, Diagnostic>,
}

/// The format of a file, by its name.
#[must_use]
pub fn by_name(path: &str) -> Option<VersionFormat> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is = |known: &&str| match known.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == *known,
    };
    VersionFormat::ALL.into_iter().find(|format| known(*format).names.iter().any(is))
}

/// A file with one field, whose version is a semantic one.
const PLAIN: Known = Known {
    names: &[],
    fields: &[],
    is_one_of: false,
    scheme: VersionScheme::Semver,
    is_lock: false,
    read: |_| Ok(Contents::default()),
};
const PYTHON: Known = Known { scheme: VersionScheme::Pep440, ..PLAIN };
const LOCK: Known = Known { is_lock: true, ..PLAIN };

/// What is known of a format.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table, with a row for each format")]
pub fn known(format: VersionFormat) -> Known {
    match format {
        VersionFormat::CargoManifest => Known {
            names: &["Cargo.toml"],
            fields: &["[package].version", "[workspace.package].version"],
            is_one_of: true,
            read: |text| cargo::manifest(text, cargo::Role::Listed),
            ..PLAIN
        },
        VersionFormat::CargoLock => Known {
            names: &["Cargo.lock"],
            fields: &["[[package]].version"],
            read: cargo::lock,
            ..LOCK
        },
        VersionFormat::Pyproject => Known {
            names: &["pyproject.toml"],
            fields: &["[project].version", "[tool.poetry].version"],
            is_one_of: true,
            read: python::pyproject,
            ..PYTHON
        },
        VersionFormat::SetupCfg => Known {
            names: &["setup.cfg"],
            fields: &["[metadata] version"],
            read: python::setup_cfg,
            ..PYTHON
        },
        VersionFormat::PythonModule => Known {
            names: &["__init__.py", "__about__.py", "_version.py", "version.py"],
            fields: &["__version__"],
            read: |text| python::module(text, &["__version__".to_owned()]),
            ..PYTHON
        },
        VersionFormat::UvLock => Known {
            names: &["uv.lock"],
            fields: &["[[package]].version"],
            scheme: VersionScheme::Pep440,
            read: python_locks::uv,
            ..LOCK
        },
        VersionFormat::PoetryLock => Known {
            names: &["poetry.lock"],
            fields: &["[[package]].version"],
            scheme: VersionScheme::Pep440,
            read: python_locks::poetry,
            ..LOCK
        },
        VersionFormat::PackageJson => {
            Known { names: &["package.json"], fields: &[".version"], read: npm::package, ..PLAIN }
        }
        VersionFormat::PackageLock => Known {
            names: &["package-lock.json", "npm-shrinkwrap.json"],
            fields: &[".version", ".packages[\"\"].version"],
            read: npm::lock,
            ..LOCK
        },
        VersionFormat::PnpmLock => {
            Known { names: &["pnpm-lock.yaml"], fields: &[".importers"], read: pnpm::lock, ..LOCK }
        }
        VersionFormat::YarnLock => Known {
            names: &["yarn.lock"],
            fields: &["the workspace's descriptors"],
            read: yarn::lock,
            ..LOCK
        },
        VersionFormat::BunLock => {
            Known { names: &["bun.lock"], fields: &[".workspaces"], read: bun::lock, ..LOCK }
        }
        VersionFormat::Maven => Known {
            names: &["pom.xml"],
            fields: &["<project> <version>", "<parent> <version>"],
            is_one_of: true,
            read: maven::project,
            ..PLAIN
        },
        VersionFormat::RubyVersion => {
            Known { names: &["version.rb"], fields: &["VERSION"], read: ruby::version, ..PLAIN }
        }
        VersionFormat::Cmake => Known {
            names: &["CMakeLists.txt"],
            fields: &["project(VERSION)"],
            read: cmake::project,
            ..PLAIN
        },
        VersionFormat::Meson => Known {
            names: &["meson.build"],
            fields: &["project(version:)"],
            read: meson::project,
            ..PLAIN
        },
        VersionFormat::Gradle => Known {
            names: &["build.gradle", "build.gradle.kts"],
            fields: &["version"],
            read: gradle::build,
            ..PLAIN
        },
        VersionFormat::GradleProperties => Known {
            names: &["gradle.properties"],
            fields: &["version", "VERSION_NAME", "projectVersion"],
            is_one_of: true,
            read: gradle::properties,
            ..PLAIN
        },
        VersionFormat::Msbuild => Known {
            names: &["*.csproj", "Directory.Build.props"],
            fields: &["<Version>"],
            read: msbuild::project,
            ..PLAIN
        },
        VersionFormat::HomebrewFormula => Known {
            names: &["*.rb"],
            fields: &["version", "url"],
            is_one_of: true,
            read: homebrew::formula,
            ..PLAIN
        },
    }
}
