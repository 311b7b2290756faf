//! What is found and done, file by file, written down as it happens: whoever comes after a run that was killed reads it.

use std::fs;
use std::path::{Path, PathBuf};

use lockstep_files::json;
use lockstep_runner::{Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::receipt::{Did, FILE, FileRecord, FileState, Receipt, StageRecord};
use lockstep_schemas::strings::{FileName, Sha256};

/// A receipt that is written anew with every entry.
#[derive(Debug)]
pub struct Ledger {
    receipt: Receipt,
    file: PathBuf,
    /// What earlier runs left of the same release.
    earlier: Vec<FileRecord>,
}

impl Ledger {
    /// A new one in a folder, which knows of each file whether an earlier run was told that it was taken.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn new(folder: &Path, receipt: Receipt, earlier: &[Receipt]) -> Result<Self, Diagnostic> {
        fs::create_dir_all(folder).map_err(|error| {
            let message = format!("the receipt's folder cannot be made: {error}");
            Diagnostic::new(Rule::FileUnwritable, message).in_file(folder.shown())
        })?;
        let ledger = Self { receipt, file: folder.join(FILE), earlier: Vec::new() };
        let mut ledger = ledger.with_earlier(earlier);
        // A run that stops before it looks forgets nothing.
        ledger.receipt.files.clone_from(&ledger.earlier);
        ledger.write()?;
        ledger.receipt.files.clear();
        Ok(ledger)
    }

    /// The same, with what earlier runs wrote down: what they were told was taken is not sent again.
    fn with_earlier(self, receipts: &[Receipt]) -> Self {
        let is_of_it =
            |one: &&Receipt| one.tag == self.receipt.tag && one.commit == self.receipt.commit;
        let mut of_it: Vec<&Receipt> = receipts.iter().filter(is_of_it).collect();
        of_it.sort_by_key(|one| one.run.map(|run| (run.id, run.attempt)));
        let of_it = of_it.into_iter().flat_map(|one| one.files.iter().cloned());
        let is_known = |file: &FileRecord| file.taken.is_some() || file.stage.is_some();
        Self { earlier: of_it.filter(is_known).collect(), ..self }
    }

    /// When an earlier run was told that a channel took a file that was not to be seen then, in seconds since 1970.
    #[must_use]
    pub fn taken_earlier(&self, channel: ChannelKind, name: &FileName) -> Option<u64> {
        let of_it =
            self.earlier.iter().filter(|file| file.channel == channel && file.name == *name);
        of_it.filter_map(|file| file.taken).min()
    }

    /// What is known of a file that waits for an approval.
    pub(crate) fn stage(&self, channel: ChannelKind, name: &FileName) -> Option<&StageRecord> {
        self.of(channel, name)?.stage.as_ref()
    }

    /// What the last run before this one knew of it.
    pub(crate) fn staged_earlier(
        &self,
        channel: ChannelKind,
        name: &FileName,
    ) -> Option<&StageRecord> {
        let is_it = |file: &&FileRecord| file.channel == channel && file.name == *name;
        self.earlier.iter().rev().find(is_it)?.stage.as_ref()
    }

    fn write(&self) -> Result<(), Diagnostic> {
        json::write(&self.file, &self.receipt)
    }

    /// Writes down which problems its job ends with, those told and the one by which it failed, and shows all of it: whatever it
    /// came to, what was done is told.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn end(&mut self, failed: Option<Rule>, report: &mut Report) -> Result<(), Diagnostic> {
        self.receipt.problems = report.rules().into_iter().chain(failed).collect();
        self.write()?;
        self.show(report);
        report.output("receipt", self.file.shown());
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes down what was found of a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn found(
        &mut self,
        channel: ChannelKind,
        name: &FileName,
        sha256: &Sha256,
        before: FileState,
    ) -> Result<(), Diagnostic> {
        self.receipt.files.push(FileRecord {
            channel,
            name: name.clone(),
            sha256: sha256.clone(),
            before,
            did: Did::Nothing,
            now: before,
            link: None,
            taken: self.taken_earlier(channel, name).filter(|_| before == FileState::Absent),
            stage: None,
        });
        self.write()
    }

    /// Writes down what was done with a file, and what it is now, where that is another state.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn did(
        &mut self,
        channel: ChannelKind,
        name: &str,
        did: Did,
        now: Option<FileState>,
        link: Option<String>,
    ) -> Result<(), Diagnostic> {
        let earlier = self.earlier.iter().filter(|file| file.channel == channel);
        let earlier = earlier.filter(|file| file.name.as_str() == name);
        let earlier = earlier.filter_map(|file| file.taken).min();
        if let Some(record) = self.record(channel, name) {
            record.taken = (now == Some(FileState::Accepted))
                .then(|| earlier.unwrap_or_else(crate::registry::now));
            record.did = record.did.max(did);
            record.now = now.unwrap_or(record.now);
            // What left the stage is remembered: it may be approved, and looked through.
            let may_wait = matches!(record.now, FileState::Staged | FileState::Unknown);
            record.stage = record.stage.take().filter(|_| may_wait);
            record.link = link.or(record.link.take());
        }
        self.write()
    }

    /// Writes down that a file waits for an approval, and what is known of it.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn staged(
        &mut self,
        channel: ChannelKind,
        name: &FileName,
        did: Did,
        stage: StageRecord,
    ) -> Result<(), Diagnostic> {
        self.did(channel, name.as_str(), did, Some(FileState::Staged), None)?;
        if let Some(record) = self.record(channel, name.as_str()) {
            record.stage = Some(stage);
        }
        self.write()
    }

    /// Writes down that a file was seen where it is staged, whatever was answered when it was sent.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn arrived(&mut self, channel: ChannelKind, name: &str) -> Result<(), Diagnostic> {
        let record = self.record(channel, name);
        if let Some(record) = record.filter(|record| record.now != FileState::Staged) {
            record.did = Did::Uploaded;
            record.now = FileState::Staged;
        }
        self.write()
    }

    /// Whether there was this of a file.
    #[must_use]
    pub fn is(&self, channel: ChannelKind, name: &FileName, before: FileState) -> bool {
        self.of(channel, name).is_some_and(|file| file.before == before)
    }

    /// What there is of a file, as it was last seen.
    #[must_use]
    pub(crate) fn now(&self, channel: ChannelKind, name: &FileName) -> FileState {
        self.of(channel, name).map_or(FileState::Unknown, |file| file.now)
    }

    /// Whether this run got a file to where it is staged.
    pub(crate) fn did_upload(&self, channel: ChannelKind, name: &FileName) -> bool {
        self.of(channel, name).is_some_and(|file| file.did == Did::Uploaded)
    }

    /// What there is of each file.
    pub fn files(&self) -> impl Iterator<Item = &FileRecord> {
        self.receipt.files.iter()
    }

    fn of(&self, channel: ChannelKind, name: &FileName) -> Option<&FileRecord> {
        self.files().find(|file| file.channel == channel && file.name == *name)
    }

    fn record(&mut self, channel: ChannelKind, name: &str) -> Option<&mut FileRecord> {
        let mut files = self.receipt.files.iter_mut();
        files.find(|file| file.channel == channel && file.name.as_str() == name)
    }

    /// Shows all of it.
    fn show(&self, report: &mut Report) {
        let mut table = Table::new(["channel", "file", "before", "did", "now"]);
        for file in &self.receipt.files {
            table.row([
                file.channel.label(),
                file.name.as_str(),
                file.before.in_words(),
                file.did.in_words(),
                file.now.in_words(),
            ]);
        }
        report.line(table.to_string().trim_end());
        report.summarize(table.markdown());
    }
}
