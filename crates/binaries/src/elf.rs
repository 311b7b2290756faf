//! [ELF](https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html), as the loader reads it: by its program
//! headers, for the sections may be stripped or lie.

use std::ops::Range;

use lockstep_schemas::platform::{Cpu, Os};

use crate::pieces::{Found, NotFound, Order, Pieces};
use crate::{Binary, GlibcNeed, SystemVersion};

pub(crate) const MAGIC: &[u8] = b"\x7fELF";

/// More program headers than any file has.
const MOST_SEGMENTS: u64 = 512;

/// More entries of a table than any file has.
const MOST_ENTRIES: usize = 4096;

/// What is read of a version table at once.
const CHUNK: u64 = 16 * 1024;

pub(crate) fn read(pieces: &Pieces) -> Found<Binary> {
    let file = Elf::of(pieces)?;
    let is_executable = file.short(16)? == 2;
    let segments = file.segments()?;
    let loader = segments.iter().find(|segment| segment.kind == 3);
    let loader = loader.map(|segment| pieces.name(segment.file.start)).transpose()?;
    let dynamic = segments.iter().find(|segment| segment.kind == 2);
    let dynamic = dynamic.map_or(Ok(Dynamic::default()), |segment| file.dynamic(segment))?;
    Ok(Binary {
        os: Os::Linux,
        cpus: file.cpu()?.into_iter().collect(),
        is_program: is_executable || loader.is_some() || dynamic.is_program,
        glibc: file.glibc(&segments, &dynamic)?,
        macos: Vec::new(),
        loader,
    })
}

struct Elf<'p> {
    pieces: &'p Pieces,
    order: Order,
    is_64: bool,
}

/// A part of the file that is loaded, or tells the loader something.
struct Segment {
    kind: u64,
    file: Range<u64>,
    address: u64,
}

/// What the dynamic section says.
#[derive(Default)]
struct Dynamic {
    names: Option<u64>,
    needs: Option<u64>,
    files: u64,
    is_program: bool,
}

impl<'p> Elf<'p> {
    fn of(pieces: &'p Pieces) -> Found<Self> {
        let ident = pieces.bytes(0, 16)?;
        let order = match ident[5] {
            1 => Order::Little,
            2 => Order::Big,
            _ => return Err(NotFound::Bad("its header does not say the order of bytes")),
        };
        let is_64 = match ident[4] {
            1 => false,
            2 => true,
            _ => return Err(NotFound::Bad("its header does not say the size of words")),
        };
        Ok(Self { pieces, order, is_64 })
    }

    fn number(&self, at: u64, length: usize) -> Found<u64> {
        Ok(self.order.number(self.pieces.bytes(at, length)?))
    }

    fn short(&self, at: u64) -> Found<u64> {
        self.number(at, 2)
    }

    fn word(&self) -> usize {
        if self.is_64 { 8 } else { 4 }
    }

    fn cpu(&self) -> Found<Option<Cpu>> {
        let cpu = match (self.short(18)?, self.is_64, self.order) {
            (0x3e, true, Order::Little) => Some(Cpu::X64),
            (0xb7, true, Order::Little) => Some(Cpu::Arm64),
            (0x03, false, Order::Little) => Some(Cpu::Ia32),
            (0x28, false, Order::Little) => Some(Cpu::Arm),
            (0xf3, true, Order::Little) => Some(Cpu::Riscv64),
            (0x15, true, Order::Little) => Some(Cpu::Ppc64),
            (0x16, true, Order::Big) => Some(Cpu::S390x),
            _ => None,
        };
        // System V's own number is what Linux uses; GNU's is for its extensions.
        let is_linux = matches!(self.number(7, 1)?, 0 | 3);
        Ok(cpu.filter(|_| is_linux))
    }

    fn segments(&self) -> Found<Vec<Segment>> {
        // Where the fields of a header stand, for words of either size.
        let (table, size_at, count_at) = if self.is_64 { (32, 54, 56) } else { (28, 42, 44) };
        let (offset, address, length) = if self.is_64 { (8, 16, 32) } else { (4, 8, 16) };
        let table = self.number(table, self.word())?;
        let (size, count) = (self.short(size_at)?, self.short(count_at)?);
        if count > MOST_SEGMENTS || (count > 0 && size < length + 8) {
            return Err(NotFound::Bad("its program headers are damaged"));
        }
        let whole = usize::try_from(size * count).unwrap_or(usize::MAX);
        if whole > 0 {
            self.pieces.bytes(table, whole)?;
        }
        (0..count)
            .map(|index| {
                let at = table + index * size;
                let start = self.number(at + offset, self.word())?;
                let length = self.number(at + length, self.word())?;
                Ok(Segment {
                    kind: self.number(at, 4)?,
                    file: start..start.saturating_add(length),
                    address: self.number(at + address, self.word())?,
                })
            })
            .collect()
    }

