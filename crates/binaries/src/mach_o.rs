//! [Mach-O](https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h), of one
//! processor or of several.

use lockstep_schemas::platform::{Cpu, Os};

use crate::pieces::{Found, NotFound, Order, Pieces};
use crate::{Binary, SystemVersion};

const THIN: &[u8] = b"\xcf\xfa\xed\xfe";
const THIN_32: &[u8] = b"\xce\xfa\xed\xfe";
const FAT: &[u8] = b"\xca\xfe\xba\xbe";
const FAT_64: &[u8] = b"\xca\xfe\xba\xbf";

pub(crate) const MAGICS: [&[u8]; 4] = [THIN, THIN_32, FAT, FAT_64];

/// More load commands than any file has, in bytes.
const MOST_COMMANDS: u64 = 256 * 1024;

pub(crate) fn read(pieces: &Pieces) -> Found<Option<Binary>> {
    // How long the entry of a part is, and how long its offset.
    let (entry, offset) = match pieces.bytes(0, 4)? {
        FAT => (20, 4),
        FAT_64 => (32, 8),
        _ => return slice(pieces, 0).map(Some),
    };
    let count = Order::Big.number(pieces.bytes(4, 4)?);
    // A Java class begins the same, with a version that is larger.
    if !(1..=16).contains(&count) {
        return Ok(None);
    }
    let mut binary: Option<Binary> = None;
    for index in 0..count {
        let offset = Order::Big.number(pieces.bytes(8 + index * entry + 8, offset)?);
        match pieces.bytes(offset, 4)? {
            // No loader reads a static library, so it claims nothing.
            b"!<ar" => return Ok(None),
            // Nobody runs 32 bits there any more.
            THIN_32 => continue,
            _ => {}
        }
        let slice = slice(pieces, offset)?;
        match &mut binary {
            None => binary = Some(slice),
            Some(binary) => {
                binary.cpus.extend(slice.cpus);
                binary.macos.extend(slice.macos);
            }
        }
    }
    Ok(binary)
}

/// The part of one processor.
fn slice(pieces: &Pieces, start: u64) -> Found<Binary> {
    let number = |at: u64| Ok(Order::Little.number(pieces.bytes(start.saturating_add(at), 4)?));
    if pieces.bytes(start, 4)? != THIN {
        return Err(NotFound::Bad("it is for a processor of 32 bits, or none"));
    }
    let cpu = match number(4)? {
        0x0100_0007 => Some(Cpu::X64),
        0x0100_000c => Some(Cpu::Arm64),
        _ => None,
    };
    let (count, size) = (number(16)?, number(20)?);
    if size > MOST_COMMANDS {
        return Err(NotFound::Bad("its load commands are larger than any"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than the most")]
    let mut commands = pieces.bytes(start.saturating_add(32), size as usize)?;
    let (mut macos, mut os) = (None, Os::Macos);
    for _ in 0..count {
        let damaged = || NotFound::Bad("a load command of it is damaged");
        let head = commands.get(..8).ok_or_else(damaged)?;
        let (kind, size) = (Order::Little.number(&head[..4]), Order::Little.number(&head[4..]));
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let command = commands.get(..size).filter(|_| size >= 8).ok_or_else(damaged)?;
        let version = match kind {
            // LC_BUILD_VERSION, for macOS.
            0x32 if command.get(8..12) == Some(&[1, 0, 0, 0]) => command.get(12..16),
            0x32 => {
                os = if command.get(8..12) == Some(&[2, 0, 0, 0]) { Os::Ios } else { Os::Other };
                None
            }
            // LC_VERSION_MIN_MACOSX.
            0x24 => command.get(8..12),
            _ => None,
        };
        macos = version.map(release).or(macos);
        commands = &commands[size..];
    }
    Ok(Binary {
        os,
        cpus: cpu.into_iter().collect(),
        is_program: number(12)? == 2,
        glibc: Vec::new(),
        cxx: Vec::new(),
        libraries: Vec::new(),
        macos: cpu.zip(macos).into_iter().collect(),
        loader: None,
    })
}

/// A version as Mach-O writes it: 16 bits, and twice 8.
fn release(bytes: &[u8]) -> SystemVersion {
    SystemVersion {
        major: u32::from(bytes[3]) << 8 | u32::from(bytes[2]),
        minor: u32::from(bytes[1]),
    }
}
