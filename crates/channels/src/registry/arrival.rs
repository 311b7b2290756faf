//! What of the files under way has come by now.

use lockstep_bundle::Shipped;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::receipt::{Did, FileState};

use super::wave::{SHORTEST, Step, UnderWay, Wave};
use super::{Answer, Publication, Registry};
use crate::Ledger;

impl<R: Registry> Publication<'_, R> {
    /// Takes out of a wave what users can have by now, and what never will be. The first look mostly ends it, so that one sees what there
    /// is of the files after it, too.
    pub(super) fn arrived(
        &self,
        wave: &mut Wave<'_>,
        next: &[&Shipped],
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let files: Vec<&Shipped> = wave.under_way.iter().map(|one| one.file).collect();
        wave.seen_next = None;
        if wave.wait == SHORTEST && !next.is_empty() {
            // Where it fails, what came of this wave is asked for alone and written down.
            if let Ok(mut found) = self.registry.states(&[&files, next].concat()) {
                wave.seen_next = Some(found.split_off(files.len()));
                return self.sort(&mut wave.under_way, found, ledger, report);
            }
        }
        let found = self.registry.states(&files)?;
        self.sort(&mut wave.under_way, found, ledger, report)
    }

    /// The same, of what was found.
    pub(super) fn sort(
        &self,
        under_way: &mut Vec<UnderWay<'_>>,
        found: Vec<FileState>,
        ledger: &mut Ledger,
        report: &mut Report,
    ) -> Result<(), Diagnostic> {
        let mut found = found.into_iter();
        let mut written = Ok(());
        under_way.retain_mut(|one| {
            let state = found.next().unwrap_or(FileState::Unknown);
            let (stays, now) = match state {
                FileState::Unknown | FileState::Accepted => return true,
                FileState::Absent => (true, self.left_the_stage(one, ledger)),
                FileState::Staged => (true, self.waits(one, ledger)),
                FileState::Ours => (false, self.came(one, ledger)),
                FileState::Other | FileState::OtherStaged | FileState::Burnt => {
                    report.problems(self.in_the_way(one.file, state));
                    let (kind, name) = (self.registry.kind(), one.file.name.as_str());
                    (false, ledger.did(kind, name, Did::Nothing, Some(state), None))
                }
            };
            written = std::mem::replace(&mut written, Ok(())).and(now);
            stays
        });
        written
    }

    /// Writes down that users can have a file.
    fn came(&self, one: &UnderWay<'_>, ledger: &mut Ledger) -> Result<(), Diagnostic> {
        let is_taken = matches!(one.step, Step::Answered(Answer::Taken));
        let was_sent = one.attempts > 0 && (is_taken || one.was_unclear);
        // What was staged is written down as that, and was published by whoever approved it.
        let is_direct = self.registry.stages().is_none();
        let did = if was_sent && is_direct { Did::Published } else { Did::Nothing };
        let (kind, name) = (self.registry.kind(), one.file.name.as_str());
        ledger.did(kind, name, did, Some(FileState::Ours), self.registry.page(one.file))
    }
}
