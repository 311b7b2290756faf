//! Packages that wait for an approval: whoever may read them sees that they have the bundle's bytes, and the dist-tag that they may
//! have.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use lockstep_bundle::{Digest, Shipped};
use lockstep_clients::npm::{self as client, Refusal, Staged};
use lockstep_registries::{at_once, shown};
use lockstep_runner::tell;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::receipt::{FileState, StageRecord};
use lockstep_schemas::strings::StageId;

use super::{Npm, SENT};
use crate::package;
use crate::registry::Stages;

/// The first npm that can stage ([documentation](https://docs.npmjs.com/staged-publishing)).
pub(super) const STAGING: semver::Version = semver::Version::new(11, 15, 0);

/// What was seen of what waits, by registry.
#[derive(Debug, Default)]
pub(super) struct Seen {
    lists: Mutex<HashMap<String, List>>,
    /// Which have the bundle's bytes.
    compared: Mutex<HashMap<StageId, bool>>,
    /// Why this npm cannot stage, where it cannot.
    too_old: OnceLock<Option<String>>,
}

/// What a registry showed in the last look.
#[derive(Debug, Clone)]
pub(super) enum List {
    /// These packages wait in this version; and whether each has the bundle's bytes, where it could be downloaded.
    Shown(HashMap<String, (Staged, Option<bool>)>),
    /// Nothing, for this reason; and whether it has nothing of the kind.
    Hidden(String, bool),
}

impl Seen {
    pub(super) fn lists(&self) -> MutexGuard<'_, HashMap<String, List>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compared(&self) -> MutexGuard<'_, HashMap<StageId, bool>> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The states of files, where those that are absent may wait for an approval.
pub(super) fn with_staged(
    npm: &Npm<'_>,
    files: &[&Shipped],
    mut found: Vec<FileState>,
) -> Result<Vec<FileState>, Diagnostic> {
    let absent: Vec<usize> =
        (0..files.len()).filter(|index| found[*index] == FileState::Absent).collect();
    let mut registries: Vec<&str> =
        absent.iter().map(|index| npm.registries.of(package(files[*index]))).collect();
    registries.sort_unstable();
    registries.dedup();
    for registry in registries {
        let own: Vec<&Shipped> = absent
            .iter()
            .map(|index| files[*index])
            .filter(|file| npm.registries.of(package(file)) == registry)
            .collect();
        let list = list(npm, registry, &own)?;
        npm.seen.lists().insert(registry.to_owned(), list);
    }
    for index in absent {
        let file = files[index];
        if let Some((staged, is_ours)) = npm.staged(file) {
            let is_good = is_ours != Some(false) && staged.tag == npm.tag_of(package(file));
            found[index] = if is_good { FileState::Staged } else { FileState::OtherStaged };
        }
    }
    Ok(found)
}

/// What a registry shows of some files.
fn list(npm: &Npm<'_>, registry: &str, files: &[&Shipped]) -> Result<List, Diagnostic> {
    if let Some(why) = too_old(npm)? {
        return Ok(List::Hidden(why, false));
    }
    let what = "npm does not say what is staged";
    let staged = match patiently(what, || client::staged(npm.access(registry), npm.version())) {
        Ok(Ok(staged)) => staged,
        Ok(Err(refusal)) => {
            let has_none = refusal.code.as_deref() == Some("E404");
            return Ok(List::Hidden(refusal.said, has_none));
        }
        // That it does not say so now changes nothing of what waits there.
        Err(problem) => {
            tell(&problem.message);
            return Ok(List::Hidden(problem.message, false));
        }
    };
    let ours = at_once(files, SENT, |file| {
        let staged = staged.get(package(file))?;
        Some((package(file).to_owned(), staged.clone(), is_ours(npm, file, staged)))
    });
    let mut shown = HashMap::new();
    for (package, staged, is_ours) in ours.into_iter().flatten() {
        shown.insert(package, (staged, is_ours?));
    }
    Ok(List::Shown(shown))
}

/// Why this npm cannot stage, where it cannot.
fn too_old(npm: &Npm<'_>) -> Result<Option<String>, Diagnostic> {
    if let Some(known) = npm.seen.too_old.get() {
        return Ok(known.clone());
    }
    let version = client::version()?;
    let is_old = semver::Version::parse(&version).is_ok_and(|version| version < STAGING);
    let why = is_old.then(|| format!("npm {version} knows no staging"));
    Ok(npm.seen.too_old.get_or_init(|| why).clone())
}

/// Whether what waits has the bytes of a file; none where it cannot be downloaded.
fn is_ours(npm: &Npm<'_>, file: &Shipped, staged: &Staged) -> Result<Option<bool>, Diagnostic> {
    let Some(id) = &staged.id else { return Ok(None) };
    if let Some(is_ours) = npm.seen.compared().get(id) {
        return Ok(Some(*is_ours));
    }
    let access = npm.access(npm.registries.of(package(file)));
    let what = format!("npm does not show what is staged of {}", package(file));
    let tarball = match patiently(&what, || client::download(access, id)) {
        Ok(Ok(tarball)) => tarball,
        Ok(Err(_)) => return Ok(None),
        Err(problem) => {
            tell(&problem.message);
            return Ok(None);
        }
    };
    let is_ours = Digest::of_file(&tarball)?.sha256 == file.sha256;
    npm.seen.compared().insert(id.clone(), is_ours);
    Ok(Some(is_ours))
}

/// Asks npm, and asks again where nobody answered. A refusal that comes back is one of whoever asks, or of what is not there.
pub(super) fn patiently<T>(
    what: &str,
    ask: impl Fn() -> Result<Result<T, Refusal>, Diagnostic>,
) -> Result<Result<T, Refusal>, Diagnostic> {
    const SILENT: [&str; 5] = ["E429", "ECONN", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"];
    let mut attempts = 0;
    loop {
        let refusal = match ask()? {
            Ok(answer) => return Ok(Ok(answer)),
            Err(refusal) => refusal,
        };
        let code = refusal.code.as_deref().unwrap_or_default();
        if !code.starts_with("E5") && !SILENT.iter().any(|silent| code.starts_with(silent)) {
            return Ok(Err(refusal));
        }
        attempts += 1;
        if attempts == 3 {
            let message = format!("{what}: {}", refusal.said);
            return Err(Diagnostic::new(Rule::RegistrySilent, message)
                .with_remedy("run it again when it answers: nothing is lost"));
        }
        thread::sleep(Duration::from_secs(2 * attempts));
    }
}

impl Npm<'_> {
    /// What waits under the name of a file, as it was last seen.
    pub(super) fn staged(&self, file: &Shipped) -> Option<(Staged, Option<bool>)> {
        let name = package(file);
        match self.seen.lists().get(self.registries.of(name))? {
            List::Shown(packages) => packages.get(name).cloned(),
            List::Hidden(..) => None,
        }
    }

    /// An option that leads npm to the registry of a package.
    fn registry_option(&self, package: &str) -> String {
        format!("--registry={}", shown(self.registries.of(package)))
    }
}

impl Stages for Npm<'_> {
    fn shows(&self, file: &Shipped) -> bool {
        let registry = self.registries.of(package(file));
        matches!(self.seen.lists().get(registry), Some(List::Shown(_)))
    }

