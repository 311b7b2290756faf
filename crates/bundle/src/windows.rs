//! Names that Windows cannot have.

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::paths::not_on_windows;

/// What Windows cannot have of what stands in an artifact: a problem, where the artifact
/// [is for it](lockstep_schemas::plan::PlannedFile::is_for).
pub fn unfit_for_windows<'m>(
    artifact: &str,
    members: impl IntoIterator<Item = &'m str>,
) -> impl Iterator<Item = Diagnostic> {
    members.into_iter().filter_map(move |name| {
        let message = format!("cannot be a file on Windows: {}", not_on_windows(name)?);
        let problem = Diagnostic::new(Rule::NotOnWindows, message);
        Some(problem.in_file(artifact).in_member(name).with_remedy("give it another name there"))
    })
}
