//! What the tests of readers share with all others: they are built for other platforms too, so nothing here needs more than a reader
//! does.

pub mod hostile;

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).expect("it is a folder of the tests").to_owned()
}

/// Whether this is `tests/run --quick`, which tries properties on a part of their inputs.
#[must_use]
pub fn is_quick() -> bool {
    std::env::var_os("LOCKSTEP_QUICK").is_some()
}

/// How many inputs a property is tried on.
#[must_use]
pub fn cases(all: u32) -> u32 {
    if is_quick() { all.div_ceil(8) } else { all }
}
