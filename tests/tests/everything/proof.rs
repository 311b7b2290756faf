//! That every set of workflows keeps every promise.

use lockstep_generator::proof::{broken, diagnostics};
use lockstep_tests::sets::GRAPHS;

#[test]
fn every_set_keeps_its_promises() {
    for (name, plan, workflows) in GRAPHS.iter() {
        let broken = diagnostics(&broken(plan, workflows));
        assert!(broken.is_empty(), "{name}: {broken:#?}");
    }
}
