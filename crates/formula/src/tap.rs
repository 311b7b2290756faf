//! The tap's own formula, in which version, addresses and digests are replaced.

use std::ops::Range;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_versions::ruby::{Call, calls, is_own};

use crate::{Archive, Release, Wanted};

/// What of a formula says which release it installs.
const SAYS: [&str; 4] = ["version", "url", "sha256", "homepage"];
/// How a formula has its version and its page in a text.
const VERSION: &str = "#{version}";
const HOMEPAGE: &str = "#{homepage}";

pub(crate) fn wanted(release: &Release<'_>, text: &str) -> Result<Wanted, Vec<Diagnostic>> {
    let path = &release.formula.formula;
    let in_text = |problem: Diagnostic| problem.in_text(path, text);
    let calls = calls(text, &SAYS, is_own).map_err(|problem| vec![in_text(problem)])?;
    let mut pages = calls.iter().filter(|call| call.name == "homepage");
    let homepage = pages.find_map(|call| Some(call.texts.first()?.text)).unwrap_or_default();
    let mut reading = Reading {
        release: *release,
        homepage,
        changes: Vec::new(),
        problems: Vec::new(),
        found: Vec::new(),
    };
    reading.read(&calls);
    let missing = release.archives.iter().filter(|archive| !reading.found.contains(&archive.name));
    for archive in missing.map(|archive| &archive.name).collect::<Vec<_>>() {
        let message = format!("no `url` leads to `{archive}`");
        reading.problems.push(Diagnostic::new(Rule::FormulaUnfit, message).with_remedy(format!(
            "add it, and a `sha256` below it: url \"{}/…/{archive}\"",
            release.downloads
        )));
    }
    if !reading.problems.is_empty() {
        return Err(reading.problems.into_iter().map(in_text).collect());
    }
    let mut wanted = text.to_owned();
    let mut changes = reading.changes;
    changes.sort_by_key(|change| change.place.start);
    for change in changes.iter().rev() {
        wanted.replace_range(change.place.clone(), &change.text);
    }
    let difference = |change: Change| {
        let found = text.get(change.place.clone()).unwrap_or_default();
        let message = format!("`{}` is {found}, and not {}", change.what, change.text);
        in_text(Diagnostic::new(Rule::FormulaStale, message).at_byte(change.place.start))
    };
    Ok(Wanted { text: wanted, differences: changes.into_iter().map(difference).collect() })
}

/// A text of the formula that must be another.
struct Change {
    what: &'static str,
    place: Range<usize>,
    text: String,
}

struct Reading<'r> {
    release: Release<'r>,
    homepage: &'r str,
    changes: Vec<Change>,
    problems: Vec<Diagnostic>,
    /// The archives that an address leads to.
    found: Vec<String>,
}

impl<'r> Reading<'r> {
    fn read(&mut self, calls: &[Call<'_>]) {
        // The archive of an address whose digest is to come.
        let mut due: Option<(&'r Archive, usize)> = None;
        for call in calls {
            match call.name {
                "url" => {
                    self.undigested(due.take());
                    due = self.url(call).map(|archive| (archive, call.at));
                }
                "sha256" => self.sha256(call, due.take().map(|(archive, _)| archive)),
                "version" => self.version(call),
                // Where it is said, addresses are put together with it.
                _ => {}
            }
        }
        self.undigested(due);
    }

    fn undigested(&mut self, due: Option<(&Archive, usize)>) {
        let Some((archive, at)) = due else { return };
        let message = format!("no `sha256` stands below the `url` of `{}`", archive.name);
        self.problems.push(
            Diagnostic::new(Rule::FormulaUnfit, message)
                .at_byte(at)
                .with_remedy(format!("write it there: sha256 \"{}\"", archive.sha256)),
        );
    }

    fn want(&mut self, what: &'static str, place: &Range<usize>, found: &str, text: &str) {
        if found != text {
            self.changes.push(Change { what, place: place.clone(), text: text.to_owned() });
        }
    }

    fn version(&mut self, call: &Call<'_>) {
        let version = self.release.version;
        for literal in &call.texts {
            let stated: Option<Version> = literal.text.parse().ok();
            if stated.is_some_and(|stated| VersionScheme::Semver.is_above(&stated, version)) {
                let message =
                    format!("the tap is at {} already, which is above {version}", literal.text);
                self.problems.push(
                    Diagnostic::new(Rule::FormulaUnfit, message)
                        .at_byte(literal.place.start)
                        .with_remedy(
                            "leave Homebrew out of this release: it would take users back",
                        ),
                );
            }
            self.want("version", &literal.place, literal.text, version.as_str());
        }
    }

    fn url(&mut self, call: &Call<'_>) -> Option<&'r Archive> {
        let mut found = None;
        for literal in &call.texts {
            let Some(archive) = self.archive(literal.text) else {
                self.strange(literal.text, literal.place.start);
                continue;
            };
            self.found.push(archive.name.clone());
            let said = literal.text.replace(VERSION, self.release.version.as_str());
            let said = said.replace(HOMEPAGE, self.homepage);
            if said != archive.url {
                self.want("url", &literal.place, literal.text, &archive.url);
            }
            found = Some(archive);
        }
        found
    }

    /// The archive that an address is of, of whatever release: by the name of its file.
    fn archive(&self, address: &str) -> Option<&'r Archive> {
        let file = address.rsplit('/').next()?;
        let middle = |archive: &'r Archive| {
            let (before, after) = archive.pattern.split_once("{version}")?;
            let after = after.replace("{version}", VERSION);
            let middle = file.strip_prefix(before)?.strip_suffix(after.as_str())?;
            let is_version = middle == VERSION || middle.starts_with(|c: char| c.is_ascii_digit());
            is_version.then_some((middle.len(), archive))
        };
        let exact = self.release.archives.iter().find(|archive| archive.pattern == file);
        // `tool-1.2.3-musl` is rather a tool for musl than version `1.2.3-musl` of one.
        let nearest =
            self.release.archives.iter().filter_map(middle).min_by_key(|(length, _)| *length);
        exact.or(nearest.map(|(_, archive)| archive))
    }

    /// An address below the project's releases that leads to nothing of this one.
    fn strange(&mut self, address: &str, at: usize) {
        if address.replace(HOMEPAGE, self.homepage).starts_with(self.release.downloads) {
            let message = format!("the `url` {address} leads to no archive that Homebrew ships");
            self.problems.push(
                Diagnostic::new(Rule::FormulaUnfit, message).at_byte(at).with_remedy(
                    "take it out of the formula, or ship it: `channels.homebrew` in the model",
                ),
            );
        }
    }

    fn sha256(&mut self, call: &Call<'_>, of: Option<&'r Archive>) {
        for literal in &call.texts {
            let by_placeholder =
                |archive: &&Archive| archive.placeholder.as_deref() == Some(literal.text);
            let archive = of.or_else(|| self.release.archives.iter().find(by_placeholder));
            if let Some(archive) = archive {
                self.want("sha256", &literal.place, literal.text, archive.sha256.as_str());
            }
        }
    }
}
