//! Packages that wait for an approval: whoever may read them sees that they have the manifest's bytes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use lockstep_bundle::{Digest, Shipped};
use lockstep_clients::npm::{self as client, Refusal};
use lockstep_registries::at_once;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::manifest::names;
use lockstep_schemas::receipt::FileState;
use lockstep_schemas::strings::StageId;

use super::{Npm, SENT};
use crate::package;
use crate::registry::{Registry as _, Stages};

/// What was seen of what waits.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whether npm does not show it to whoever asks.
    is_hidden: AtomicBool,
    /// Under which id each package waits.
    stages: Mutex<HashMap<String, StageId>>,
    /// Which have the manifest's bytes.
    compared: Mutex<HashMap<StageId, bool>>,
}

/// The states of files, where those that are absent may wait for an approval.
pub(super) fn with_staged(
    npm: &Npm<'_>,
    files: &[&Shipped],
    mut found: Vec<FileState>,
) -> Result<Vec<FileState>, Diagnostic> {
    let is_absent = |state: &FileState| *state == FileState::Absent;
    if !found.iter().any(is_absent) {
        return Ok(found);
    }
    let stages = stages(npm, files)?;
    let waiting: Vec<(usize, &StageId)> = (0..files.len())
        .filter(|index| is_absent(&found[*index]))
        .filter_map(|index| Some((index, stages.get(package(files[index]))?)))
        .collect();
    let compared = at_once(&waiting, SENT, |(index, stage)| is_ours(npm, files[*index], stage));
    for ((index, _), is_ours) in waiting.into_iter().zip(compared) {
        found[index] = match is_ours? {
            Some(true) => FileState::Staged,
            Some(false) => FileState::OtherStaged,
            None => continue,
        };
    }
    Ok(found)
}

/// Under which id each package waits that is staged in this version, as far as npm shows it.
fn stages(npm: &Npm<'_>, files: &[&Shipped]) -> Result<HashMap<String, StageId>, Diagnostic> {
    let mut registries: Vec<&str> =
        files.iter().map(|file| npm.registries.of(package(file))).collect();
    registries.sort_unstable();
    registries.dedup();
    let mut stages = HashMap::new();
    for registry in registries {
        if npm.seen.is_hidden.load(Ordering::Relaxed) {
            break;
        }
        let what = "npm does not say what is staged";
        match patiently(what, || client::staged(npm.access(registry)))? {
            Err(_) => npm.seen.is_hidden.store(true, Ordering::Relaxed),
            Ok(all) => {
                let version = npm.version();
                let of_it = all.into_iter().filter(|one| one.version == version);
                stages.extend(of_it.map(|one| (one.package_name, one.id)));
            }
        }
    }
    npm.seen.stages.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&stages);
    Ok(stages)
}

/// Whether what waits has the bytes of a file; none where it is there no more.
fn is_ours(npm: &Npm<'_>, file: &Shipped, stage: &StageId) -> Result<Option<bool>, Diagnostic> {
    let known = || npm.seen.compared.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(is_ours) = known().get(stage) {
        return Ok(Some(*is_ours));
    }
    let access = npm.access(npm.registries.of(package(file)));
    let what = format!("npm does not show what is staged of {}", package(file));
    let Ok(tarball) = patiently(&what, || client::download(access, stage))? else {
        return Ok(None);
    };
    let is_ours = Digest::of_file(&tarball)?.sha256 == file.sha256;
    known().insert(stage.clone(), is_ours);
    Ok(Some(is_ours))
}

/// Asks npm, and asks again of what is no answer. A refusal that comes back is one of whoever asks, or of what is not there.
pub(super) fn patiently<T>(
    what: &str,
    ask: impl Fn() -> Result<Result<T, Refusal>, Diagnostic>,
) -> Result<Result<T, Refusal>, Diagnostic> {
    let mut attempts = 0;
    loop {
        let refusal = match ask()? {
            Ok(answer) => return Ok(Ok(answer)),
            Err(refusal) => refusal,
        };
        let code = refusal.code.as_deref();
        if matches!(code, Some("E401" | "E403" | "E404" | "ENEEDAUTH")) {
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
    /// That what waits for an approval has the bundle's bytes, by the login of whoever asks; and how it is approved.
    ///
    /// # Errors
    ///
    /// Where nothing is staged there, npm does not start, or the registry does not say.
    pub fn verify_staged(&self, report: &mut Report) -> Result<(), Diagnostic> {
        if !self.is_staged() {
            let message = "this release is published to npm, and not staged";
            return Err(Diagnostic::new(Rule::WrongInput, message)
                .with_remedy("the model says `publish: staged` where packages are"));
        }
        let publication = self.publication()?;
        let files = publication.waves.concat();
        let states = self.states(&files)?;
        if self.seen.is_hidden.load(Ordering::Relaxed) {
            let message = "npm does not show you what is staged";
            report.problem(
                Diagnostic::new(Rule::CredentialsRefused, message)
                    .with_remedy("log in as somebody who may approve the packages: `npm login`"),
            );
            return Ok(());
        }
        let mut waiting = Vec::new();
        for (file, state) in files.into_iter().zip(states) {
            let name = &file.name;
            match state {
                FileState::Staged => {
                    report.line(format_args!("{name} is staged, with the bytes of the bundle"));
                    waiting.push(file);
                }
                FileState::Ours => report.line(format_args!("{name} is public")),
                FileState::Unknown | FileState::Absent | FileState::Accepted => {
                    let message = format!("`{name}` is neither staged nor public");
                    report.problem(Diagnostic::new(Rule::NotPublished, message).with_remedy(
                        "run the failed jobs again, which stages it. What was approved a moment ago can take an hour until it is to be seen",
                    ));
                }
                FileState::Other | FileState::OtherStaged | FileState::Burnt => {
                    report.problems(publication.in_the_way(file, state));
                }
            }
        }
        if report.has_problems() || waiting.is_empty() {
            return Ok(());
        }
        report.line("approve them in this order, and run the failed jobs again:");
        for file in waiting {
            report.line(format_args!("  {}", self.approve(file, self.of(file).as_ref())));
        }
        Ok(())
    }
}

impl Stages for Npm<'_> {
    fn of(&self, file: &Shipped) -> Option<StageId> {
        let stages = self.seen.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.get(package(file)).cloned()
    }

    fn look(&self) -> Vec<String> {
        let download = self.bundle.manifest().run.as_ref().map(|run| {
            let upload = format!("{}{}", names::UPLOAD, run.attempt);
            format!("gh run download {} --name {upload} --dir lockstep/bundle", run.id)
        });
        download.into_iter().chain(["lockstep stage verify".to_owned()]).collect()
    }

    fn approve(&self, file: &Shipped, stage: Option<&StageId>) -> String {
        let name = package(file);
        match stage {
            Some(stage) => format!("npm stage approve {stage} # {name}"),
            None => format!("npm stage approve ID # {name}: `npm stage list {name}` shows the id"),
        }
    }

    fn reject(&self, file: &Shipped) -> String {
        let stage = self.of(file);
        format!("npm stage reject {}", stage.as_ref().map_or("ID", StageId::as_str))
    }
}
