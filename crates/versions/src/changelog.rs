//! The changelog: what people are told of a version.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::{RelativePath, Version};

use std::ops::Range;
use std::path::Path;

use lockstep_files::{markdown::Outline, markdown::definitions};
use lockstep_schemas::plan::TrainPlan;
use parse_changelog::Parser;
use regex_lite::Regex;

use crate::text::{in_file, text_of};

/// A version's section of a changelog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its title, such as `[1.2.3] - 2026-01-31`.
    pub title: String,
    /// What it says, in Markdown, without its title, and with the addresses of its links.
    pub notes: String,
}

/// The section of a version in a train's changelog, where it has one.
///
/// # Errors
///
/// Where that cannot be read, or tells not what it must of the version.
pub fn of_train(
    root: &Path,
    train: &TrainPlan,
    version: &Version,
) -> Result<Option<Section>, Diagnostic> {
    let Some(file) = train.changelog.as_ref().map(RelativePath::as_str) else { return Ok(None) };
    let text = text_of(&root.join(file)).map_err(|unreadable| {
        unreadable.in_file(file).with_remedy("add it, or take `changelog` out of lockstep.yaml")
    })?;
    let section = section(&text, version, train.changelog_dated)
        .map_err(|invalid| in_file(file, &text, invalid))?;
    Ok(Some(section))
}

/// The section of a version in a changelog: as [Keep a Changelog](https://keepachangelog.com) has it, or under a title that ends in the
/// version after the project's name, as [changesets](https://github.com/changesets/changesets) and others write it.
///
/// # Errors
///
/// When the section is missing, is empty, or lacks the date that it must have.
pub fn section(text: &str, version: &Version, is_dated: bool) -> Result<Section, Diagnostic> {
    let whole = text;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = whole.len() - text.len();
    let title =
        if is_dated { format!("## [{version}] - YYYY-MM-DD") } else { format!("## {version}") };
    let remedy = format!("give it a section: {title}, and below it what changed");
    let missing = || {
        Diagnostic::new(Rule::Changelog, format!("has no section of {version}"))
            .with_remedy(&remedy)
    };
    let named = after_a_name();
    let own = |parser: &Parser| -> Vec<parse_changelog::Release<'_>> {
        parser.parse_iter(text).filter(|release| release.version == version.as_str()).collect()
    };
    let mut parser = Parser::new();
    let mut found = own(&parser);
    if found.is_empty() {
        parser = named;
        found = own(&parser);
    }
    let mut releases = found.into_iter();
    let release = releases.next().ok_or_else(missing)?;
    // A title is a part of the text.
    let place = |title: &str| title.as_ptr() as usize - text.as_ptr() as usize + mark;
    let at = place(release.title);
    if let Some(second) = releases.next() {
        return Err(Diagnostic::new(Rule::Changelog, format!("has two sections of {version}"))
            .at_byte(place(second.title))
            .with_remedy("make them one"));
    }
    if is_dated && date(&release.title_no_link()).is_none() {
        let problem = format!("the section of {version} has no date");
        return Err(Diagnostic::new(Rule::Changelog, problem)
            .at_byte(at)
            .with_remedy(format!("write it into the title: ## [{version}] - YYYY-MM-DD")));
    }
    let notes = notes(text, at - mark, &parser).trim();
    if !says_something(notes) {
        return Err(Diagnostic::new(
            Rule::Changelog,
            format!("the section of {version} says nothing"),
        )
        .at_byte(at)
        .with_remedy("describe what changed: this section becomes the release notes"));
    }
    Ok(Section {
        title: release.title.to_owned(),
        notes: format!("{notes}{}", addresses(text, notes)),
    })
}

/// A train's changelog in which what is not released yet became the section of a version, where the model says so: its file, its text,
/// and the new text. None where it has that section, or nothing that is not released.
///
/// `day` is the day of the release, as `2026-01-31`.
///
/// # Errors
///
/// Where it cannot be read.
pub fn with_release(
    root: &Path,
    train: &TrainPlan,
    version: &Version,
    day: &str,
) -> Result<Option<(String, String, String)>, Diagnostic> {
    let file = train.changelog.as_ref().filter(|_| train.changelog_unreleased);
    let Some(file) = file.map(RelativePath::as_str) else { return Ok(None) };
    let text = text_of(&root.join(file)).map_err(|unreadable| unreadable.in_file(file))?;
    let tag = format!("{}{version}", train.tag.prefix());
    let new = released(&text, version, &tag, day);
    Ok(new.map(|new| (file.to_owned(), text, new)))
}

/// A changelog in which what stands below `[Unreleased]` is that of a version: the title stays above it, with nothing below, and where
/// the titles lead to comparisons, both do.
fn released(text: &str, version: &Version, tag: &str, day: &str) -> Option<String> {
    let has_section = Parser::new().parse_iter(text).any(|of| of.version == version.as_str());
    let titles = Outline::of(text).titles;
    let is_unreleased = |place: &Range<usize>| {
        let title = text[place.clone()].trim_matches(|c: char| !c.is_alphabetic());
        title.eq_ignore_ascii_case("unreleased")
    };
    let at = titles.iter().position(|(_, place)| is_unreleased(place))?;
    let (level, place) = titles.get(at)?;
    let next = titles[at + 1..].iter().find(|(of, _)| of <= level);
    let end = next.map_or(text.len(), |(_, next)| next.start);
    if has_section || !says_something(&text[place.end..end]) {
        return None;
    }
    let title = format!("{} {}\n", "#".repeat(*level), title_like(text, version, day));
    let (above, below) = text.split_at(place.end);
    let break_above = if above.ends_with('\n') { "\n" } else { "\n\n" };
    Some(compared(&format!("{above}{break_above}{title}{below}"), version, tag))
}

