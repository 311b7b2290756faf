//! Readers of JSON, TOML, YAML and other texts that know where everything stands.

pub(crate) mod code;
pub(crate) mod json;
pub(crate) mod ruby;
pub(crate) mod toml;
pub(crate) mod yaml;

use lockstep_schemas::strings::JsonPointer;

/// The keys of a pointer.
pub(crate) fn keys(pointer: &JsonPointer) -> Vec<String> {
    let keys = pointer.as_str().split('/').skip(1);
    keys.map(|key| key.replace("~1", "/").replace("~0", "~")).collect()
}
