//! Writing files, so that a reader never meets half of one.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use tempfile::{Builder, TempPath};

/// How temporary files begin. One that a killed run left behind is removed by the next.
const PREFIX: &str = ".lockstep-";
/// How they end.
const SUFFIX: &str = ".tmp";

/// How long one run waits for another to end its writing: so many pauses.
const LONGEST_WAIT: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);
/// How long it is tried to replace a file that somebody has open: so many pauses.
const LONGEST_OPEN: usize = 100;

/// A file's new text.
#[derive(Debug, Clone, Copy)]
pub struct Replacement<'a> {
    /// The file, below a root.
    pub path: &'a str,
    /// What it says now, where it must say just that.
    pub old: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

/// What is tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// To read it.
    Read,
    /// To list what is in it.
    List,
    /// To write it.
    Write,
    /// To write to what is in it.
    WriteTo,
    /// To put a new one in its place.
    Replace,
    /// To remove it.
    Remove,
}

impl Attempt {
    /// What it cannot be where that fails.
    fn in_words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "listed",
            Self::Write => "written",
            Self::WriteTo => "written to",
            Self::Replace => "replaced",
            Self::Remove => "removed",
        }
    }

    fn rule(self) -> Rule {
        match self {
            Self::Read | Self::List => Rule::FileUnreadable,
            Self::Write | Self::WriteTo | Self::Replace | Self::Remove => Rule::FileUnwritable,
        }
    }
}

/// What keeps a file from being read or written.
#[derive(Debug)]
pub struct Failure {
    /// The file.
    pub path: PathBuf,
    /// What was tried.
    pub attempt: Attempt,
    /// Why it failed.
    pub error: io::Error,
}

impl Failure {
    /// Why something that was tried with a file failed.
    #[must_use]
    pub fn new(path: &Path, attempt: Attempt, error: io::Error) -> Self {
        // What stands in the folder that the program is called in is named without it.
        let path = path.strip_prefix(".").unwrap_or(path).to_owned();
        Self { path, attempt, error }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cannot be {}: {}", self.path.shown(), self.attempt.in_words(), self.error)
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Diagnostic {
    fn from(Failure { path, attempt, error }: Failure) -> Self {
        let message = format!("cannot be {}: {error}", attempt.in_words());
        Self::new(attempt.rule(), message).in_file(path.shown())
    }
}

/// Gives files below a root new texts, and then removes those that are stale. All texts are on disk before the first file is
/// replaced, and each is replaced in one step. A link stays one: the file that it leads to is replaced.
///
/// # Errors
///
/// Where one cannot be written or removed, or leads out of the root. No file is replaced then, unless replacing itself
/// failed.
pub fn replace(root: &Path, files: &[Replacement<'_>], stale: &[&str]) -> Result<(), Failure> {
    let mut destinations = Vec::new();
    for file in files {
        let path = root.join(file.path);
        let there =
            destination(root, &path).map_err(|error| Failure::new(&path, Attempt::Write, error))?;
        destinations.push((path, there));
    }
    let _lock = lock(root).map_err(|error| Failure::new(root, Attempt::WriteTo, error))?;
    for (file, (path, _)) in files.iter().zip(&destinations) {
        let is_same = |old: &str| fs::read(path).is_ok_and(|found| found == old.as_bytes());
        if file.old.is_some_and(|old| !is_same(old)) {
            let error = io::Error::other("another run has changed it; run this again");
            return Err(Failure::new(path, Attempt::Write, error));
        }
    }
    let folders: BTreeSet<&Path> =
        destinations.iter().filter_map(|(_, there)| there.parent()).collect();
    folders.into_iter().for_each(sweep);
    let mut prepared = Vec::new();
    for (file, (path, there)) in files.iter().zip(destinations) {
        let temporary = prepare(&there, file.text);
        let temporary = temporary.map_err(|error| Failure::new(&path, Attempt::Write, error))?;
        prepared.push((temporary, path, there));
    }
    // Each is synced when all are written: the first takes the others along.
    for (temporary, path, _) in &prepared {
        let synced = OpenOptions::new().write(true).open(temporary);
        let synced = synced.and_then(|file| file.sync_all());
        synced.map_err(|error| Failure::new(path, Attempt::Write, error))?;
    }
    for (_, path, there) in &prepared {
        is_free(there).map_err(|error| Failure::new(path, Attempt::Replace, error))?;
    }
    let stale: Vec<PathBuf> = stale.iter().map(|path| root.join(path)).collect();
    for path in &stale {
        is_free(path).map_err(|error| Failure::new(path, Attempt::Remove, error))?;
    }
    for (temporary, path, there) in prepared {
        persist(temporary, &there).map_err(|error| Failure::new(&path, Attempt::Replace, error))?;
    }
    for path in &stale {
        let removed = while_open(|| fs::remove_file(path));
        removed.map_err(|error| Failure::new(path, Attempt::Remove, error))?;
    }
    Ok(())
}

/// Gives one file a new text, in one step. A missing folder is made.
///
/// # Errors
///
/// Where it cannot be written; it is as it was then.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder_of(path))?;
        let temporary = prepare(path, text)?;
        persist(temporary, path)
    };
    write().map_err(|error| Failure::new(path, Attempt::Write, error))
}

/// The folder that a file is in; of a bare name the one that the program is called in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts a prepared file in its place.
fn persist(temporary: TempPath, there: &Path) -> io::Result<()> {
    let prepared = temporary.keep().map_err(|error| error.error)?;
    while_open(|| fs::rename(&prepared, there)).inspect_err(|_| {
        // It would be swept by the next run.
        let _ = fs::remove_file(&prepared);
    })
}

/// Checks that no other program has the file open in a way that prevents replacing or removing it.
#[cfg(windows)]
fn is_free(there: &Path) -> io::Result<()> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// What both ask for ([rights](https://learn.microsoft.com/en-us/windows/win32/secauthz/standard-access-rights)).
    const DELETE: u32 = 0x0001_0000;
    if !there.is_file() {
        return Ok(());
    }
    while_open(|| OpenOptions::new().access_mode(DELETE).open(there).map(drop))
}

