//! How npm tells platforms apart.

use serde_json::{Value, json};

use crate::plan::TargetPlan;

/// The keys of a platform package's `package.json` by which npm installs it on its target alone
/// ([`os`, `cpu`, `libc`](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os)); null for one that it must not have.
///
/// A package for both processors of macOS names both, and one whose binaries are linked statically no C library: it serves users of each.
#[must_use]
pub fn platform(target: &TargetPlan) -> [(&'static str, Value); 3] {
    let cpus: Vec<&str> = target.cpu.slices().iter().map(|cpu| cpu.npm()).collect();
    [
        ("os", target.os.npm().map_or(Value::Null, |os| json!([os]))),
        ("cpu", json!(cpus)),
        ("libc", target.asked_libc().map_or(Value::Null, |libc| json!([libc.npm()]))),
    ]
}
