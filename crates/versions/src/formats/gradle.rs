//! Gradle's files
//! ([documentation](https://docs.gradle.org/current/dsl/org.gradle.api.Project.html#org.gradle.api.Project:version)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::Field;
use crate::syntax::code::{Code, Language, pattern};

/// Groovy and Kotlin.
const GRADLE: Language = Language {
    line_comments: &["//"],
    comments: &[("/*", "*/")],
    texts: &[("\"\"\"", "\"\"\""), ("'''", "'''")],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// `version = "1.2.3"`, of the project or of all: not that of a plugin, or of a tool that a block is about.
pub(super) fn build(text: &str) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &GRADLE);
    let assigned = r#"(?:^|[;{])[ \t]*(?:project\.|rootProject\.)?version(?:[ \t]*=[ \t]*|[ \t]*\([ \t]*|[ \t]+)["']([^"'\n]*)["'][ \t]*\)?[ \t]*(?:[;}]|$)"#;
    let is_of_project = |around: &[&str]| {
        // It may be written as a call.
        let is_call = |words: &&str| words.rsplit('.').next() == Some("version");
        let around = match around.split_last() {
            Some((last, before)) if is_call(last) => before,
            _ => around,
        };
        matches!(around, [] | ["allprojects" | "subprojects"])
    };
    let mut versions = code.within(code.all(assigned), is_of_project).into_iter();
    let Some(version) = versions.next() else {
        return Err(Diagnostic::new(
            Rule::VersionFieldMissing,
            "has no version of the project that is plain text",
        ));
    };
    if let Some(second) = versions.next() {
        return Err(Diagnostic::new(Rule::VersionFieldUnclear, "has version more than once")
            .at_byte(second.place.start));
    }
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

/// `version=1.2.3` in `gradle.properties`.
pub(super) fn properties(text: &str) -> Result<Contents, Diagnostic> {
    let version = pattern(text, r"^[ \t]*version[ \t]*[=: \t][ \t]*(\S+)[ \t]*$", "version")?;
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}
