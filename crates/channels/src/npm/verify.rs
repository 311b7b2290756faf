//! What waits for an approval is what the bundle has, by the login of a maintainer.

use lockstep_bundle::Shipped;
use lockstep_clients::npm as client;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::FileState;

use super::Npm;
use super::staging::List;
use crate::package;
use crate::registry::{Registry as _, Stages as _};

impl Npm<'_> {
    /// That what waits for an approval is what the bundle has, by the login of whoever asks; and how what comes next is approved.
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
        self.list_is_shown(report);
        if report.has_problems() {
            return Ok(());
        }
        let mut waiting: Vec<&Shipped> = Vec::new();
        for (file, state) in files.into_iter().zip(states) {
            let name = &file.name;
            match state {
                FileState::Staged => {
                    report.problems(self.not_compared(file));
                    report.line(format_args!("{name} is staged"));
                    waiting.push(file);
                }
                FileState::Ours => report.line(format_args!("{name} is public")),
                FileState::Unknown | FileState::Absent | FileState::Accepted => {
                    report.problems(self.neither(file)?);
                }
                FileState::Other | FileState::OtherStaged | FileState::Burnt => {
                    report.problems(publication.in_the_way(file, state));
                }
            }
        }
        if !report.has_problems() {
            let waits = |file: &&&Shipped| waiting.iter().any(|one| one.name == file.name);
            let waves = publication.waves.iter().map(|wave| wave.iter().filter(waits));
            let waves: Vec<Vec<&&Shipped>> = waves.map(Iterator::collect).collect();
            self.next(&waves, report);
        }
        Ok(())
    }

    fn list_is_shown(&self, report: &mut Report) {
        for list in self.seen.lists().values() {
            if let List::Hidden(why, _) = list {
                let message = format!("npm does not show you what is staged: {why}");
                report.problem(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(
                    "log in as somebody who may approve the packages (`npm login`), by npm 11.15 or later",
                ));
            }
        }
    }

    /// Lists how the first of some waves is approved in which something waits.
    fn next(&self, waves: &[Vec<&&Shipped>], report: &mut Report) {
        let mut waves = waves.iter().filter(|wave| !wave.is_empty());
        let Some(next) = waves.next() else { return };
        report.line("All that is staged has the bytes of the bundle. Approve these; the run goes on by itself, and where it has ended, run its failed jobs again:");
        for file in next {
            let id = self.of(file).and_then(|stage| stage.id);
            report.line(format_args!("  {}", self.approve(file, id.as_ref())));
        }
        let later: usize = waves.map(Vec::len).sum();
        if later > 0 {
            report.line(format_args!(
                "{later} more need them: when users can have these, this command lists those"
            ));
        }
    }

    /// That nobody could look at what is staged.
    fn not_compared(&self, file: &Shipped) -> Option<Diagnostic> {
        let (_, is_ours) = self.staged(file)?;
        if is_ours.is_some() {
            return None;
        }
        let message = format!("what is staged as `{}` cannot be downloaded", file.name);
        Some(
            Diagnostic::new(Rule::RegistrySilent, message).with_remedy(
                "run it again; where it stays so, look at it on the package's page before you approve it",
            ),
        )
    }

    /// That a file is neither staged nor public, for whoever asks.
    fn neither(&self, file: &Shipped) -> Result<Option<Diagnostic>, Diagnostic> {
        let name = package(file);
        let access = self.access(self.registries.of(name));
        // What is not public is shown to a login that may read it.
        let shown = client::integrity(access, name, self.version())?.ok().flatten();
        if shown.is_some() && shown == file.integrity.as_ref().map(ToString::to_string) {
            return Ok(None);
        }
        let message =
            format!("`{}` is neither staged nor public, or your login may not see it", file.name);
        Ok(Some(Diagnostic::new(Rule::NotPublished, message).with_remedy(
            "what was approved a moment ago can take an hour until it is to be seen; else run the failed jobs again, which stages it",
        )))
    }
}
