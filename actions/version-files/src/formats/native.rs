//! The files of other build tools, and Homebrew's formulae.

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use regex_lite::Regex;
use roxmltree::Document;

use super::Contents;
use crate::field::{Field, Invalid, Literal};
use crate::syntax::code::{Code, Language, pattern};

const CMAKE: Language = Language {
    line_comments: &["#"],
    blocks: &[("#[[", "]]"), ("#[=[", "]=]"), ("[[", "]]"), ("[=[", "]=]")],
    quotes: &["\""],
};

const MESON: Language =
    Language { line_comments: &["#"], blocks: &[("'''", "'''")], quotes: &["'"] };

/// Groovy and Kotlin.
const GRADLE: Language = Language {
    line_comments: &["//"],
    blocks: &[("/*", "*/"), ("\"\"\"", "\"\"\""), ("'''", "'''")],
    quotes: &["\"", "'"],
};

const RUBY: Language = Language {
    line_comments: &["#"],
    blocks: &[("\n=begin", "\n=end"), ("\n__END__\n", "\u{0}")],
    quotes: &["\"", "'"],
};

/// `project(… VERSION 1.2.3 …)`.
pub(super) fn cmake(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &CMAKE);
    let name = "project(VERSION)";
    let arguments = code.arguments("(?i:project)", "project()")?;
    let version = code.argument(&arguments, r"\bVERSION\s+", r#"^"?([^\s")]*)"#);
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

/// `version = "1.2.3"`, of the project or of all.
pub(super) fn gradle(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &GRADLE);
    let assigned =
        r#"^(?:[ \t]*(?:project\.)?version[ \t]*=[ \t]*|version[ \t]+)["']([^"'\n]*)["']"#;
    let version = code.one(assigned, "version")?;
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

pub(super) fn gradle_properties(text: &str) -> Result<Contents, Invalid> {
    let version = pattern(text, r"^[ \t]*version[ \t]*[=: \t][ \t]*(\S+)[ \t]*$", "version")?;
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

/// `<Version>` of a `<PropertyGroup>`; that of a package reference is another's.
pub(super) fn msbuild(text: &str) -> Result<Contents, Invalid> {
    let document = Document::parse(text).map_err(|error| {
        let (line, column) = (error.pos().row as usize, error.pos().col as usize);
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        Invalid::new(format!("is no XML: {error}")).at(start + column.saturating_sub(1))
    })?;
    let is_version = |node: &roxmltree::Node<'_, '_>| {
        node.tag_name().name() == "Version"
            && node.parent().is_some_and(|parent| parent.tag_name().name() == "PropertyGroup")
    };
    let mut versions = document.descendants().filter(is_version);
    let Some(version) = versions.next() else { return Err(Invalid::new("has no <Version>")) };
    if let Some(second) = versions.next() {
        return Err(Invalid::new("has <Version> more than once").at(second.range().start));
    }
    let at = version.range().start;
    let inner =
        version.first_child().filter(|child| child.is_text() && child.next_sibling().is_none());
    let range = inner.map(|inner| inner.range()).unwrap_or_default();
    let written = text.get(range.clone()).unwrap_or_default();
    let trimmed = written.trim();
    if trimmed.is_empty() || version.text().map(str::trim) != Some(trimmed) {
        return Err(Invalid::new("<Version> is no plain text").at(at));
    }
    let start = range.start + written.len() - written.trim_start().len();
    let literal = Literal { text: trimmed, place: start..start + trimmed.len() };
    Ok(Field::of_file("<Version>", literal, VersionScheme::Semver).into())
}

/// A formula's `version`, and the version in the addresses that name it out.
pub(super) fn formula(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &RUBY);
    let mut contents = Contents::default();
    let stated = code.all(r#"^[ \t]*version[ \t]+["']([^"'\n]*)["'][ \t]*$"#);
    for version in stated {
        contents.fields.push(Field::of_file("version", version, VersionScheme::Semver));
    }
    for address in code.all(r#"^[ \t]*url[ \t]+["']([^"'\n]*)["']"#) {
        contents.fields.extend(in_address(&address));
    }
    if contents.fields.is_empty() {
        return Err(Invalid::new("has no version, and no url with one"));
    }
    Ok(contents)
}

/// The version of an address: that of its tag, wherever it stands again.
fn in_address(address: &Literal<'_>) -> Vec<Field> {
    let Ok(tag) = Regex::new(
        r"/(?:download|tags?|archive)/(?:[A-Za-z0-9_.%-]*?[A-Za-z_%-])?v?([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?)(?:/|\.tar\.|\.tgz|\.zip)",
    ) else {
        return Vec::new();
    };
    let Some(version) = tag.captures(address.text).and_then(|found| found.get(1)) else {
        return Vec::new();
    };
    if version.as_str().parse::<Version>().is_err() {
        return Vec::new();
    }
    let places = address.text.match_indices(version.as_str());
    let field = |(at, text): (usize, &str)| {
        Field::of_file("url", address.part(at..at + text.len()), VersionScheme::Semver)
    };
    places.map(field).collect()
}
