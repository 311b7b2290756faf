//! `meson.build` ([documentation](https://mesonbuild.com/Reference-manual_functions.html#project)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::Field;
use crate::syntax::code::{Code, Language};

const MESON: Language = Language {
    line_comments: &["#"],
    comments: &[],
    texts: &[("'''", "'''")],
    quotes: &["'"],
    quotes_span_lines: false,
};

/// `project(…, version: '1.2.3', …)`.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &MESON);
    let name = "project(version:)";
    let arguments = code.arguments("project", "project()")?;
    let version = code.argument(&arguments, r"\bversion\s*:\s*", r"^'([^'\n]*)'");
    let version = version.ok_or_else(|| {
        Diagnostic::new(Rule::VersionFieldMissing, format!("has no {name} that is plain text"))
    })?;
    Ok(Field::of_file(name, version, VersionScheme::Semver).into())
}
