#![no_main]

use libfuzzer_sys::fuzz_target;
use lockstep_schemas::manifest::{Manifest, PartialManifest};
use lockstep_toolkit::documents;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = documents::of_json::<Manifest>(bytes) {
        let text = documents::text(&manifest);
        assert!(documents::of_json::<Manifest>(text.as_bytes()).is_ok_and(|same| same == manifest));
    }
    let _ = documents::of_json::<PartialManifest>(bytes);
});
