//! Gradle's files
//! ([documentation](https://docs.gradle.org/current/dsl/org.gradle.api.Project.html#org.gradle.api.Project:version)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::{Field, Literal};
use crate::syntax::code::{Code, Language, patterns};

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
    let mut versions = code.within(code.all(assigned), is_of_project);
    if versions.is_empty() {
        versions = of_variable(&code, is_of_project);
    }
    let mut versions = versions.into_iter();
    let Some(version) = versions.next() else {
        return Err(Diagnostic::new(
            Rule::VersionFieldMissing,
            "has no version of the project that is plain text",
        )
        .with_remedy("list the file that it comes from, such as gradle.properties, in its place"));
    };
    if let Some(second) = versions.next() {
        return Err(Diagnostic::new(Rule::VersionFieldUnclear, "has version more than once")
            .at_byte(second.place.start));
    }
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

/// What a variable of the file is set to that the project's version is: `val projectVersion = "1.2.3"`, `version = projectVersion`.
fn of_variable<'t>(code: &Code<'t>, is_of_project: impl Fn(&[&str]) -> bool) -> Vec<Literal<'t>> {
    let assigned = r"(?:^|[;{])[ \t]*(?:project\.|rootProject\.)?version[ \t]*=[ \t]*(?:ext\.|extra\.)?([A-Za-z_]\w*)[ \t]*(?:[;}]|$)";
    let names = code.within(code.all(assigned), is_of_project);
    let values = names.iter().flat_map(|name| {
        code.all(&format!(
            r#"(?:^|[;{{])[ \t]*(?:(?:final|private|const|val|var|def|String|ext\.)[ \t]*)+{}[ \t]*(?::[ \t]*String[ \t]*)?=[ \t]*["']([^"'\n]*)["']"#,
            name.text
        ))
    });
    values.collect()
}

/// `version=1.2.3` in `gradle.properties`, or a name that publishing plugins and many builds have for it
/// ([one of them](https://vanniktech.github.io/gradle-maven-publish-plugin/central/)).
pub(super) fn properties(text: &str) -> Result<Contents, Diagnostic> {
    let named = |names: &str| {
        patterns(text, &format!(r"^[ \t]*(?:{names})[ \t]*[=: \t][ \t]*(\S+)[ \t]*$"), "version")
    };
    let versions = named("version|VERSION_NAME").or_else(|_| named("projectVersion"))?;
    let field = |literal| Field::of_file("version", literal, VersionScheme::Semver);
    Ok(Contents { fields: versions.into_iter().map(field).collect(), ..Contents::default() })
}
