//! A crate's manifest, as cargo-binstall reads it.

use std::path::Path;

use binstalk_types::cargo_toml_binstall::PkgMeta;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use serde::Deserialize;

/// What a crate says of itself.
#[derive(Debug, Clone)]
pub struct Crate {
    pub(crate) name: String,
    /// Its repository; none where a workspace says it.
    pub(crate) repository: String,
    pub(crate) programs: Vec<String>,
    pub(crate) metadata: PkgMeta,
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
    #[serde(default)]
    bin: Vec<Program>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    repository: Inherited,
    #[serde(default)]
    metadata: Metadata,
}

/// A text, or that the workspace says it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Inherited {
    Text(String),
    Workspace {
        #[serde(rename = "workspace")]
        _is: bool,
    },
    Missing(()),
}

impl Default for Inherited {
    fn default() -> Self {
        Self::Missing(())
    }
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    binstall: PkgMeta,
}

#[derive(Deserialize)]
struct Program {
    name: String,
}

impl Crate {
    /// Reads a `Cargo.toml`. What it leaves to its workspace is `repository`; the programs that it does not name are those of the
    /// folder that it is in, where one is given.
    ///
    /// # Errors
    ///
    /// Where it is not a manifest of a package, or its metadata is not what cargo-binstall reads.
    pub fn read(text: &str, repository: &str, folder: Option<&Path>) -> Result<Self, Diagnostic> {
        let invalid = |why: String| {
            Diagnostic::new(Rule::PackageMismatch, format!("cargo-binstall cannot read it: {why}"))
        };
        let manifest: Manifest =
            toml_edit::de::from_str(text).map_err(|error| invalid(error.message().to_owned()))?;
        let Package { name, repository: said, metadata } = manifest.package;
        let repository = match said {
            Inherited::Text(said) => said.trim_end_matches('/').trim_end_matches(".git").to_owned(),
            Inherited::Workspace { .. } => repository.to_owned(),
            Inherited::Missing(()) => String::new(),
        };
        let mut programs: Vec<String> =
            manifest.bin.into_iter().map(|program| program.name).collect();
        if let Some(folder) = folder {
            programs.extend(found(folder, &name));
        }
        programs.sort_unstable();
        programs.dedup();
        Ok(Self { name, repository, programs, metadata: metadata.binstall })
    }
}

/// The programs that cargo finds by their places
/// ([documentation](https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery)).
fn found(folder: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    if folder.join("src/main.rs").is_file() {
        found.push(name.to_owned());
    }
    let entries = std::fs::read_dir(folder.join("src/bin")).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let is_program = path.extension().is_some_and(|extension| extension == "rs")
            || path.join("main.rs").is_file();
        if let (true, Some(stem)) = (is_program, path.file_stem().and_then(|stem| stem.to_str())) {
            found.push(stem.to_owned());
        }
    }
    found
}
