//! The page that shows receipts: one file, with nothing to fetch.

use handlebars::Handlebars;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ChannelKind;
use lockstep_schemas::receipt::{Delivered, DeliveryRecord, FileRecord, FileState, Receipt};
use serde::Serialize;

use crate::{deliveries, files, in_a_sentence};

const PAGE: &str = include_str!("page.html.hbs");

#[derive(Serialize)]
struct Page {
    tag: String,
    version: String,
    commit: String,
    kind: &'static str,
    sentence: String,
    channels: Vec<Channel>,
    deliveries: Vec<Delivery>,
    waivers: Vec<String>,
}

#[derive(Serialize)]
struct Delivery {
    channel: &'static str,
    users: String,
    tier: &'static str,
    result: &'static str,
    class: &'static str,
    why: String,
}

impl Delivery {
    fn of(delivery: DeliveryRecord) -> Self {
        let class = match delivery.result {
            Delivered::Passed => "good",
            Delivered::Failed if delivery.is_required() => "bad",
            Delivered::Failed | Delivered::NotYet | Delivered::Skipped => "open",
        };
        Self {
            channel: delivery.channel.label(),
            users: delivery.target,
            tier: delivery.tier.id(),
            result: delivery.result.in_words(),
            class,
            why: delivery.why.unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct Channel {
    name: &'static str,
    public: usize,
    all: usize,
    is_whole: bool,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    name: String,
    sha256: String,
    before: &'static str,
    did: &'static str,
    now: &'static str,
    /// How it is to be looked at: `good`, `open` or `bad`.
    class: &'static str,
    link: Option<String>,
}

/// Files by their channels, in the order of the channels' first files.
fn channels(files: &[FileRecord]) -> Vec<Channel> {
    let mut kinds: Vec<ChannelKind> = files.iter().map(|file| file.channel).collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        !seen.contains(kind) && {
            seen.push(*kind);
            true
        }
    });
    let channel = |kind: ChannelKind| {
        let files: Vec<&FileRecord> = files.iter().filter(|file| file.channel == kind).collect();
        let public = files.iter().filter(|file| file.now == FileState::Ours).count();
        Channel {
            name: kind.label(),
            public,
            all: files.len(),
            is_whole: public == files.len(),
            files: files.into_iter().map(File::of).collect(),
        }
    };
    kinds.into_iter().map(channel).collect()
}

impl File {
    fn of(file: &FileRecord) -> Self {
        let class = match file.now {
            FileState::Ours => "good",
            FileState::Other | FileState::OtherStaged | FileState::Burnt => "bad",
            FileState::Unknown | FileState::Absent | FileState::Staged | FileState::Accepted => {
                "open"
            }
        };
        // An address of another kind could run something.
        let is_page = |link: &String| link.starts_with("https://") || link.starts_with("http://");
        Self {
            name: file.name.to_string(),
            sha256: file.sha256.to_string(),
            before: file.before.in_words(),
            did: file.did.in_words(),
            now: file.now.in_words(),
            class,
            link: file.link.clone().filter(is_page),
        }
    }
}

/// The receipts of a release as a page in HTML. Whatever stands in them is text there.
///
/// # Errors
///
/// Where there are none.
pub fn page(receipts: &[Receipt]) -> Result<String, Diagnostic> {
    let Some(first) = receipts.first() else {
        return Err(Diagnostic::new(Rule::FileUnreadable, "there are no receipts").with_remedy(
            "`gh run download RUN --pattern 'receipt-*' --dir FOLDER` gets those of a run",
        ));
    };
    let all = files(receipts);
    let waived = receipts.iter().flat_map(|receipt| &receipt.waivers);
    let mut waivers: Vec<String> =
        waived.map(|waiver| format!("{}: {}", waiver.approver, waiver.reason)).collect();
    waivers.dedup();
    let page = Page {
        tag: first.tag.to_string(),
        version: first.version.to_string(),
        commit: first.commit.to_string(),
        kind: if first.rehearsal { "Rehearsal" } else { "Release" },
        sentence: in_a_sentence(&all),
        channels: channels(&all),
        deliveries: deliveries(receipts).into_iter().map(Delivery::of).collect(),
        waivers,
    };
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars
        .render_template(PAGE, &page)
        .map_err(|error| Diagnostic::new(Rule::DocumentInvalid, format!("the page: {error}")))
}