/// The title of a version, as that of the release before is written.
fn title_like(text: &str, version: &Version, day: &str) -> String {
    let parser = Parser::new();
    // What is not released is one of them.
    let is_version =
        |of: &parse_changelog::Release<'_>| of.version.starts_with(|c: char| c.is_ascii_digit());
    let Some(last) = parser.parse_iter(text).find(is_version) else {
        return format!("[{version}] - {day}");
    };
    let title = last.title_no_link();
    let title = title.replacen(last.version, version.as_str(), 1);
    let is_linked = last.title.starts_with('[') && !title.starts_with('[');
    let title = if is_linked {
        title.replacen(version.as_str(), &format!("[{version}]"), 1)
    } else {
        title
    };
    match date(&title) {
        Some(before) => title.replacen(&before, day, 1),
        None => title,
    }
}

/// A changelog whose link of what is not released compares with a new tag, and has one of that tag before it.
fn compared(text: &str, version: &Version, tag: &str) -> String {
    let link =
        Regex::new(r"(?mi)^\[unreleased\]:[ \t]*(\S*/compare/)(\S+?)\.\.\.(\S+)[ \t]*$").ok();
    let Some(found) = link.as_ref().and_then(|link| link.captures(text)) else {
        return text.to_owned();
    };
    let (Some(whole), Some(before)) = (found.get(0), found.get(2)) else { return text.to_owned() };
    let written = whole.as_str();
    let (label, base) = (&written[..written.find(':').unwrap_or_default()], &found[1]);
    let links = format!(
        "{label}: {base}{tag}...{}\n[{version}]: {base}{}...{tag}",
        &found[3],
        before.as_str()
    );
    format!("{}{links}{}", &text[..whole.start()], &text[whole.end()..])
}

/// A parser of titles in which something stands before the version: `tool 1.1.0`, `tool-v1.1.0`, a sign for a release.
fn after_a_name() -> Parser {
    let mut parser = Parser::new();
    // A pattern that is none would be seen by every test; without it, titles are read as they mostly are.
    let _ = parser.prefix_format(r"^[^\[\]0-9]*[ @/-]v?");
    parser
}

/// A day that there is, in a title.
fn date(title: &str) -> Option<String> {
    let is_day = |text: &&str| {
        let mut numbers = text.split('-').map(|part| part.parse::<u32>().ok());
        let (Some(Some(year)), Some(Some(month)), Some(Some(day))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return false;
        };
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=last).contains(&day)
    };
    let regex = Regex::new(r"(?:^|[^0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[^0-9]|$)").ok()?;
    let found = regex.captures_iter(title).filter_map(|found| found.get(1));
    found.map(|found| found.as_str()).find(is_day).map(str::to_owned)
}

/// Whether there is more than titles, comments, bullets and the addresses of links.
fn says_something(notes: &str) -> bool {
    let mut rest = notes;
    let mut said = String::with_capacity(notes.len());
    while let Some((before, comment)) = rest.split_once("<!--") {
        said.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    said.push_str(rest);
    said.lines().map(str::trim).any(|line| {
        let is_nothing = line.chars().all(|c| "-*+_=".contains(c));
        !(is_nothing || line.starts_with('#') || address(line).is_some())
    })
}

/// The label of a line that says where a link leads
/// ([definition](https://spec.commonmark.org/0.31.2/#link-reference-definitions)).
fn address(line: &str) -> Option<&str> {
    let (label, to) = line.strip_prefix('[')?.split_once("]:")?;
    (!to.trim().is_empty()).then_some(label)
}

/// What stands below the title of a release: up to the next release.
fn notes<'t>(text: &'t str, title: usize, parser: &Parser) -> &'t str {
    let titles = Outline::of(text).titles;
    let own = titles.iter().rposition(|(_, place)| place.start <= title).unwrap_or_default();
    let Some((level, place)) = titles.get(own) else { return "" };
    let is_release = |title: &str| {
        let title = title.lines().next().unwrap_or_default();
        parser.parse_iter(title).next().is_some()
    };
    // Patches may have smaller titles than what they mend.
    let next = titles[own + 1..].iter().find(|(of, place)| {
        let title = &text[place.clone()];
        is_release(title) && (of <= level || date(title).is_some())
    });
    &text[place.end..next.map_or(text.len(), |(_, next)| next.start)]
}

/// The addresses of links in some notes that the changelog has at another place, as lines of their own.
fn addresses(text: &str, notes: &str) -> String {
    let lines = definitions(notes, text);
    if lines.is_empty() { String::new() } else { format!("\n\n{}", lines.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_that_there_are() {
        for day in ["2000-02-29", "2024-02-29", "2026-11-30", "2026-12-31"] {
            assert_eq!(date(&format!("1.2.3 - {day}")).as_deref(), Some(day));
        }
        for day in
            ["1900-02-29", "2100-02-29", "2026-02-29", "2026-11-31", "2026-13-01", "2026-01-00"]
        {
            assert_eq!(date(&format!("1.2.3 - {day}")), None, "{day}");
        }
    }
}
