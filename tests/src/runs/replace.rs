//! What of a rendered workflow act cannot run, replaced by what it can.

/// The commit by which act is told to take Lockstep's actions where its own workflows use those beside them.
pub(super) const OWN_COMMIT: &str = "ffffffffffffffffffffffffffffffffffffffff";

/// A workflow as act runs it on the host: `$/` and `queue`, which act does not know yet, are `./` and left out; so is a
/// job's container, for which act needs Docker. An action of the repository itself is one of its own name, since a job that checks nothing
/// out has it too. Nothing else differs.
#[must_use]
pub fn for_act(workflow: &str) -> String {
    let own = lockstep_generator::plan::own_repository();
    workflow
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("    container: ") && !line.starts_with("  queue: "))
        .map(|line| match line.split_once("uses: $/actions/") {
            Some((before, action)) => {
                format!("{before}uses: {own}/actions/{}@{OWN_COMMIT}\n", action.trim_end())
            }
            None => line.replacen("uses: $/", "uses: ./", 1),
        })
        .collect()
}
