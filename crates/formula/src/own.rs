//! A formula that is written from the model.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::FormulaContents;
use lockstep_versions::ruby::{calls, is_own};

use crate::archives::words;
use crate::{Archive, Release, Wanted};

pub(crate) fn wanted(
    release: &Release<'_>,
    contents: &FormulaContents,
    found: Option<&str>,
) -> Result<Wanted, Vec<Diagnostic>> {
    let path = &release.formula.formula;
    let collisions = collisions(release.archives);
    if !collisions.is_empty() {
        return Err(collisions);
    }
    let text = written(release, contents);
    // What one of them leaves open, another could close.
    let parts = [("install", Some(&contents.install)), ("test", contents.test.as_ref())];
    for (key, part) in parts {
        let Some(part) = part else { continue };
        if let Err(problem) = calls(&format!("def part\n{part}\nend\n"), &["url"], is_own) {
            let message = format!("`{key}` {}", problem.message);
            return Err(vec![unfit(message, "look at `contents` of the channel in the model")]);
        }
    }
    if let Err(problem) = calls(&text, &["url"], is_own) {
        let remedy =
            "look at `contents` of the channel: what Lockstep would write with it is no Ruby";
        return Err(vec![problem.in_text(path, &text).with_remedy(remedy)]);
    }
    let differences = match found {
        Some(found) if found == text => Vec::new(),
        Some(found) => {
            let line = lockstep_files::first_difference(found, &text);
            let message = "is not what the model and the release make of it";
            vec![Diagnostic::new(Rule::FormulaStale, message).at_line(line).in_file(path)]
        }
        None => vec![Diagnostic::new(Rule::FormulaStale, "is not there").in_file(path)],
    };
    Ok(Wanted { text, differences })
}

fn written(release: &Release<'_>, contents: &FormulaContents) -> String {
    let project = &release.plan.project;
    let mut text = format!("class {} < Formula\n", class(release.formula.formula.as_str()));
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    let description = contents.description.as_ref().or(project.description.as_ref());
    if let Some(description) = description {
        line(format!("  desc {}", quoted(description.as_str())));
    }
    // The order is the one that `brew style` asks for.
    let (everywhere, systems) = sorted(release.archives);
    line(format!("  homepage {}", quoted(&homepage(release, contents))));
    for archive in &everywhere {
        line(format!("  url {}", quoted(&archive.url)));
    }
    line(format!("  version {}", quoted(release.version.as_str())));
    for archive in &everywhere {
        line(format!("  sha256 {}", quoted(archive.sha256.as_str())));
    }
    line(format!("  license {}", license(project.license.as_str())));
    line(String::new());
    let mut dependencies = contents.depends_on.clone();
    dependencies.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    for dependency in &dependencies {
        line(format!("  depends_on {}", quoted(dependency.as_str())));
    }
    if !contents.depends_on.is_empty() {
        line(String::new());
    }
    for (Reverse(system), processors) in &systems {
        line(format!("  {system} do"));
        for (processor, archive) in processors {
            line(format!("    {processor} do"));
            line(format!("      url {}", quoted(&archive.url)));
            line(format!("      sha256 {}", quoted(archive.sha256.as_str())));
            line("    end".to_owned());
        }
        line("  end".to_owned());
        line(String::new());
    }
    line("  def install".to_owned());
    lines(contents.install.as_str(), 4, &mut line);
    line("  end".to_owned());
    if let Some(caveats) = &contents.caveats {
        let mut end = "EOS".to_owned();
        while caveats.as_str().lines().any(|line| line.trim() == end) {
            end.push('_');
        }
        line(format!("\n  def caveats\n    <<~'{end}'"));
        lines(caveats.as_str(), 6, &mut line);
        line(format!("    {end}\n  end"));
    }
    if let Some(test) = &contents.test {
        line("\n  test do".to_owned());
        lines(test.as_str(), 4, &mut line);
        line("  end".to_owned());
    }
    line("end".to_owned());
    text
}

