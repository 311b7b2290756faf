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
    pub(crate) programs: Vec<Program>,
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
    edition: Option<Inherited>,
    #[serde(default)]
    autobins: Option<bool>,
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

/// A program of a crate.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Program {
    pub(crate) name: String,
    #[serde(default)]
    path: Option<String>,
    /// Without all of these it is not built, and not missed.
    #[serde(default)]
    pub(crate) required_features: Vec<String>,
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
        let Package { name, edition, autobins, repository: said, metadata } = manifest.package;
        let repository = match said {
            Inherited::Text(said) => plain(&said),
            Inherited::Workspace { .. } => plain(repository),
            Inherited::Missing(()) => String::new(),
        };
        let mut programs = manifest.bin;
        let is_2015 =
            edition.is_none_or(|said| matches!(said, Inherited::Text(said) if said == "2015"));
        let finds = autobins.unwrap_or(!is_2015 || programs.is_empty());
        for (found, path) in
            folder.filter(|_| finds).map(|folder| found(folder, &name)).unwrap_or_default()
        {
            let is_it =
                |program: &Program| program.name == found || program.path.as_ref() == Some(&path);
            if !programs.iter().any(is_it) {
                programs.push(Program {
                    name: found,
                    path: Some(path),
                    required_features: Vec::new(),
                });
            }
        }
        Ok(Self { name, repository, programs, metadata: metadata.binstall })
    }
}

/// The programs that cargo finds by their places
/// ([documentation](https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery)).
fn found(folder: &Path, name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if folder.join("src/main.rs").is_file() {
        found.push((name.to_owned(), "src/main.rs".to_owned()));
    }
    let entries = std::fs::read_dir(folder.join("src/bin")).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let below = match path.extension() {
            Some(extension) if extension == "rs" => "",
            _ if path.join("main.rs").is_file() => "/main.rs",
            _ => continue,
        };
        let (stem, file) = (path.file_stem(), path.file_name());
        if let (Some(stem), Some(file)) =
            (stem.and_then(|stem| stem.to_str()), file.and_then(|file| file.to_str()))
        {
            found.push((stem.to_owned(), format!("src/bin/{file}{below}")));
        }
    }
    found
}

/// A repository's address, as addresses of releases begin with it
/// ([`package.repository`](https://doc.rust-lang.org/cargo/reference/manifest.html#the-repository-field)): of a folder in a branch the
/// repository's own.
fn plain(said: &str) -> String {
    let said = said.trim_end_matches('/');
    let said = said.strip_suffix(".git").unwrap_or(said);
    let said = said.split_once("/tree/").map_or(said, |(before, _)| before);
    said.strip_prefix("http://").map_or_else(|| said.to_owned(), |rest| format!("https://{rest}"))
}