    fn of(&self, file: &Shipped) -> Option<StageRecord> {
        let (Staged { id, tag }, is_ours) = self.staged(file)?;
        Some(StageRecord { id, tag: Some(tag), compared: is_ours == Some(true) })
    }

    fn tag(&self, file: &Shipped) -> String {
        self.tag_of(package(file))
    }

    fn look(&self) -> Vec<String> {
        let (manifest, plan) = (self.bundle.manifest(), self.bundle.plan());
        let folder = format!("lockstep/{}", manifest.tag);
        let download = manifest.run.as_ref().map(|run| {
            let (repository, upload) = (&plan.project.repository, names::UPLOAD);
            format!(
                "gh run download {} --repo {repository} --name {upload}{} --dir {folder}",
                run.id, run.attempt
            )
        });
        let prove = manifest.run.as_ref().filter(|_| plan.attestations).map(|_| {
            let repository = &plan.project.repository;
            format!("gh attestation verify {folder}/{} --repo {repository}", names::MANIFEST)
        });
        let verify = format!("lockstep stage verify {} --bundle {folder}", manifest.tag);
        download.into_iter().chain(prove).chain([verify]).collect()
    }

    fn approve(&self, file: &Shipped, stage: Option<&StageId>) -> String {
        let name = package(file);
        let at = self.registry_option(name);
        match stage {
            Some(stage) => format!("npm stage approve {stage} {at} # {name}"),
            None => format!(
                "npm stage approve ID {at} # {name}: `npm stage list {name} {at}` shows the id"
            ),
        }
    }

    fn reject(&self, file: &Shipped, stage: Option<&StageId>) -> String {
        let id = stage.map_or("ID", StageId::as_str);
        format!("npm stage reject {id} {}", self.registry_option(package(file)))
    }
}
