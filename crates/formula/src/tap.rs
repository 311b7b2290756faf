//! The tap's own formula, in which version, addresses and digests are replaced.

use std::collections::BTreeMap;
use std::ops::Range;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Version;
use lockstep_versions::ruby::{Call, Literal, calls, is_own};

use crate::{Archive, Release, Wanted};

/// What of a formula says which release it installs.
const SAYS: [&str; 5] = ["version", "url", "mirror", "sha256", "homepage"];
/// How a formula has its version and its page in a text.
const VERSION: &str = "#{version}";
const HOMEPAGE: &str = "#{homepage}";

pub(crate) fn wanted(release: &Release<'_>, text: &str) -> Result<Wanted, Vec<Diagnostic>> {
    let path = &release.formula.formula;
    let in_text = |problem: Diagnostic| problem.in_text(path, text);
    let calls = calls(text, &SAYS, is_own).map_err(|problem| vec![in_text(problem)])?;
    let mut reading = Reading::new(release, &calls);
    reading.read(&calls);
    reading.missing(text);
    let Reading { changes, problems, .. } = reading;
    if !problems.is_empty() {
        return Err(problems.into_iter().map(in_text).collect());
    }
    let mut wanted = text.to_owned();
    for (start, change) in changes.iter().rev() {
        wanted.replace_range(*start..change.end, &change.text);
    }
    let difference = |(start, change): (usize, Change)| {
        let found = text.get(start..change.end).unwrap_or_default();
        let message = format!("`{}` is {found}, and not {}", change.what, change.text);
        in_text(Diagnostic::new(Rule::FormulaStale, message).at_byte(start))
    };
    Ok(Wanted { text: wanted, differences: changes.into_iter().map(difference).collect() })
}

/// The highest version that a formula says, or that the names of its archives say.
pub(crate) fn stated(release: &Release<'_>, text: &str) -> Option<(Version, usize)> {
    let calls = calls(text, &SAYS, is_own).ok()?;
    let reading = Reading::new(release, &calls);
    let of_call = |call: &Call<'_>| {
        let version = |literal: &Literal<'_>| {
            let said = match call.name {
                "version" => literal.text.trim_start_matches('v').parse().ok(),
                "url" => reading.version_of(literal.text),
                _ => None,
            };
            said.map(|version| (version, literal.place.start))
        };
        call.texts.iter().filter_map(version).collect::<Vec<(Version, usize)>>()
    };
    let all = calls.iter().flat_map(of_call);
    all.reduce(|highest, other| if crate::is_above(&other.0, &highest.0) { other } else { highest })
}

/// A text of the formula that must be another.
#[derive(PartialEq)]
struct Change {
    what: &'static str,
    end: usize,
    text: String,
}

struct Reading<'r> {
    release: Release<'r>,
    /// What the formula says its page is.
    homepage: String,
    /// By where each begins: two calls can be given the same text.
    changes: BTreeMap<usize, Change>,
    problems: Vec<Diagnostic>,
    /// The archives that an address leads to.
    found: Vec<&'r str>,
    /// Whether a `version` is a text that stands here, and whether an address has it in it.
    has_version: bool,
    uses_version: bool,
}

