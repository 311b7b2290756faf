//! Gradle's files
//! ([documentation](https://docs.gradle.org/current/dsl/org.gradle.api.Project.html#org.gradle.api.Project:version)).

use std::collections::BTreeSet;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::{Field, Literal};
use crate::syntax::code::{Code, Language, pattern};

/// Groovy and Kotlin.
const GRADLE: Language = Language {
    line_comments: &["//"],
    comments: &[("/*", "*/")],
    texts: &[("\"\"\"", "\"\"\""), ("'''", "'''")],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// `version = "1.2.3"`, of the project or of all: not that of a plugin, or of a tool that a block is about. It may be a variable of the
/// same file.
pub(super) fn build(text: &str) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &GRADLE);
    let assigned = r#"(?:^|[;{])[ \t]*(?:project\.|rootProject\.)?version(?:[ \t]*=[ \t]*|[ \t]*\([ \t]*|[ \t]+)["']([^"'\n]*)["'][ \t]*\)?[ \t]*(?:[;}]|$)"#;
    let mut versions = code.within(code.all(assigned), is_of_project);
    if versions.is_empty() {
        versions = of_variable(&code);
    }
    let mut versions = versions.into_iter();
    let Some(version) = versions.next() else {
        return Err(Diagnostic::new(
            Rule::VersionFieldMissing,
            "has no version of the project that is plain text",
        )
        .with_remedy("write it there, or list the file that has it in this one's place"));
    };
    if let Some(second) = versions.next() {
        return Err(Diagnostic::new(Rule::VersionFieldUnclear, "has version more than once")
            .at_byte(second.place.start));
    }
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}

/// Whether blocks and calls, by the words before them, are about the project itself or all of its projects.
fn is_of_project(around: &[&str]) -> bool {
    // It may be written as a call.
    let is_call = |words: &&str| words.rsplit('.').next() == Some("version");
    let around = match around.split_last() {
        Some((last, before)) if is_call(last) => before,
        _ => around,
    };
    matches!(around, [] | ["allprojects" | "subprojects"])
}

/// The texts of the variable that the project's version is set to: `val projectVersion = "1.2.3"`, where it says
/// `version = projectVersion`.
fn of_variable<'t>(code: &Code<'t>) -> Vec<Literal<'t>> {
    let set = r"(?:^|[;{])[ \t]*(?:project\.|rootProject\.)?version(?:[ \t]*=[ \t]*|[ \t]+)(?:(?:project\.|rootProject\.)?(?:ext\.|extra\.)?)([A-Za-z_]\w*)[ \t]*(?:[;}]|$)";
    let names: BTreeSet<&str> =
        code.within(code.all(set), is_of_project).iter().map(|name| name.text).collect();
    let value = r#"["']([^"'\n]*)["']"#;
    let end = r"[ \t]*(?:[;}]|$)";
    let mut values = Vec::new();
    for name in names {
        let declared = format!(
            r"(?:^|[;{{])[ \t]*(?:(?:private|internal|public|final|const|val|var|def|String)[ \t]+)+{name}(?:[ \t]*:[ \t]*String)?[ \t]*=[ \t]*{value}{end}"
        );
        let extra = format!(
            r#"(?:^|[;{{])[ \t]*(?:(?:project\.|rootProject\.)?ext\.{name}|extra\["{name}"\])[ \t]*=[ \t]*{value}{end}"#
        );
        let by_extra = format!(
            r"(?:^|[;{{])[ \t]*val[ \t]+{name}(?:[ \t]*:[ \t]*String)?[ \t]+by[ \t]+extra\([ \t]*{value}[ \t]*\){end}"
        );
        for pattern in [declared, extra] {
            values.extend(code.within(code.all(&pattern), |around| around.is_empty()));
        }
        values.extend(code.within(code.all(&by_extra), |around| around.len() == 1));
        let in_block = format!(r"(?:^|[;{{])[ \t]*{name}[ \t]*=[ \t]*{value}{end}");
        values.extend(code.within(code.all(&in_block), |around| around == ["ext"]));
    }
    values
}

/// `version=1.2.3` in `gradle.properties`; else a name that publishing plugins and many builds have for it
/// ([one of them](https://vanniktech.github.io/gradle-maven-publish-plugin/central/)).
pub(super) fn properties(text: &str) -> Result<Contents, Diagnostic> {
    let named =
        |name: &str| pattern(text, &format!(r"^[ \t]*{name}[ \t]*[=: \t][ \t]*(\S+)[ \t]*$"), name);
    let is_missing = |problem: &Diagnostic| problem.rule == Rule::VersionFieldMissing;
    let mut found = named("version");
    for other in ["VERSION_NAME", "projectVersion"] {
        if found.as_ref().is_err_and(is_missing) {
            found = named(other);
        }
    }
    let version = found.map_err(|problem| {
        if !is_missing(&problem) {
            return problem;
        }
        let what = "has none of version, VERSION_NAME and projectVersion";
        Diagnostic::new(Rule::VersionFieldMissing, what)
            .with_remedy("for another name, say `regex` in `versions` of lockstep.yaml")
    })?;
    Ok(Field::of_file("version", version, VersionScheme::Semver).into())
}
