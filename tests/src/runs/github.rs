//! Repositories in folders, which git finds where it looks for GitHub's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A GitHub of folders. It ends with the test.
#[derive(Debug)]
pub struct GitHub {
    folder: TempDir,
}

impl GitHub {
    /// One without repositories.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hub = Self { folder };
        fs::create_dir(hub.repositories()).unwrap();
        // Whatever asks for a repository of GitHub's is led to the folder of that name.
        let config = format!(
            "[url \"file://{}/\"]\n\tinsteadOf = https://github.com/\n\
             [user]\n\tname = Test\n\temail = test@localhost\n\
             [init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n\
             [protocol \"file\"]\n\tallow = always\n",
            hub.repositories().display()
        );
        fs::write(hub.git_config(), config).unwrap();
        hub
    }

    /// A folder of this GitHub's own.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration by which git finds the repositories.
    #[must_use]
    pub fn git_config(&self) -> PathBuf {
        self.path().join("gitconfig")
    }

    fn repositories(&self) -> PathBuf {
        self.path().join("repositories")
    }

    /// A new repository, whose first commit on `main` is the files of a folder.
    pub fn create(&self, name: &str, files: &Path) -> Repository<'_> {
        let bare = self.repositories().join(name);
        fs::create_dir_all(&bare).unwrap();
        let repository = Repository { hub: self, name: name.to_owned(), bare };
        let bare = repository.bare.to_str().unwrap();
        self.git(&["init", "--quiet", "--bare", bare], self.path());
        // As on GitHub, a commit can be fetched by its name alone.
        self.git(&["-C", bare, "config", "uploadpack.allowAnySHA1InWant", "true"], self.path());
        self.git(&["init", "--quiet"], files);
        self.git(&["remote", "add", "origin", &format!("https://github.com/{name}")], files);
        repository.push(files, "First");
        repository
    }

    /// Runs git, which must end well, and returns what it printed.
    pub fn git(&self, arguments: &[&str], folder: &Path) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", self.git_config())
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Default for GitHub {
    fn default() -> Self {
        Self::new()
    }
}

/// A repository.
#[derive(Debug)]
pub struct Repository<'a> {
    pub(super) hub: &'a GitHub,
    /// `owner/name`.
    pub name: String,
    bare: PathBuf,
}

impl Repository<'_> {
    /// The folder that it is.
    #[must_use]
    pub fn bare(&self) -> &Path {
        &self.bare
    }

    /// Commits what is in a folder to `main`.
    pub fn push(&self, files: &Path, message: &str) {
        self.hub.git(&["add", "--all"], files);
        self.hub.git(&["commit", "--quiet", "--allow-empty", "--message", message], files);
        self.hub.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"], files);
    }

    /// Tags the newest commit of `main`.
    pub fn tag(&self, tag: &str) {
        self.hub.git(&["tag", tag, "main"], &self.bare);
    }

    /// Moves a tag to the newest commit of `main`.
    pub fn move_tag(&self, tag: &str) {
        self.hub.git(&["tag", "--force", tag, "main"], &self.bare);
    }

    /// Makes a branch of the newest commit of `main`.
    pub fn branch(&self, branch: &str) {
        self.hub.git(&["branch", branch, "main"], &self.bare);
    }

    /// The commit of a ref.
    #[must_use]
    pub fn commit(&self, git_ref: &str) -> String {
        self.hub.git(&["rev-parse", &format!("{git_ref}^{{commit}}")], &self.bare)
    }

    /// A clone with a ref checked out.
    pub fn clone_at(&self, git_ref: &str, into: &Path) {
        let address = format!("https://github.com/{}", self.name);
        self.hub.git(&["clone", "--quiet", &address, into.to_str().unwrap()], self.hub.path());
        self.hub.git(&["fetch", "--quiet", "origin", git_ref], into);
        self.hub.git(&["checkout", "--quiet", "--detach", "FETCH_HEAD"], into);
    }

    /// Makes a pull request of a change to `main`, with the merge that GitHub makes of it.
    pub fn pull_request(&self, number: u32, change: impl FnOnce(&Path)) {
        let folder = tempfile::tempdir().unwrap();
        self.clone_at("refs/heads/main", folder.path());
        let git = |arguments: &[&str]| self.hub.git(arguments, folder.path());
        git(&["checkout", "--quiet", "-b", "change"]);
        change(folder.path());
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--message", "A change"]);
        git(&["checkout", "--quiet", "--detach", "origin/main"]);
        git(&["merge", "--quiet", "--no-ff", "--message", "The merge", "change"]);
        git(&["push", "--quiet", "origin", &format!("HEAD:refs/pull/{number}/merge")]);
    }
}
