//! `CMakeLists.txt` ([documentation](https://cmake.org/cmake/help/latest/command/project.html)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::Contents;
use crate::field::Field;
use crate::syntax::code::{Code, Language};

/// Its texts may have several lines, and its brackets any number of `=`, of which nobody writes more than five
/// ([syntax](https://cmake.org/cmake/help/latest/manual/cmake-language.7.html#bracket-argument)).
const CMAKE: Language = Language {
    line_comments: &["#"],
    comments: &[
        ("#[[", "]]"),
        ("#[=[", "]=]"),
        ("#[==[", "]==]"),
        ("#[===[", "]===]"),
        ("#[====[", "]====]"),
        ("#[=====[", "]=====]"),
    ],
    texts: &[
        ("[[", "]]"),
        ("[=[", "]=]"),
        ("[==[", "]==]"),
        ("[===[", "]===]"),
        ("[====[", "]====]"),
        ("[=====[", "]=====]"),
    ],
    quotes: &["\""],
    quotes_span_lines: true,
};

/// `project(… VERSION 1.2.3 …)`.
pub(super) fn project(text: &str) -> Result<Contents, Diagnostic> {
    let code = Code::read(text, &CMAKE);
    let name = "project(VERSION)";
    let arguments = code.arguments("(?i:project)", "project()")?;
    // What comes first is the project's name, whatever it is.
    let label = r"(?s)^\s*\S+\s(?:.*?\s)?VERSION\s+";
    let version = code.argument(&arguments, label, r#"^"?([^\s")]+)"#);
    let version = version
        .ok_or_else(|| Diagnostic::new(Rule::VersionFieldMissing, format!("has no {name}")))?;
    Ok(Field::of_file(name, version, VersionScheme::Numeric).into())
}
