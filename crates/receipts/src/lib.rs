//! The receipts of a run's jobs, put together: what each channel had of each file, what was done, and what is there now.

mod page;

use std::fs;
use std::path::{Path, PathBuf};

use lockstep_files::json;
use lockstep_runner::Table;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::Shown as _;
use lockstep_schemas::receipt::{
    Delivered, DeliveryRecord, Did, FILE, FileRecord, FileState, Receipt,
};

pub use page::page;

/// What every folder of a receipt is called: this, the job, and the attempt.
const PREFIX: &str = "receipt-";
/// What a job's name begins with that asks before anything is published.
const BEFORE: [&str; 2] = ["preflight-", "look"];

/// The receipts below a folder, as a run's are downloaded: each in a folder of its own. The earlier attempts come first, and
/// of each those that ask.
///
/// # Errors
///
/// Where one cannot be read, is not valid, or is of another release than the others.
pub fn below(folder: &Path) -> Result<Vec<Receipt>, Diagnostic> {
    let receipts = all_below(folder).map_err(|problem| {
        problem.with_remedy(
            "`gh run download RUN --pattern 'receipt-*' --dir FOLDER` gets those of a run",
        )
    })?;
    if let Some(other) =
        receipts.iter().find(|one| one.commit != receipts[0].commit || one.tag != receipts[0].tag)
    {
        let message = format!("there are receipts of {} and of {}", receipts[0].tag, other.tag);
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .in_file(folder.shown())
            .with_remedy("name the folder of one run's receipts"));
    }
    Ok(receipts)
}

/// The same, of whatever releases they are.
///
/// # Errors
///
/// Where one cannot be read, or is not valid.
pub fn all_below(folder: &Path) -> Result<Vec<Receipt>, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        Diagnostic::new(Rule::FileUnreadable, format!("the receipts cannot be read: {error}"))
            .in_file(folder.shown())
    };
    let mut places = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let file = entry.path().join(FILE);
        if let Some(name) = entry.file_name().to_str().and_then(|name| name.strip_prefix(PREFIX))
            && file.is_file()
        {
            places.push((place(name), file));
        }
    }
    // Of one receipt alone its own folder is named.
    if places.is_empty() && folder.join(FILE).is_file() {
        places.push((place(""), folder.join(FILE)));
    }
    places.sort();
    let read = |(_, file): &(_, PathBuf)| json::read(file, "the receipt");
    places.iter().map(read).collect()
}

/// What a receipt is ordered by: its attempt, whether its job publishes, and the job.
fn place(name: &str) -> (u32, bool, String) {
    let (job, attempt) = name.rsplit_once('-').unwrap_or((name, ""));
    let asks = BEFORE.iter().any(|before| job.starts_with(before));
    (attempt.parse().unwrap_or(0), !asks, job.to_owned())
}

/// What each channel had of each file before any job, the most that was done, and what is there now.
#[must_use]
pub fn files(receipts: &[Receipt]) -> Vec<FileRecord> {
    let mut files: Vec<FileRecord> = Vec::new();
    for file in receipts.iter().flat_map(|receipt| &receipt.files) {
        let known =
            files.iter_mut().find(|known| known.channel == file.channel && known.name == file.name);
        let Some(known) = known else {
            files.push(file.clone());
            continue;
        };
        if file.did >= known.did {
            known.did = file.did;
        }
        // Who may see less knows less, and what was taken or staged is not there yet.
        let is_less = match file.now {
            FileState::Unknown => known.now != FileState::Absent,
            FileState::Absent => matches!(known.now, FileState::Accepted | FileState::Staged),
            FileState::Staged
            | FileState::Accepted
            | FileState::Ours
            | FileState::Other
            | FileState::OtherStaged
            | FileState::Burnt => false,
        };
        if !is_less {
            known.now = file.now;
            known.stage.clone_from(&file.stage);
        }
        known.link = file.link.clone().or(known.link.take());
    }
    files
}

/// What users of each platform got from each channel when that was looked at last.
#[must_use]
pub fn deliveries(receipts: &[Receipt]) -> Vec<DeliveryRecord> {
    let mut deliveries: Vec<DeliveryRecord> = Vec::new();
    for delivery in receipts.iter().flat_map(|receipt| &receipt.deliveries) {
        let is_it = |known: &&mut DeliveryRecord| {
            known.channel == delivery.channel && known.target == delivery.target
        };
        match deliveries.iter_mut().find(is_it) {
            // Who did not look again knows no better.
            Some(_) if delivery.result == Delivered::Skipped => {}
            Some(known) => known.clone_from(delivery),
            None => deliveries.push(delivery.clone()),
        }
    }
    deliveries.sort_by_key(|delivery| delivery.channel);
    deliveries
}

