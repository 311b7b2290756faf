//! The files of other build tools.

use lockstep_schemas::version::VersionScheme;
use roxmltree::Document;

use super::Contents;
use crate::field::{Field, Invalid, Literal};
use crate::syntax::code::{Code, Language, pattern};

/// Its texts may have several lines, and its brackets any number of `=`
/// ([syntax](https://cmake.org/cmake/help/latest/manual/cmake-language.7.html#bracket-argument)).
const CMAKE: Language = Language {
    line_comments: &["#"],
    comments: &[("#[[", "]]"), ("#[=[", "]=]"), ("#[==[", "]==]"), ("#[===[", "]===]")],
    texts: &[("[[", "]]"), ("[=[", "]=]"), ("[==[", "]==]"), ("[===[", "]===]")],
    quotes: &["\""],
    quotes_span_lines: true,
};

const MESON: Language = Language {
    line_comments: &["#"],
    comments: &[],
    texts: &[("'''", "'''")],
    quotes: &["'"],
    quotes_span_lines: false,
};

/// Groovy and Kotlin.
const GRADLE: Language = Language {
    line_comments: &["//"],
    comments: &[("/*", "*/")],
    texts: &[("\"\"\"", "\"\"\""), ("'''", "'''")],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// `project(… VERSION 1.2.3 …)`.
pub(super) fn cmake(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &CMAKE);
    let name = "project(VERSION)";
    let arguments = code.arguments("(?i:project)", "project()")?;
    // What comes first is the project's name, whatever it is.
    let label = r"(?s)^\s*\S+\s(?:.*?\s)?VERSION\s+";
    let version = code.argument(&arguments, label, r#"^"?([^\s")]+)"#);
    let version = version.ok_or_else(|| Invalid::new(format!("has no {name}")))?;
    Ok(Field::of_file(name, version, VersionScheme::Numeric).into())
}

/// `project(…, version: '1.2.3', …)`.
pub(super) fn meson(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &MESON);
    let name = "project(version:)";
    let arguments = code.arguments("project", "project()")?;
    let version = code.argument(&arguments, r"\bversion\s*:\s*", r"^'([^'\n]*)'");
    let version = version
        .ok_or_else(|| Invalid::new(format!("has no {name}, or one that is no plain text")))?;
    Ok(Field::of_file(name, version, VersionScheme::Semver).into())
}

/// `version = "1.2.3"`, of the project or of all: not that of a plugin, or of a tool that a block is about.
pub(super) fn gradle(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &GRADLE);
    let assigned = r#"(?:^|[;{])[ \t]*(?:project\.)?version(?:[ \t]*=[ \t]*|[ \t]*\([ \t]*|[ \t]+)["']([^"'\n]*)["'][ \t]*\)?[ \t]*(?:[;}]|$)"#;
    let is_of_project = |blocks: &[&str]| matches!(blocks, [] | ["allprojects" | "subprojects"]);
    let mut versions = code.within(code.all(assigned), is_of_project).into_iter();
    let Some(version) = versions.next() else { return Err(Invalid::new("has no version")) };
    if let Some(second) = versions.next() {
        return Err(Invalid::new("has version more than once").at(second.place.start));
    }
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

pub(super) fn gradle_properties(text: &str) -> Result<Contents, Invalid> {
    let version = pattern(text, r"^[ \t]*version[ \t]*[=: \t][ \t]*(\S+)[ \t]*$", "version")?;
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

/// `<Version>` of a `<PropertyGroup>`, or `<VersionPrefix>`; that of a package reference is another's.
pub(super) fn msbuild(text: &str) -> Result<Contents, Invalid> {
    let document = Document::parse(text).map_err(|error| {
        let (line, column) = (error.pos().row as usize, error.pos().col as usize);
        let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
        let start: usize = lines.map(str::len).sum();
        Invalid::new(format!("is no XML: {error}")).at(start + column.saturating_sub(1))
    })?;
    let named = |name: &str| -> Vec<roxmltree::Node<'_, '_>> {
        let is_it = |node: &roxmltree::Node<'_, '_>| {
            node.tag_name().name() == name
                && node.parent().is_some_and(|parent| parent.tag_name().name() == "PropertyGroup")
        };
        document.descendants().filter(is_it).collect()
    };
    let whole = ("<Version>", VersionScheme::Semver, named("Version"));
    let prefix = ("<VersionPrefix>", VersionScheme::Numeric, named("VersionPrefix"));
    let (name, scheme, versions) = if whole.2.is_empty() { prefix } else { whole };
    let [version] = versions.as_slice() else {
        return Err(match versions.get(1) {
            Some(second) => {
                Invalid::new(format!("has {name} more than once")).at(second.range().start)
            }
            None => Invalid::new("has no <Version> and no <VersionPrefix>"),
        });
    };
    let is_alone =
        |child: &roxmltree::Node<'_, '_>| child.is_text() && child.next_sibling().is_none();
    let range = version.first_child().filter(is_alone).map(|inner| inner.range());
    let range = range.unwrap_or_default();
    let written = text.get(range.clone()).unwrap_or_default();
    let trimmed = written.trim();
    if trimmed.is_empty() || version.text().map(str::trim) != Some(trimmed) {
        let invalid = Invalid::new(format!("{name} is no plain text"));
        return Err(invalid.at(version.range().start));
    }
    let start = range.start + written.len() - written.trim_start().len();
    let literal = Literal { text: trimmed, place: start..start + trimmed.len() };
    Ok(Field::of_file(name, literal, scheme).into())
}
