#![no_main]

use libfuzzer_sys::fuzz_target;
use lockstep_schemas::plan::Locator;
use lockstep_schemas::version_format::VersionFormat;
use lockstep_versions::formats::read;
use lockstep_versions::{Reading, set};

// The first byte says which format the rest is of. What is set is found again, at as many places at least.
fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let format = VersionFormat::ALL[usize::from(*which) % VersionFormat::ALL.len()];
    let reading = Reading::Located(Locator::Format { format });
    let Ok(mut contents) = read(&reading, text) else { return };
    contents.fields.sort_by_key(|field| field.place.start);
    for field in &contents.fields {
        assert_eq!(text[field.place.clone()], field.text);
    }
    let version = "7.8.9".parse().unwrap();
    if let Ok(changed) = set(text, contents.fields.iter(), &version) {
        let now = read(&reading, &changed).unwrap();
        // An address may have had the new version somewhere already.
        assert!(now.fields.len() >= contents.fields.len());
        assert!(now.fields.iter().all(|field| field.says(&version)));
    }
});
