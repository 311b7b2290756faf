//! [ELF](https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html), as the loader reads it: by its program
//! headers, for the sections may be stripped or lie.

use std::ops::Range;

use lockstep_schemas::platform::{Cpu, Os};

use crate::pieces::{Found, NotFound, Order, Pieces};
use crate::{Binary, CxxNeed, GlibcNeed, SystemVersion};

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
    // What was taken out of a program for a debugger has its headers, and nothing there.
    let loader = segments.iter().find(|segment| segment.kind == 3 && !segment.file.is_empty());
    let loader = loader.map(|segment| pieces.name(segment.file.start)).transpose()?;
    let dynamic = segments.iter().find(|segment| segment.kind == 2);
    let dynamic = dynamic.map_or(Ok(Dynamic::default()), |segment| file.dynamic(segment))?;
    let Wanted { libraries, versions } = file.wanted(&segments, &dynamic)?;
    let mut cxx: Vec<CxxNeed> = versions.iter().filter_map(|name| CxxNeed::of(name)).collect();
    cxx.sort();
    let mut glibc: Vec<GlibcNeed> = versions.into_iter().filter_map(need).collect();
    glibc.sort();
    glibc.dedup();
    Ok(Binary {
        os: file.os(loader.as_deref())?,
        cpus: file.cpu()?.into_iter().collect(),
        is_program: is_executable || loader.is_some() || dynamic.is_program,
        glibc,
        cxx,
        libraries,
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
    /// Where the names of the libraries that are needed stand among the names.
    libraries: Vec<u64>,
}

/// What the loader looks for.
#[derive(Default)]
struct Wanted {
    libraries: Vec<String>,
    versions: Vec<String>,
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
            (0x15, true, Order::Big) => Some(Cpu::Ppc64be),
            (0x08, true, Order::Little) => Some(Cpu::Mips64el),
            (0x102, true, Order::Little) => Some(Cpu::Loong64),
            (0x16, true, Order::Big) => Some(Cpu::S390x),
            _ => None,
        };
        Ok(cpu)
    }

    /// The system that its header or its loader names. Linux uses System V's own number, which names none, or that of GNU's extensions.
    fn os(&self, loader: Option<&str>) -> Found<Os> {
        let of_header = match self.number(7, 1)? {
            0 | 3 => None,
            2 => Some(Os::Netbsd),
            6 => Some(Os::Solaris),
            9 => Some(Os::Freebsd),
            12 => Some(Os::Openbsd),
            _ => Some(Os::Other),
        };
        let of_loader = match loader {
            Some(path) if path.starts_with("/system/bin/") => Some(Os::Android),
            Some("/libexec/ld-elf.so.1") => Some(Os::Freebsd),
            Some("/libexec/ld.elf_so" | "/usr/libexec/ld.elf_so") => Some(Os::Netbsd),
            Some("/usr/libexec/ld.so") => Some(Os::Openbsd),
            Some(path) if path.starts_with("/usr/lib/") || path.starts_with("/lib/amd64/") => {
                Some(Os::Solaris)
            }
            _ => None,
        };
        Ok(of_header.or(of_loader).unwrap_or(Os::Linux))
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
                1 => dynamic.libraries.push(value),
                5 => dynamic.names = Some(value),
                0x6fff_fffe => dynamic.needs = Some(value),
                0x6fff_ffff => dynamic.files = value,
                0x6fff_fffb => dynamic.is_program = value & 0x0800_0000 != 0,
                _ => {}
            }
        }
        Ok(dynamic)
    }

    /// What the loader looks for: libraries by name, and versions of their symbols.
    fn wanted(&self, segments: &[Segment], dynamic: &Dynamic) -> Found<Wanted> {
        let Some(names) = dynamic.names else { return Ok(Wanted::default()) };
        let names = place(segments, names)?.start;
        let mut versions = Vec::new();
        if let Some(needs) = dynamic.needs {
            let table = place(segments, needs)?;
            // Asked for at once, so that one pass brings all of it.
            let chunk = (table.end - table.start).min(CHUNK);
            self.pieces.bytes(table.start, usize::try_from(chunk).unwrap_or(usize::MAX))?;
            let needs = self.needs(table.start, dynamic.files)?.into_iter();
            versions.extend(needs.filter(|(_, is_weak)| !is_weak).map(|(name, _)| name));
        }
        let mut lack = None;
        let mut read = |at: &u64| match self.pieces.name(names.saturating_add(*at)) {
            Ok(name) => Some(name),
            // A library may be named by a path that is longer than any version.
            Err(NotFound::Bad(_)) if dynamic.libraries.contains(at) => None,
            Err(other) => {
                lack = Some(merged(lack.take(), other));
                None
            }
        };
        let libraries = dynamic.libraries.iter().filter_map(&mut read).collect();
        let versions = versions.iter().filter_map(&mut read).collect();
        lack.map_or(Ok(Wanted { libraries, versions }), Err)
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

/// Where an address stands in the file, up to the end of what is loaded with it.
fn place(segments: &[Segment], address: u64) -> Found<Range<u64>> {
    let holds = |segment: &&Segment| {
        let length = segment.file.end - segment.file.start;
        let within = address.checked_sub(segment.address);
        segment.kind == 1 && within.is_some_and(|within| within < length)
    };
    let segment = segments.iter().find(holds).ok_or(NotFound::Bad("a table is not loaded"))?;
    let start = segment.file.start + (address - segment.address);
    Ok(start..segment.file.end)
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
