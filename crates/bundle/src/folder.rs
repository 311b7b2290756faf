//! The working folder, and what stands where in it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::strings::TargetId;

/// What the name of a target's upload begins with.
pub const UPLOAD_PREFIX: &str = "target-";

/// What to do where a file is no longer the one that was built.
pub const CHANGED_ON_THE_WAY: &str =
    "it changed on the way: find out how before this version is built again";

/// The folder below the project's root that everything stands in that jobs pass on.
#[derive(Debug, Clone, Copy)]
pub struct WorkingFolder<'a>(pub &'a Path);

impl WorkingFolder<'_> {
    /// What a target's build uploads.
    #[must_use]
    pub fn out(self) -> PathBuf {
        self.0.join("out")
    }

    /// How the checks went that stop nothing, by the names of artifacts: from who runs them to who writes the manifest.
    #[must_use]
    pub fn advisory(self) -> PathBuf {
        self.0.join("advisory.json")
    }

    /// A target's upload, downloaded.
    #[must_use]
    pub fn upload(self, target: &TargetId) -> PathBuf {
        self.uploads().join(format!("{UPLOAD_PREFIX}{target}"))
    }

    /// A target's upload, if there is one.
    pub fn uploaded(self, target: &TargetId) -> Result<PathBuf, Diagnostic> {
        let upload = self.upload(target);
        if upload.is_dir() {
            return Ok(upload);
        }
        Err(Diagnostic::new(Rule::UploadMissing, format!("{target} did not upload anything"))
            .in_file(upload.shown())
            .with_remedy("look at its build job; run that job again, and then this one"))
    }

    /// The folder of all uploads.
    #[must_use]
    pub fn uploads(self) -> PathBuf {
        self.0.join("targets")
    }

    /// The uploads of all attempts of a run, as they are downloaded.
    #[must_use]
    pub fn downloads(self) -> PathBuf {
        self.0.join("uploads")
    }

    /// The bundle.
    #[must_use]
    pub fn bundle(self) -> PathBuf {
        self.0.join("bundle")
    }

    /// Makes one of its folders anew, without what an earlier call left there.
    pub fn make_empty(self, folder: &Path) -> Result<(), Diagnostic> {
        // Only a folder that hides itself is sure to be a working folder.
        let is_ours = std::fs::read(self.0.join(".gitignore")).is_ok_and(|text| text == b"*\n");
        if is_ours && folder.is_dir() {
            std::fs::remove_dir_all(folder).map_err(|error| {
                Diagnostic::new(Rule::FileUnwritable, format!("cannot be emptied: {error}"))
                    .in_file(folder.shown())
            })?;
        } else if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Diagnostic::new(
                Rule::StrayFile,
                "is not empty, and an earlier run did not make it",
            )
            .in_file(folder.shown())
            .with_remedy("name another folder with --directory"));
        }
        self.make(folder)
    }

    /// Makes one of its folders, and the whole of it invisible to git: a client that packs a checkout
    /// refuses one with files that git does not know.
    pub fn make(self, folder: &Path) -> Result<(), Diagnostic> {
        let make = || -> io::Result<()> {
            std::fs::create_dir_all(folder)?;
            match File::create_new(self.0.join(".gitignore")) {
                Ok(mut ignore) => ignore.write_all(b"*\n"),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(error),
            }
        };
        make().map_err(|error| {
            Diagnostic::new(Rule::FileUnwritable, format!("cannot be made: {error}"))
                .in_file(folder.shown())
        })
    }
}

/// The names of everything in a folder, in order; hidden files are not looked at.
pub fn list(folder: &Path) -> Result<Vec<String>, Diagnostic> {
    let mut names = list_all(folder)?;
    names.retain(|name| !name.starts_with('.'));
    Ok(names)
}

/// The names of everything in a folder, in order.
pub fn list_all(folder: &Path) -> Result<Vec<String>, Diagnostic> {
    let read = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    };
    read().map_err(|error| {
        Diagnostic::new(Rule::FileUnreadable, format!("cannot be read: {error}"))
            .in_file(folder.shown())
    })
}
