//! Sample projects, as repositories of a GitHub of folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::github_api::{GitHubApi, TOKEN};
use crate::program::lockstep;
use crate::runs::{GitHub, Repository, Settings};
use crate::{root, tools};

/// A working copy of a sample project.
#[derive(Debug)]
pub struct Sample {
    folder: TempDir,
    name: &'static str,
}

impl Sample {
    /// The xsnap-worker project: the reference, what its maintainer has beside it, and the model by which it publishes to npm.
    #[must_use]
    pub fn xsnap() -> Self {
        let name = "Agoric/xsnap-worker-binaries";
        let sample = Self { folder: tempfile::tempdir().unwrap(), name };
        reference(&root().join("workflows/xsnap-worker"), sample.path());
        copy(&root().join("tests/projects/xsnap-worker"), sample.path());
        sample
    }

    /// The same as the repository of another.
    #[must_use]
    pub fn as_repository(self, name: &'static str) -> Self {
        let model = self.path().join("lockstep.yaml");
        let text = fs::read_to_string(&model).unwrap();
        fs::write(&model, text.replace(self.name, name)).unwrap();
        Self { name, ..self }
    }

    /// The project with a bit of everything.
    #[must_use]
    pub fn abacus() -> Self {
        Self::copy("abacus", "someone/abacus")
    }

    /// The smallest project that ships to every registry.
    #[must_use]
    pub fn beads() -> Self {
        Self::copy("beads", "someone/tool")
    }

    /// The smallest project.
    #[must_use]
    pub fn tool() -> Self {
        Self::copy("tool", "someone/tool")
    }

    /// The project of the README's model, whose text is read there.
    ///
    /// # Panics
    ///
    /// When the README begins with no model.
    #[must_use]
    pub fn readme() -> Self {
        let sample = Self::copy("readme", "someone/tool");
        let text = fs::read_to_string(root().join("README.md")).unwrap();
        let model = text.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```"));
        let (model, _) = model.expect("the README has a model");
        assert!(model.starts_with("schema: 1\n"), "{model}");
        fs::write(sample.path().join("lockstep.yaml"), model).unwrap();
        sample
    }

    /// Lockstep itself, as far as its own release goes: its model, its actions, and what is packed beside programs.
    #[must_use]
    pub fn lockstep() -> Self {
        let sample =
            Self { folder: tempfile::tempdir().unwrap(), name: "lockstep-release/lockstep" };
        for file in
            ["lockstep.yaml", "rust-toolchain.toml", "LICENSE-APACHE", "LICENSE-MIT", "action.yml"]
        {
            fs::copy(root().join(file), sample.path().join(file)).unwrap();
        }
        copy(&root().join("generator/packages"), &sample.path().join("generator/packages"));
        copy(&root().join("actions"), &sample.path().join("actions"));
        sample
    }

    fn copy(folder: &str, name: &'static str) -> Self {
        let sample = Self { folder: tempfile::tempdir().unwrap(), name };
        copy(&root().join("tests/projects").join(folder), sample.path());
        sample
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Renders its workflows.
    pub fn render(&self) {
        let outcome = lockstep(self.path(), &["generate"]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }

    /// Makes a repository of it.
    pub fn commit<'a>(&self, hub: &'a GitHub) -> Repository<'a> {
        hub.create(self.name, self.path())
    }

    /// Renders its workflows and makes a repository of it.
    pub fn publish<'a>(&self, hub: &'a GitHub) -> Repository<'a> {
        self.render();
        self.commit(hub)
    }
}

/// Copies a reference project, without what it renders as workflows.
pub fn reference(from: &Path, to: &Path) {
    copy(from, to);
    fs::remove_dir_all(to.join(".github")).unwrap();
    let model = to.join("lockstep.yaml");
    fs::write(&model, released(&fs::read_to_string(&model).unwrap())).unwrap();
}

/// A reference model's text as one whose Lockstep is released: the model names no commit before its first release.
#[must_use]
pub fn released(text: &str) -> String {
    assert!(
        text.contains(UNRELEASED),
        "the reference models can name a release: take `--reference` out"
    );
    text.replace(UNRELEASED, LOCKSTEP)
}

/// What the reference models name as Lockstep's commit.
pub const UNRELEASED: &str = "0000000000000000000000000000000000000000";
/// What the other models of the tests name.
const LOCKSTEP: &str = "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216";

/// The repository that xsnap-worker is built from: the package of its sources where agoric-sdk has it.
pub fn agoric_sdk(hub: &GitHub) -> Repository<'_> {
    let folder = tempfile::tempdir().unwrap();
    let packages = folder.path().join("packages");
    fs::create_dir(&packages).unwrap();
    untar(&tools::folder().join("agoric-xsnap-0.15.0.tgz"), &packages);
    fs::rename(packages.join("package"), packages.join("xsnap")).unwrap();
    let repository = hub.create("Agoric/agoric-sdk", folder.path());
    repository.branch("master");
    repository
}

/// The repository that the abacus takes its numerals from.
pub fn numerals(hub: &GitHub) -> Repository<'_> {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("tests/projects/numerals"), folder.path());
    hub.create("someone/numerals", folder.path())
}

/// A GitHub on which nothing is published yet. It ends with the tests.
static EMPTY: LazyLock<GitHubApi> = LazyLock::new(GitHubApi::new);

/// What the builds of samples keep from run to run: objects, and zig's own cache; and a GitHub that is asked of their releases.
#[must_use]
pub fn settings() -> Settings {
    let cache = |name: &str| {
        let folder = tools::folder().join("cache").join(name);
        fs::create_dir_all(&folder).unwrap();
        folder.into_os_string()
    };
    Settings {
        env: vec![
            ("XSNAP_OBJECTS", cache("xsnap")),
            ("ZIG_GLOBAL_CACHE_DIR", cache("zig")),
            ("ZIG_LOCAL_CACHE_DIR", cache("zig")),
            ("GITHUB_API_URL", EMPTY.address().into()),
        ],
        secrets: [("GITHUB_TOKEN", TOKEN.to_owned())].into(),
        ..Settings::default()
    }
}

/// Unpacks a `.tar.gz` by the machine's own tar.
pub fn untar(archive: &Path, into: &Path) {
    let status = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(into).status();
    assert!(status.expect("tar starts").success(), "{}", archive.display());
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
