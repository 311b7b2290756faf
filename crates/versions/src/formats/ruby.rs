//! Ruby's gems.

use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::Field;
use crate::syntax::code::{Code, Language};

const RUBY: Language = Language {
    line_comments: &["#"],
    comments: &[("=begin", "=end")],
    texts: &[],
    quotes: &["\"", "'"],
    quotes_span_lines: false,
};

/// `lib/tool/version.rb`, as `bundle gem` makes it: a constant with the version.
pub(super) fn version(text: &str) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &RUBY);
    let pattern = r#"^[ \t]*VERSION[ \t]*=[ \t]*["']([^"'\n]*)["'](?:\.freeze)?[ \t]*$"#;
    let literal = code.one(pattern, "VERSION")?;
    Ok(Field::of_file("VERSION", literal, VersionScheme::Semver).into())
}
