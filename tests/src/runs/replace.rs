//! What of a rendered workflow act cannot run, replaced by what it can.

/// A workflow as act runs it on the host: `$/` and `queue`, which act does not know yet, are `./` and left out; so is a
/// job's container, for which act needs Docker. Nothing else differs.
#[must_use]
pub fn for_act(workflow: &str) -> String {
    workflow
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("    container: ") && !line.starts_with("  queue: "))
        .map(|line| line.replacen("uses: $/", "uses: ./", 1))
        .collect()
}
