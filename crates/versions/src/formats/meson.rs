//! `meson.build` ([documentation](https://mesonbuild.com/Reference-manual_functions.html#project)).

use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::{Field, Invalid};
use crate::syntax::code::{Code, Language};

const MESON: Language = Language {
    line_comments: &["#"],
    comments: &[],
    texts: &[("'''", "'''")],
    quotes: &["'"],
    quotes_span_lines: false,
};

/// `project(…, version: '1.2.3', …)`.
pub(super) fn project(text: &str) -> Result<Contents, Invalid> {
    let code = Code::read(text, &MESON);
    let name = "project(version:)";
    let arguments = code.arguments("project", "project()")?;
    let version = code.argument(&arguments, r"\bversion\s*:\s*", r"^'([^'\n]*)'");
    let version = version
        .ok_or_else(|| Invalid::new(format!("has no {name}, or one that is no plain text")))?;
    Ok(Field::of_file(name, version, VersionScheme::Semver).into())
}
