#![no_main]

use libfuzzer_sys::fuzz_target;
use lockstep_schemas::manifest::{Manifest, PartialManifest};
use lockstep_files::json;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = json::of_json::<Manifest>(bytes) {
        let text = json::text(&manifest);
        assert!(json::of_json::<Manifest>(text.as_bytes()).is_ok_and(|same| same == manifest));
    }
    let _ = json::of_json::<PartialManifest>(bytes);
});
