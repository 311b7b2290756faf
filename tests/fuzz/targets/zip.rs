#![no_main]

use std::io::{Cursor, copy, sink};

use libfuzzer_sys::fuzz_target;
use lockstep_archives::{Format, visit_seekable};

fuzz_target!(|bytes: &[u8]| {
    let _ = visit_seekable(Format::Zip, &mut Cursor::new(bytes), &mut |_, bytes| {
        Ok(copy(bytes, &mut sink()).map(drop)?)
    });
});
