//! Writing, so that a reader never meets half a file.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::Failure;
use crate::render::Rendered;

/// How temporary files begin. One that a killed run left behind is removed by the next.
const PREFIX: &str = ".lockstep-";
/// How they end.
const SUFFIX: &str = ".tmp";

/// Replaces files and removes others. All new text is on disk before the first file is replaced, and
/// each is replaced in one step.
pub fn replace(root: &Path, changed: &[&Rendered], gone: &[&str]) -> Result<(), Failure> {
    let folders: BTreeSet<&Path> =
        changed.iter().filter_map(|file| Path::new(&file.path).parent()).collect();
    for folder in folders {
        sweep(&root.join(folder));
    }

    let mut prepared = Vec::new();
    for file in changed {
        let path = root.join(&file.path);
        let folder = path.parent().unwrap_or(root);
        let failure = |error| Failure { path: path.clone(), attempt: "written", error };
        fs::create_dir_all(folder).map_err(failure)?;
        stays_within(root, folder).map_err(failure)?;
        prepared.push((prepare(folder, &file.text).map_err(failure)?, path.clone()));
    }
    for (temporary, path) in prepared {
        temporary.persist(&path).map_err(|error| Failure {
            path: path.clone(),
            attempt: "replaced",
            error: error.error,
        })?;
    }
    for path in gone {
        let path = root.join(path);
        fs::remove_file(&path).map_err(|error| Failure { path, attempt: "removed", error })?;
    }
    Ok(())
}

/// A link must not lead the writing out of the project.
fn stays_within(root: &Path, folder: &Path) -> std::io::Result<()> {
    if folder.canonicalize()?.starts_with(root.canonicalize()?) {
        Ok(())
    } else {
        Err(std::io::Error::other("a link leads out of the project"))
    }
}

fn prepare(folder: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the umask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Removes what a killed run left behind.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = |name: &str| name.starts_with(PREFIX) && name.ends_with(SUFFIX);
        if name.to_str().is_some_and(is_ours) {
            // Another run may have removed it first; then there is nothing left to do.
            let _ = fs::remove_file(entry.path());
        }
    }
}
