//! What came of each channel.

use lockstep_runner::{Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::{ChannelKind, Tier};
use lockstep_schemas::receipt::{Delivered, DeliveryRecord, FileState};

use crate::install::Tried;
use crate::wanted::{Users, Wanted};

/// What came of a channel.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) record: DeliveryRecord,
    /// What is wrong.
    pub(crate) problems: Vec<Diagnostic>,
    /// What is missing of what other users get.
    pub(crate) notes: Vec<String>,
}

impl Outcome {
    pub(crate) fn new(channel: ChannelKind, users: &Users, tier: Tier) -> Self {
        let target = users.id().to_owned();
        let (result, clients) = (Delivered::Passed, Vec::new());
        let record = DeliveryRecord { channel, target, tier, result, why: None, clients };
        Self { record, problems: Vec::new(), notes: Vec::new() }
    }

    /// The same, of a channel of which nothing is looked at.
    pub(crate) fn skipped(mut self, why: &str) -> Self {
        self.record.result = Delivered::Skipped;
        self.notes.push(format!("{} is skipped: {why}", self.record.channel.label()));
        self.record.why = Some(why.to_owned());
        self
    }

    /// What there is to say of it as long as nothing came of it.
    pub(crate) fn unfinished(self) -> DeliveryRecord {
        let why = Some("it was ended before it was done".to_owned());
        DeliveryRecord { result: Delivered::Failed, why, ..self.record }
    }

    /// The same, of a channel that cannot be asked.
    pub(crate) fn unasked(mut self, problem: Diagnostic) -> Self {
        self.failed(problem);
        self
    }

    /// Adds what a channel served of each file when it was looked at last.
    pub(crate) fn served(&mut self, wanted: &[Wanted<'_>], states: &[FileState]) {
        let place = self.record.channel.place();
        let mut late = Vec::new();
        for (one, state) in wanted.iter().zip(states) {
            let name = &one.name;
            if *state == FileState::Ours {
                continue;
            }
            if !one.is_own {
                self.notes.push(format!("{name} on {place}: {}", state.in_words()));
                continue;
            }
            match state {
                FileState::Other | FileState::OtherStaged => {
                    let message = format!("{place} serves another file as `{name}`");
                    self.failed(Diagnostic::new(Rule::OtherBytes, message).with_remedy(
                        "whoever installs it gets what this release did not build: take the version back, and release the next one",
                    ));
                }
                FileState::Burnt => {
                    let message = format!("{place} had `{name}`, and it was taken back");
                    self.failed(
                        Diagnostic::new(Rule::VersionUsedUp, message)
                            .with_remedy("the version is used up: release the next one"),
                    );
                }
                FileState::Unknown
                | FileState::Absent
                | FileState::Staged
                | FileState::Accepted
                | FileState::Ours => late.push(format!("`{name}`")),
            }
        }
        if !late.is_empty() {
            self.late(&late.join(", "));
        }
    }

    /// Adds that some files are not there yet.
    fn late(&mut self, what: &str) {
        let place = self.record.channel.place();
        let message = format!("users cannot have {what} from {place} yet");
        if self.record.result != Delivered::Failed {
            self.record.result = Delivered::NotYet;
            self.record.why = Some(message.clone());
        }
        self.problems.push(Diagnostic::new(Rule::DeliveryLate, message).with_remedy(
            "what was published can take hours to be seen: run the failed jobs again later, and nothing is published twice",
        ));
    }

    /// Adds that a channel does not say what it serves.
    pub(crate) fn silent(&mut self, problem: Diagnostic) {
        let place = self.record.channel.place();
        if self.record.result == Delivered::Passed {
            self.record.result = Delivered::NotYet;
            self.record.why = Some(format!("{place} does not say what it serves"));
        }
        self.problems.push(problem);
    }

    /// Adds something that is wrong.
    fn failed(&mut self, problem: Diagnostic) {
        if self.record.result != Delivered::Failed {
            self.record.result = Delivered::Failed;
            let first = problem.message.lines().next().unwrap_or_default();
            self.record.why = Some(first.trim_end_matches(':').to_owned());
        }
        self.problems.push(problem);
    }

    /// Adds what came of clients.
    pub(crate) fn tried(&mut self, all: Vec<Tried>) {
        for Tried { client, result, may_come: _ } in all {
            match result {
                Ok(()) if self.record.clients.iter().any(|known| known == client) => {}
                Ok(()) => self.record.clients.push(client.to_owned()),
                Err(problem) => self.failed(problem),
            }
        }
    }

    /// Whether all is as it must be so far.
    pub(crate) fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Tells what came of all: what is promised stops a release, and what is not is told.
pub(crate) fn tell(outcomes: Vec<Outcome>, report: &mut Report) -> Vec<DeliveryRecord> {
    let mut table = Table::new(["channel", "users", "tier", "result", "installed by"]);
    let mut records = Vec::new();
    for Outcome { record, problems, notes } in outcomes {
        let result = match (record.result, record.is_required()) {
            (Delivered::Failed | Delivered::NotYet, false) => {
                format!("{}, advisory", record.result.in_words())
            }
            (result, _) => result.in_words().to_owned(),
        };
        let (channel, tier) = (record.channel.label(), record.tier.id());
        table.row([channel, &record.target, tier, &result, &record.clients.join(", ")]);
        for note in notes {
            report.line(format_args!("note: {note}"));
        }
        if record.is_required() {
            report.problems(problems);
        } else {
            for problem in problems {
                report.line(format_args!("advisory: {}: {problem}", problem.rule));
            }
        }
        records.push(record);
    }
    report.line(table.to_string().trim_end());
    report.summarize(table.markdown());
    records
}
