//! A cargo registry, by its index
//! ([format](https://doc.rust-lang.org/cargo/reference/registry-index.html)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::receipt::FileState;
use lockstep_schemas::strings::{Sha256, Version};
use serde::Deserialize;
use tame_index::{IndexUrl, KrateName, PathBuf};

use crate::web::{Answer, Question, Web, shown};

const CARGO: &str = "the cargo registry";

/// Where the index of a registry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Index {
    /// At an address that files are asked for one by one.
    Sparse(String),
    /// In a git repository.
    Git(String),
}

/// A version of a crate, as an index has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Release {
    /// The version.
    #[serde(rename = "vers")]
    pub version: String,
    /// The SHA-256 of its `.crate`.
    #[serde(rename = "cksum")]
    pub checksum: String,
    /// Whether it was taken back: who has it keeps it, and nobody else gets it.
    #[serde(default)]
    pub yanked: bool,
}

impl Index {
    /// That of a registry that cargo knows by a name, or of crates.io, as cargo run from a folder is configured for it.
    ///
    /// # Errors
    ///
    /// Where cargo's configuration does not say.
    pub fn configured(
        registry: Option<&str>,
        folder: &std::path::Path,
        cargo: &str,
    ) -> Result<Self, Diagnostic> {
        let refused = |why: String| {
            let message = format!("cargo's configuration does not say where the index is: {why}");
            Diagnostic::new(Rule::WrongInput, message).with_remedy(
                "name it as `registries.NAME.index` in the config.toml of cargo's home",
            )
        };
        let root = PathBuf::from_path_buf(folder.to_owned());
        let root = root.map_err(|folder| refused(format!("{} is not UTF-8", folder.shown())))?;
        let url = match registry {
            Some(name) => IndexUrl::for_registry_name(Some(root), None, name),
            None => IndexUrl::crates_io(Some(root), None, Some(cargo)),
        };
        let url = url.map_err(|error| refused(error.to_string()))?;
        if let IndexUrl::Local(folder) = &url {
            return Err(refused(format!("{folder} is a folder, and nothing is published there")));
        }
        let text = url.as_str();
        Ok(match text.strip_prefix("sparse+") {
            Some(address) => Self::Sparse(address.trim_end_matches('/').to_owned()),
            None => Self::Git(text.to_owned()),
        })
    }

    /// Its address, as messages show it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Sparse(address) | Self::Git(address) => shown(address),
        }
    }
}

/// Where in an index the file of a crate is.
///
/// # Errors
///
/// Where no crate can be called so.
pub fn place_of(name: &str) -> Result<String, Diagnostic> {
    let name = KrateName::try_from(name)
        .map_err(|error| Diagnostic::new(Rule::WrongForm, format!("`{name}`: {error}")))?;
    Ok(name.relative_path(Some('/')))
}

/// The versions of a crate in a sparse index; `None` where there is no such crate.
///
/// # Errors
///
/// Where the index does not say.
pub fn releases(
    web: &Web<'_>,
    index: &str,
    name: &str,
) -> Result<Option<Vec<Release>>, Diagnostic> {
    let address = format!("{index}/{}", place_of(name)?);
    let question = Question { of: CARGO, address: &address, accept: "text/plain", token: None };
    match web.get(question)? {
        // Some indices say the latter of what they do not have
        // ([documentation](https://doc.rust-lang.org/cargo/reference/registry-index.html#nonexistent-crates)).
        Answer::Missing | Answer::Refused(451) => Ok(None),
        Answer::Refused(status) => {
            let message = format!("the index does not show `{name}`: it answers {status}");
            Err(Diagnostic::new(Rule::RegistrySilent, message).with_remedy(
                "look whether cargo is configured for a registry that this machine may read",
            ))
        }
        Answer::Found(_, body) => read(name, &body).map(Some),
    }
}

/// The versions of a crate, by the lines of its file in an index.
///
/// # Errors
///
/// Where a line is not one of an index.
pub fn read(name: &str, file: &[u8]) -> Result<Vec<Release>, Diagnostic> {
    let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let releases: Result<Vec<Release>, _> = lines.map(serde_json::from_slice).collect();
    releases.map_err(|error| {
        let message = format!("what the index says of `{name}` cannot be read: {error}");
        Diagnostic::new(Rule::RegistrySilent, message)
            .with_remedy("look whether cargo is configured for the index of a registry")
    })
}

/// The release of a version, whatever its build metadata: a registry takes only one of them.
#[must_use]
pub fn of_version<'r>(releases: &'r [Release], version: &Version) -> Option<&'r Release> {
    let plain = |text: &'_ str| text.split('+').next().unwrap_or_default().to_owned();
    let wanted = plain(version.as_str());
    releases.iter().find(|release| plain(&release.version) == wanted)
}

/// What there is of a version whose `.crate` has a digest.
#[must_use]
pub fn has(releases: &[Release], version: &Version, sha256: &Sha256) -> FileState {
    match of_version(releases, version) {
        None => FileState::Absent,
        Some(release) if release.checksum != sha256.as_str() => FileState::Other,
        // Users who do not have it yet get another.
        Some(release) if release.yanked => FileState::Burnt,
        Some(_) => FileState::Ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(place_of("a").unwrap(), "1/a");
        assert_eq!(place_of("Beads-core").unwrap(), "be/ad/beads-core");
        assert!(place_of("../a").is_err());
    }

    #[test]
    fn lines_of_an_index() {
        let file = b"{\"name\":\"a\",\"vers\":\"1.0.0+x\",\"cksum\":\"c\",\"deps\":[],\"yanked\":true}\n\n{\"name\":\"a\",\"vers\":\"1.0.1\",\"cksum\":\"d\"}\n";
        let releases = read("a", file).unwrap();
        let of = |version: &str| of_version(&releases, &version.parse().unwrap());
        assert!(of("1.0.0").unwrap().yanked);
        assert_eq!(of("1.0.1").unwrap().checksum, "d");
        assert_eq!(of("1.0.2"), None);
        assert!(read("a", b"<html>").is_err());
    }
}
