//! Where the plan puts what was built.

use lockstep_schemas::manifest::{FileRecord, Manifest};
use lockstep_schemas::plan::{Placement, at_version};
use lockstep_schemas::strings::Version;

use crate::place_of;

/// The places that a member stands for, each with the built file that the manifest has of it.
pub(super) fn places<'m>(
    member: &Placement,
    manifest: &'m Manifest,
    version: &Version,
) -> Vec<(String, Option<&'m FileRecord>)> {
    let from = at_version(&member.from, version.as_str());
    let to = at_version(&member.to, version.as_str());
    let target = member.target.as_ref().and_then(|target| manifest.targets.get(target));
    let built = target.into_iter().flat_map(|target| &target.files);
    let placed =
        |file: &'m FileRecord| Some((place_of(&from, &to, file.path.as_str())?, Some(file)));
    let found: Vec<_> = built.filter_map(placed).collect();
    if found.is_empty() && !to.contains('*') { vec![(to, None)] } else { found }
}
