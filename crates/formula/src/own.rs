//! A formula that is written from the model.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::FormulaContents;

use crate::archives::words;
use crate::{Archive, Release, Wanted};

pub(crate) fn wanted(
    release: &Release<'_>,
    contents: &FormulaContents,
    found: Option<&str>,
) -> Wanted {
    let text = written(release, contents);
    let path = &release.formula.formula;
    let differences = match found {
        Some(found) if found == text => Vec::new(),
        Some(found) => {
            let line = lockstep_files::first_difference(found, &text);
            let message = "is not what the model and the release make of it";
            vec![Diagnostic::new(Rule::FormulaStale, message).at_line(line).in_file(path)]
        }
        None => vec![Diagnostic::new(Rule::FormulaStale, "is not there").in_file(path)],
    };
    Wanted { text, differences }
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
    line(format!("  license {}", quoted(project.license.as_str())));
    line(String::new());
    for dependency in &contents.depends_on {
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
        line("\n  def caveats\n    <<~'EOS'".to_owned());
        lines(caveats.as_str(), 6, &mut line);
        line("    EOS\n  end".to_owned());
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