/// By system, macOS first, and processor, in a formula's words.
type BySystem<'a> = BTreeMap<Reverse<&'static str>, BTreeMap<&'static str, &'a Archive>>;

/// The archives for every platform, and those for one each.
fn sorted(archives: &[Archive]) -> (Vec<&Archive>, BySystem<'_>) {
    let mut everywhere = Vec::new();
    let mut systems = BySystem::new();
    for archive in archives {
        match archive.platform.and_then(|(os, cpu)| words(os, cpu)) {
            Some((system, processor)) => {
                systems.entry(Reverse(system)).or_default().insert(processor, archive);
            }
            None => everywhere.push(archive),
        }
    }
    (everywhere, systems)
}

/// Archives of which a formula could fetch one alone.
fn collisions(archives: &[Archive]) -> Vec<Diagnostic> {
    let place = |archive: &Archive| archive.platform.and_then(|(os, cpu)| words(os, cpu));
    let clash = |one: &Archive, other: &Archive| {
        let (first, second) = (place(one), place(other));
        first.is_none() || second.is_none() || first == second
    };
    let mut problems = Vec::new();
    for (index, archive) in archives.iter().enumerate() {
        if let Some(other) = archives[..index].iter().find(|other| clash(archive, other)) {
            let message =
                format!("`{}` and `{}` are for the same machines", other.name, archive.name);
            let remedy =
                "give one of the two targets the tier `deferred` under `channels.homebrew.tiers`";
            problems.push(unfit(message, remedy));
        }
    }
    problems
}

fn unfit(message: String, remedy: &str) -> Diagnostic {
    Diagnostic::new(Rule::FormulaUnfit, message).with_remedy(remedy)
}

/// A licence in Homebrew's words ([documentation](https://docs.brew.sh/License-Guidelines)).
fn license(expression: &str) -> String {
    let list = |all: Vec<&str>| all.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
    let is_plain = !expression.contains(['(', ')']) && !expression.contains(" WITH ");
    let any: Vec<&str> = expression.split(" OR ").collect();
    let all: Vec<&str> = expression.split(" AND ").collect();
    match (is_plain, any.len() > 1, all.len() > 1) {
        (true, true, false) => format!("any_of: [{}]", list(any)),
        (true, false, true) => format!("all_of: [{}]", list(all)),
        _ => quoted(expression),
    }
}

fn lines(text: &str, indent: usize, line: &mut impl FnMut(String)) {
    for one in text.trim_end().lines() {
        line(if one.is_empty() { String::new() } else { format!("{:indent$}{one}", "") });
    }
}

fn homepage(release: &Release<'_>, contents: &FormulaContents) -> String {
    let repository = || release.downloads.trim_end_matches("/releases/download").to_owned();
    contents.homepage.as_ref().map_or_else(repository, ToString::to_string)
}

/// A text in Ruby.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('#', "\\#");
    format!("\"{escaped}\"")
}

/// What Homebrew calls the class of a formula's file
/// ([documentation](https://docs.brew.sh/Formula-Cookbook#formulae)).
fn class(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rb");
    let mut class = String::new();
    let mut is_first = true;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_followed = letters.peek().is_some_and(char::is_ascii_alphanumeric);
        match letter {
            '-' | '_' | '.' if is_followed => is_first = true,
            '@' => class.push_str("AT"),
            '+' => class.push('x'),
            _ if is_first => {
                class.extend(letter.to_uppercase());
                is_first = false;
            }
            _ => class.push(letter),
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_called_as_homebrew_does() {
        for (name, wanted) in [
            ("Formula/tool.rb", "Tool"),
            ("Formula/f/foo-bar_baz.rb", "FooBarBaz"),
            ("openssl@3.rb", "OpensslAT3"),
            ("python@3.12.rb", "PythonAT312"),
            ("c++filt.rb", "Cxxfilt"),
        ] {
            assert_eq!(class(name), wanted, "{name}");
        }
    }

    #[test]
    fn no_text_says_more_than_itself() {
        assert_eq!(quoted("a \"b\" #{`c`} \\"), "\"a \\\"b\\\" \\#{`c`} \\\\\"");
    }
}
