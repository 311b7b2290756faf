//! Which fields a file has, by its format.

use crate::{Field, Invalid, Words, json, text, toml};

/// The format of a version file: known by its name, or said by the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// `Cargo.toml`.
    CargoManifest,
    /// `Cargo.lock`.
    CargoLock,
    /// `pyproject.toml`.
    Pyproject,
    /// `setup.cfg`.
    SetupCfg,
    /// A Python file with `__version__`.
    Python,
    /// `package.json`.
    Package,
    /// `package-lock.json`.
    PackageLock,
    /// `uv.lock`.
    UvLock,
    /// A Homebrew formula.
    Formula,
    /// `CMakeLists.txt`.
    Cmake,
    /// `meson.build`.
    Meson,
    /// `build.gradle`, `build.gradle.kts`.
    Gradle,
    /// `gradle.properties`.
    GradleProperties,
    /// A project of .NET.
    Csproj,
    /// JSON, by a pointer.
    Json(String),
    /// TOML, by keys.
    Toml(String),
    /// Any text, by a regular expression with one group.
    Regex(String),
}

/// The names of what the repository itself defines: what else a file names of that version is a field of it too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// Crates.
    pub crates: Vec<String>,
    /// npm packages.
    pub npm: Vec<String>,
    /// Python projects.
    pub python: Vec<String>,
}

impl Own {
    /// Adds what a file defines.
    pub fn add(&mut self, format: &Format, text: &str) {
        match format {
            Format::CargoManifest | Format::Pyproject => toml::own(text, self),
            Format::Package => json::own(text, self),
            _ => {}
        }
    }
}

impl Format {
    /// The format of a file, by its name.
    #[must_use]
    pub fn by_name(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        Some(match name {
            "Cargo.toml" => Self::CargoManifest,
            "Cargo.lock" => Self::CargoLock,
            "pyproject.toml" => Self::Pyproject,
            "setup.cfg" => Self::SetupCfg,
            "package.json" => Self::Package,
            "package-lock.json" => Self::PackageLock,
            "uv.lock" => Self::UvLock,
            "__init__.py" | "_version.py" => Self::Python,
            "CMakeLists.txt" => Self::Cmake,
            "meson.build" => Self::Meson,
            "build.gradle" | "build.gradle.kts" => Self::Gradle,
            "gradle.properties" => Self::GradleProperties,
            _ => match name.rsplit_once('.')?.1 {
                "csproj" => Self::Csproj,
                "rb" => Self::Formula,
                _ => return None,
            },
        })
    }
}

/// The fields of a file that carry its version, in the order of its format.
///
/// # Errors
///
/// Where the file is not of its format, or has no such field.
pub fn fields(format: &Format, file: &str, own: &Own) -> Result<Vec<Field>, Invalid> {
    // Places are those of the whole file.
    let mark = if file.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut fields = of(format, &file[mark..], own)
        .map_err(|invalid| Invalid { at: invalid.at.map(|at| at + mark), ..invalid })?;
    for field in &mut fields {
        field.place = field.place.start + mark..field.place.end + mark;
    }
    Ok(fields)
}

fn of(format: &Format, file: &str, own: &Own) -> Result<Vec<Field>, Invalid> {
    let semantic = |pattern: &str, name: &str| text::pattern(file, pattern, name, Words::Semantic);
    match format {
        Format::CargoManifest => toml::cargo_manifest(file),
        Format::CargoLock => toml::lock(file, &own.crates, Words::Semantic),
        Format::Pyproject => toml::pyproject(file),
        Format::UvLock => toml::lock(file, &own.python, Words::Python),
        Format::SetupCfg => text::pattern(
            file,
            r"\A(?:[^\[]*(?:\[(?:[^m\]]|m[^e])[^\[]*)*)\[metadata\][^\[]*?^version\s*[=:]\s*(\S+)[ \t]*$",
            "[metadata] version",
            Words::Python,
        ),
        Format::Python => text::python(file),
        Format::Package => json::package(file, own),
        Format::PackageLock => json::package_lock(file, own),
        Format::Formula => semantic(r#"^\s*version\s+"([^"\n]+)"\s*$"#, "version"),
        Format::Cmake => semantic(
            r"^\s*[Pp][Rr][Oo][Jj][Ee][Cc][Tt]\s*\([^)#]*?\bVERSION\s+([0-9][^\s)]*)",
            "project(… VERSION)",
        ),
        Format::Meson => {
            semantic(r"^\s*project\s*\([^)#]*?\bversion\s*:\s*'([^'\n]*)'", "project(version:)")
        }
        Format::Gradle => semantic(r#"^version\s*=?\s*["']([^"'\n]*)["']"#, "version"),
        Format::GradleProperties => semantic(r"^version\s*[=:]\s*(\S+)\s*$", "version"),
        Format::Csproj => semantic(r"<Version>\s*([^<\s]+)\s*</Version>", "<Version>"),
        Format::Json(pointer) => json::pointer(file, pointer),
        Format::Toml(pointer) => toml::pointer(file, pointer),
        Format::Regex(pattern) => semantic(pattern, pattern),
    }
}