impl<'r> Reading<'r> {
    fn new(release: &Release<'r>, calls: &[Call<'_>]) -> Self {
        let mut pages = calls.iter().filter(|call| call.name == "homepage");
        let homepage = pages.find_map(|call| Some(call.texts.first()?.text)).unwrap_or_default();
        Self {
            release: *release,
            homepage: homepage.to_owned(),
            changes: BTreeMap::new(),
            problems: Vec::new(),
            found: Vec::new(),
            has_version: false,
            uses_version: false,
        }
    }

    fn read(&mut self, calls: &[Call<'_>]) {
        // The archive of an address whose digest is to come.
        let mut due: Option<(&'r Archive, usize)> = None;
        for call in calls {
            match call.name {
                "url" => {
                    self.undigested(due.take());
                    due = self.address(call).map(|archive| (archive, call.at));
                }
                "mirror" => drop(self.address(call)),
                "sha256" => self.sha256(call, due.take().map(|(archive, _)| archive)),
                "version" => self.version(call),
                // Where it is said, addresses are put together with it.
                _ => {}
            }
        }
        self.undigested(due);
    }

    /// What a formula must have, and this one has not.
    fn missing(&mut self, text: &str) {
        let missing: Vec<&str> =
            self.release.archives.iter().map(|one| one.name.as_str()).collect();
        for archive in
            missing.into_iter().filter(|name| !self.found.contains(name)).collect::<Vec<_>>()
        {
            let remedy = format!(
                "add it, and a `sha256` below it: url \"{}/…/{archive}\"",
                self.release.downloads
            );
            self.unfit(None, format!("no `url` leads to `{archive}`"), remedy);
        }
        if self.uses_version && !self.has_version {
            let message = "an address has the `version` in it, and the formula has none";
            self.unfit(None, message, "write it as a text: version \"1.2.3\"");
        }
        let bottles = text.lines().find(|line| line.trim().starts_with("bottle do"));
        if let Some(at) =
            bottles.and_then(|line| text.find(line)).filter(|_| !self.changes.is_empty())
        {
            let message = "the formula has bottles, which are of the version before";
            self.unfit(Some(at), message, "take `bottle do` out, and let the tap make new ones");
        }
    }

    fn unfit(&mut self, at: Option<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        let problem = Diagnostic::new(Rule::FormulaUnfit, message).with_remedy(remedy);
        self.problems.push(match at {
            Some(at) => problem.at_byte(at),
            None => problem,
        });
    }

    fn undigested(&mut self, due: Option<(&Archive, usize)>) {
        if let Some((archive, at)) = due {
            let message = format!("no `sha256` stands below the `url` of `{}`", archive.name);
            self.unfit(Some(at), message, format!("write it there: sha256 \"{}\"", archive.sha256));
        }
    }

    fn want(&mut self, what: &'static str, place: &Range<usize>, found: &str, text: &str) {
        let change = Change { what, end: place.end, text: text.to_owned() };
        if found == text {
            return;
        }
        if self.changes.get(&place.start).is_some_and(|other| *other != change) {
            let message = format!("this text is the `{what}` of two archives");
            self.unfit(Some(place.start), message, "write one for each");
        }
        self.changes.insert(place.start, change);
    }

    fn version(&mut self, call: &Call<'_>) {
        let version = self.release.version.to_string();
        let is_one = |literal: &&Literal<'_>| {
            literal.text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
        };
        for literal in call.texts.iter().filter(is_one) {
            self.has_version = true;
            self.want("version", &literal.place, literal.text, &version);
        }
        if call.texts.is_empty() || !call.texts.iter().all(|literal| is_one(&literal)) {
            let message = "the `version` is not a text that stands here";
            self.unfit(Some(call.at), message, "write it as a text: version \"1.2.3\"");
        }
    }

    /// The archive that an address leads to, where it is one of this project's.
    fn address(&mut self, call: &Call<'_>) -> Option<&'r Archive> {
        let is_ours = |literal: &&Literal<'_>| {
            let is_below = self.expanded(literal.text).starts_with(self.release.downloads);
            // A mirror elsewhere is somebody else's to keep.
            is_below || (call.name != "mirror" && self.archive(literal.text).is_some())
        };
        let ours = call.texts.iter().find(is_ours)?;
        let address = self.expanded(ours.text);
        let is_whole = address.starts_with("https://") && !address.contains("#{");
        if call.texts.len() != 1 || !is_whole {
            let message = format!("this `{}` is put together of several texts", call.name);
            self.unfit(Some(call.at), message, "write it as one, in a branch for each platform; `#{version}` and `#{homepage}` can be in it");
            return None;
        }
        let (text, place) = (ours.text, ours.place.clone());
        self.uses_version |= text.contains(VERSION);
        let Some((archive, _)) = self.archive(text) else {
            let message =
                format!("the `{}` {text} leads to no archive that Homebrew ships", call.name);
            self.unfit(
                Some(place.start),
                message,
                "take it out of the formula, or ship it: `channels.homebrew` in the model",
            );
            return None;
        };
        self.found.push(&archive.name);
        if address != archive.url {
            let what = if call.name == "mirror" { "mirror" } else { "url" };
            self.want(what, &place, text, &archive.url);
        }
        Some(archive)
    }

    /// A text with what it is put together of.
    fn expanded(&self, text: &str) -> String {
        text.replace(VERSION, self.release.version.as_str()).replace(HOMEPAGE, &self.homepage)
    }

    /// The archive that an address is of, of whatever release, by the name of its file; and the version in that.
    fn archive<'t>(&self, address: &'t str) -> Option<(&'r Archive, &'t str)> {
        let file = address.rsplit('/').next()?;
        let of = |archive: &'r Archive| {
            let Some((before, after)) = archive.pattern.split_once("{version}") else {
                return (archive.pattern == file).then_some((archive, ""));
            };
            let middle = file.strip_prefix(before)?.strip_suffix(after)?;
            let is_version = middle == VERSION || middle.starts_with(|c: char| c.is_ascii_digit());
            is_version.then_some((archive, middle))
        };
        // `tool-1.2.3-musl` is rather a tool for musl than version `1.2.3-musl` of one.
        self.release.archives.iter().filter_map(of).min_by_key(|(_, middle)| middle.len())
    }

    /// The version of an address: by the name of its file, or by its tag.
    fn version_of(&self, address: &str) -> Option<Version> {
        let by_name = self.archive(address).and_then(|(_, version)| version.parse().ok());
        let by_tag = || {
            let below = address.strip_prefix(self.release.downloads)?.strip_prefix('/')?;
            self.release.plan.tag.version_of(below.rsplit_once('/')?.0)
        };
        by_name.or_else(by_tag)
    }

    fn sha256(&mut self, call: &Call<'_>, of: Option<&'r Archive>) {
        if of.is_some() && call.texts.len() != 1 {
            self.unfit(
                Some(call.at),
                "this `sha256` is not one text",
                "write one below each `url`",
            );
            return;
        }
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
