//! [PE](https://learn.microsoft.com/en-us/windows/win32/debug/pe-format).

use lockstep_schemas::platform::{Cpu, Os};

use crate::Binary;
use crate::pieces::{Found, NotFound, Order, Pieces};

pub(crate) const MAGIC: &[u8] = b"MZ";

/// The largest program for DOS before the header, in bytes.
const MOST_DOS: u64 = 1024 * 1024;

pub(crate) fn read(pieces: &Pieces) -> Found<Option<Binary>> {
    // A text may begin with these two letters.
    let header = match header(pieces) {
        Err(NotFound::Bad(_)) => return Ok(None),
        other => other?,
    };
    let Some(header) = header else { return Ok(None) };
    let short = |at: usize| Order::Little.number(&header[at..at + 2]);
    let cpu = match short(4) {
        0x8664 => Some(Cpu::X64),
        0xaa64 => Some(Cpu::Arm64),
        0x014c => Some(Cpu::Ia32),
        _ => None,
    };
    Ok(Some(Binary {
        os: Os::Windows,
        cpus: cpu.into_iter().collect(),
        // Windows has no bit that says what may be executed, so nothing asks for it.
        is_program: false,
        glibc: Vec::new(),
        cxx: Vec::new(),
        libraries: Vec::new(),
        macos: Vec::new(),
        loader: None,
    }))
}

fn header(pieces: &Pieces) -> Found<Option<&[u8]>> {
    let at = Order::Little.number(pieces.bytes(0x3c, 4)?);
    if at > MOST_DOS {
        return Ok(None);
    }
    let header = pieces.bytes(at, 24)?;
    Ok(header.starts_with(b"PE\0\0").then_some(header))
}