/// On other systems a file that is open can be replaced and removed.
#[cfg(not(windows))]
#[expect(clippy::unnecessary_wraps, reason = "Windows has something to check")]
fn is_free(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Tries it again for a while where Windows refuses it because another program has the file open, such as a scanner that looks at
/// what was just written.
fn while_open(attempt: impl Fn() -> io::Result<()>) -> io::Result<()> {
    // Access is denied, or sharing is violated
    // ([codes](https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes--0-499-)).
    const DENIED: i32 = 5;
    const SHARED: i32 = 32;
    let mut left = if cfg!(windows) { LONGEST_OPEN } else { 0 };
    loop {
        let Err(error) = attempt() else { return Ok(()) };
        match error.raw_os_error() {
            Some(DENIED | SHARED) if left > 0 => std::thread::sleep(PAUSE),
            Some(SHARED) if cfg!(windows) => {
                let message = "another program has it open; close it there, and run this again";
                return Err(io::Error::other(message));
            }
            _ => return Err(error),
        }
        left -= 1;
    }
}

/// What stands for a folder where it is locked: itself, or where no folder can be locked a file of its own elsewhere, which stays.
fn lockable(root: &Path) -> io::Result<File> {
    if !cfg!(windows) {
        return File::open(root);
    }
    // FNV-1a: another Lockstep must come to the same name, and nobody gains by two folders that share one.
    let hash = root
        .canonicalize()?
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let name = format!("lockstep-{hash:016x}.lock");
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(std::env::temp_dir().join(name))
}

/// A lock on a folder, for as long as files below it are replaced. Another run may be writing: what stands beside the
/// files is its own until it has ended. On systems that cannot lock it, nothing is locked.
fn lock(root: &Path) -> io::Result<Option<File>> {
    let Ok(folder) = lockable(root) else { return Ok(None) };
    for _ in 0..LONGEST_WAIT {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::other(
        "another run is writing to it, and does not end; run this again when it has",
    ))
}

/// The file that a path leads to, whose folder is made where there is none.
fn destination(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let path = if path.is_symlink() { path.canonicalize()? } else { path.to_owned() };
    let folder = path.parent().unwrap_or(root);
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(root);
    if !there.canonicalize()?.starts_with(root.canonicalize()?) {
        return Err(io::Error::other("a link leads out of the project"));
    }
    fs::create_dir_all(folder)?;
    Ok(path)
}

/// Writes a text beside the file that it will replace. It is not kept open: a process may open some hundred files.
fn prepare(path: &Path, text: &str) -> io::Result<TempPath> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the umask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder_of(path))?;
    match fs::metadata(path) {
        // A folder may allow what its file forbids.
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        Ok(metadata) if metadata.is_file() => {
            temporary.as_file().set_permissions(metadata.permissions())?;
        }
        _ => {}
    }
    temporary.write_all(text.as_bytes())?;
    Ok(temporary.into_temp_path())
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