/// Deliveries as a table, a line for each.
#[must_use]
pub fn delivery_table(deliveries: &[DeliveryRecord]) -> Table {
    let mut table = Table::new(["channel", "users", "tier", "delivery", "why"]);
    for delivery in deliveries {
        table.row([
            delivery.channel.label(),
            &delivery.target,
            delivery.tier.id(),
            delivery.result.in_words(),
            delivery.why.as_deref().unwrap_or_default(),
        ]);
    }
    table
}

/// Files as a table, a line for each.
#[must_use]
pub fn table(files: &[FileRecord]) -> Table {
    let mut table = Table::new(["channel", "file", "before", "did", "now", "link"]);
    for file in files {
        table.row([
            file.channel.label(),
            file.name.as_str(),
            file.before.in_words(),
            file.did.in_words(),
            file.now.in_words(),
            file.link.as_deref().unwrap_or_default(),
        ]);
    }
    table
}

/// What there is to say of files in one sentence: what users can have, and what they cannot.
#[must_use]
pub fn in_a_sentence(files: &[FileRecord]) -> String {
    let public = files.iter().filter(|file| file.now == FileState::Ours).count();
    let rehearsed = files.iter().filter(|file| file.did == Did::Rehearsed).count();
    match (files.len(), public, rehearsed) {
        (0, ..) => "No channel was looked at.".to_owned(),
        (all, public, _) if all == public => {
            "Users can have every file from every channel.".to_owned()
        }
        (_, 0, 0) => "Nothing is public.".to_owned(),
        (all, public, 0) => {
            format!("Users can have {public} of {all} files; the others are not public.")
        }
        (all, public, _) => {
            format!("A rehearsal: nothing was changed. {public} of {all} files are public already.")
        }
    }
}

#[cfg(test)]
mod tests {
    use lockstep_schemas::model::ChannelKind;

    use super::*;

    fn receipt(files: &[(&str, FileState, Did, FileState)]) -> Receipt {
        let record = |(name, before, did, now): &(&str, FileState, Did, FileState)| FileRecord {
            channel: ChannelKind::Npm,
            name: name.parse().unwrap(),
            sha256: "0".repeat(64).parse().unwrap(),
            before: *before,
            did: *did,
            now: *now,
            link: None,
            taken: None,
            stage: None,
        };
        let text = format!(
            r#"{{"schema":1,"tag":"v1.2.3","version":"1.2.3","commit":"{}","stage":"publish","rehearsal":false,"checks":[],"gates":[],"waivers":[]}}"#,
            "0".repeat(40)
        );
        let receipt: Receipt = serde_json::from_str(&text).unwrap();
        Receipt { files: files.iter().map(record).collect(), ..receipt }
    }

    #[test]
    fn what_was_found_first_and_what_is_there_last() {
        use FileState::{Absent, Accepted, Ours, Unknown};
        let receipts = [
            receipt(&[("a", Absent, Did::Nothing, Absent), ("b", Absent, Did::Nothing, Absent)]),
            receipt(&[
                ("a", Absent, Did::Published, Ours),
                ("b", Absent, Did::Published, Accepted),
            ]),
            receipt(&[("a", Ours, Did::Nothing, Ours), ("b", Absent, Did::Nothing, Unknown)]),
        ];
        let files = files(&receipts);
        let of = |file: &FileRecord| (file.before, file.did, file.now);
        assert_eq!(of(&files[0]), (Absent, Did::Published, Ours));
        assert_eq!(of(&files[1]), (Absent, Did::Published, Accepted));
        assert_eq!(
            in_a_sentence(&files),
            "Users can have 1 of 2 files; the others are not public."
        );
    }

    #[test]
    fn in_each_attempt_who_asks_comes_first() {
        let mut names =
            ["npm-1", "preflight-npm-2", "npm-2", "preflight-npm-1", "npm-10", "look-1"].map(place);
        names.sort();
        let names = names.map(|(attempt, _, job)| format!("{job}-{attempt}"));
        assert_eq!(
            names,
            ["look-1", "preflight-npm-1", "npm-1", "preflight-npm-2", "npm-2", "npm-10"]
        );
    }
}
