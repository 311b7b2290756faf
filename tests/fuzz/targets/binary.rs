#![no_main]

use libfuzzer_sys::fuzz_target;
use lockstep_binaries::Probe;

fuzz_target!(|bytes: &[u8]| {
    let whole = Probe::look_at(bytes);
    // In whatever pieces the bytes come, the same is found.
    let mut probe = Probe::default();
    let pieces = loop {
        bytes.chunks(37).for_each(|piece| probe.pass(piece));
        if let Some(known) = probe.end_pass() {
            break known;
        }
    };
    assert_eq!(whole, pieces);
});
