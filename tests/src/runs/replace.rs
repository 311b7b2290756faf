//! What of a rendered workflow act cannot run, replaced by what it can.

/// A workflow as act runs it on the host: `$/`, which act does not know yet, is `./`; and a job's
/// container, for which act needs Docker, is left out. Nothing else differs.
#[must_use]
pub fn for_act(workflow: &str) -> String {
    workflow
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("    container: "))
        .map(|line| line.replacen("uses: $/", "uses: ./", 1))
        .collect()
}