    fn dynamic(&self, segment: &Segment) -> Found<Dynamic> {
        let length = usize::try_from(segment.file.end - segment.file.start).unwrap_or(usize::MAX);
        if length > MOST_ENTRIES * 16 {
            return Err(NotFound::Bad("its dynamic section is larger than any"));
        }
        let mut dynamic = Dynamic::default();
        for entry in self.pieces.bytes(segment.file.start, length)?.chunks_exact(self.word() * 2) {
            let (tag, value) = entry.split_at(self.word());
            let value = self.order.number(value);
            match self.order.number(tag) {
                0 => break,
                5 => dynamic.names = Some(value),
                0x6fff_fffe => dynamic.needs = Some(value),
                0x6fff_ffff => dynamic.files = value,
                0x6fff_fffb => dynamic.is_program = value & 0x0800_0000 != 0,
                _ => {}
            }
        }
        Ok(dynamic)
    }

    /// The versions of glibc that are needed, each once, in order.
    fn glibc(&self, segments: &[Segment], dynamic: &Dynamic) -> Found<Vec<GlibcNeed>> {
        let (Some(names), Some(needs)) = (dynamic.names, dynamic.needs) else {
            return Ok(Vec::new());
        };
        let place = |address: u64| {
            let holds = |segment: &&Segment| {
                let length = segment.file.end - segment.file.start;
                let within = address.checked_sub(segment.address);
                segment.kind == 1 && within.is_some_and(|within| within < length)
            };
            let segment =
                segments.iter().find(holds).ok_or(NotFound::Bad("a table is not loaded"))?;
            let start = segment.file.start + (address - segment.address);
            Ok(start..segment.file.end)
        };
        let (names, table) = (place(names)?.start, place(needs)?);
        // Asked for at once, so that one pass brings all of it.
        let chunk = (table.end - table.start).min(CHUNK);
        self.pieces.bytes(table.start, usize::try_from(chunk).unwrap_or(usize::MAX))?;
        let mut found = Vec::new();
        let mut lack = None;
        for (name, is_weak) in self.needs(table.start, dynamic.files)? {
            match self.pieces.name(names.saturating_add(name)) {
                Ok(name) if !is_weak => found.extend(need(name)),
                Ok(_) => {}
                Err(other) => lack = Some(merged(lack, other)),
            }
        }
        if let Some(lack) = lack {
            return Err(lack);
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Each version that is needed: where its name stands, and whether only weak symbols need it.
    fn needs(&self, table: u64, files: u64) -> Found<Vec<(u64, bool)>> {
        let mut needs = Vec::new();
        let mut file = table;
        for _ in 0..files {
            let mut version = file.saturating_add(self.number(file + 8, 4)?);
            for _ in 0..self.short(file + 2)? {
                let is_weak = self.short(version.saturating_add(4))? & 2 != 0;
                needs.push((self.number(version.saturating_add(8), 4)?, is_weak));
                if needs.len() > MOST_ENTRIES {
                    return Err(NotFound::Bad("it needs more versions than any"));
                }
                match self.number(version.saturating_add(12), 4)? {
                    0 => break,
                    next => version = version.saturating_add(next),
                }
            }
            match self.number(file.saturating_add(12), 4)? {
                0 => break,
                next => file = file.saturating_add(next),
            }
        }
        Ok(needs)
    }
}

/// Two lacks as one, so that one pass brings both.
fn merged(one: Option<NotFound>, other: NotFound) -> NotFound {
    match (one, other) {
        (Some(NotFound::Missing(one)), NotFound::Missing(other)) => {
            NotFound::Missing(one.start.min(other.start)..one.end.max(other.end))
        }
        (Some(bad @ NotFound::Bad(_)), _) => bad,
        (_, other) => other,
    }
}

fn need(name: String) -> Option<GlibcNeed> {
    let rest = name.strip_prefix("GLIBC_")?;
    let release = match rest {
        // Packed relocations, which the loader knows since this release.
        "ABI_DT_RELR" => Some(SystemVersion { major: 2, minor: 36 }),
        _ => SystemVersion::of(rest),
    };
    Some(release.map_or(GlibcNeed::Other(name), GlibcNeed::Release))
}
