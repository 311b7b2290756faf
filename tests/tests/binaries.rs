//! What platform a binary is for: real ones by zig, of every platform that it can build for here.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lockstep_binaries::{Binary, GlibcNeed, Probe, Release};
use lockstep_schemas::platform::{Cpu, Os};
use lockstep_tests::{root, tools};
use proptest::prelude::*;

#[test]
fn real_binaries_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("tests/projects/xsnap-worker/scripts/worker.c");
    let cache = tools::folder().join("cache/zig");
    for (machine, os, cpu) in [
        ("x86_64-linux-gnu", Os::Linux, Cpu::X64),
        ("aarch64-linux-musl", Os::Linux, Cpu::Arm64),
        ("x86-linux-musl", Os::Linux, Cpu::Ia32),
        ("arm-linux-musleabihf", Os::Linux, Cpu::Arm),
        ("riscv64-linux-musl", Os::Linux, Cpu::Riscv64),
        ("x86_64-macos", Os::Macos, Cpu::X64),
        ("aarch64-macos", Os::Macos, Cpu::Arm64),
        ("x86_64-windows-gnu", Os::Windows, Cpu::X64),
        ("aarch64-windows-gnu", Os::Windows, Cpu::Arm64),
    ] {
        // Objects say the platform too, and need nothing of its libraries; Windows's are of another form.
        let kind = if os == Os::Windows { vec!["-shared", "-nostdlib"] } else { vec!["-c"] };
        let text = if os == Os::Windows {
            "int answer(void) { return 42; } int DllMainCRTStartup(void) { return 1; }"
        } else {
            ""
        };
        let own = folder.path().join("own.c");
        fs::write(&own, text).unwrap();
        let out = folder.path().join("out");
        let output = Command::new(tools::folder().join("venv/bin/python-zig"))
            .args(["cc", "-target", machine])
            .args(kind)
            .arg("-o")
            .arg(&out)
            .arg(if os == Os::Windows { &own } else { &source })
            .env("ZIG_GLOBAL_CACHE_DIR", &cache)
            .env("ZIG_LOCAL_CACHE_DIR", &cache)
            .output()
            .unwrap();
        assert!(output.status.success(), "{machine}: {}", String::from_utf8_lossy(&output.stderr));
        let bytes = fs::read(&out).unwrap();
        let binary = Probe::look_at(&bytes).unwrap().unwrap();
        assert_eq!((binary.os, binary.cpus), (os, vec![cpu]), "{machine}");
    }
}

/// A program for glibc, built by zig, with whatever options.
fn zig(source: &str, options: &[&str], out: &Path) {
    let cache = tools::folder().join("cache/zig");
    let own = out.with_extension("c");
    fs::write(&own, source).unwrap();
    let output = Command::new(tools::folder().join("venv/bin/python-zig"))
        .arg("cc")
        .args(options)
        .arg("-o")
        .arg(out)
        .arg(own)
        .env("ZIG_GLOBAL_CACHE_DIR", &cache)
        .env("ZIG_LOCAL_CACHE_DIR", &cache)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

const NEW: &str = "#include <dlfcn.h>\nint main(void) { return dlsym(0, \"answer\") != 0; }";
const OLD: &str = "#include <stdio.h>\nint main(void) { puts(\"hi\"); return 0; }";

fn newest(binary: &Binary) -> GlibcNeed {
    binary.glibc.last().unwrap().clone()
}

/// The version of glibc that a program needs is the newest of its symbols, wherever its tables lie.
#[test]
fn the_oldest_glibc_that_a_program_starts_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    let need = |major, minor| GlibcNeed::Release(Release { major, minor });
    for machine in ["x86_64-linux-gnu", "x86-linux-gnu"] {
        let old = format!("{machine}.2.28");
        zig(OLD, &["-target", &old], &out);
        let binary = Probe::look_at(&fs::read(&out).unwrap()).unwrap().unwrap();
        assert!(binary.is_program, "{machine}");
        assert!(newest(&binary) <= need(2, 28), "{machine}: {:?}", binary.glibc);
        let new = format!("{machine}.2.34");
        zig(NEW, &["-target", &new], &out);
        let bytes = fs::read(&out).unwrap();
        let binary = Probe::look_at(&bytes).unwrap().unwrap();
        // Before, `dlsym` stood in another library: its version is that of the move.
        assert_eq!(newest(&binary), need(2, 34), "{machine}");
        // Whatever pieces the bytes come in, and wherever the tables are, the same is found.
        let padded = moved(&bytes);
        for (bytes, piece) in [(&bytes, 7), (&bytes, 4096), (&padded, 1000), (&padded, 1 << 20)] {
            assert_eq!(in_pieces(bytes, piece), Ok(Some(binary.clone())), "{machine} {piece}");
        }
    }
}

fn in_pieces(bytes: &[u8], piece: usize) -> Result<Option<Binary>, &'static str> {
    let mut probe = Probe::default();
    loop {
        bytes.chunks(piece).for_each(|piece| probe.pass(piece));
        if let Some(known) = probe.end_pass() {
            return known;
        }
    }
}

/// The same program with its tables two megabytes further back, as `patchelf` moves them: everything behind
/// the program headers is, and so are all offsets to it.
fn moved(bytes: &[u8]) -> Vec<u8> {
    const BY: u64 = 2 << 20;
    let is_64 = bytes[4] == 2;
    let word = if is_64 { 8 } else { 4 };
    let number = |bytes: &[u8], at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
    };
    let (table, size_at, count_at, offset) = if is_64 { (32, 54, 56, 8) } else { (28, 42, 44, 4) };
    let table = usize::try_from(number(bytes, table, word)).unwrap();
    let size = usize::try_from(number(bytes, size_at, 2)).unwrap();
    let count = usize::try_from(number(bytes, count_at, 2)).unwrap();
    let headers = table + size * count;
    let mut moved = bytes[..headers].to_vec();
    for index in 0..count {
        let at = table + index * size + offset;
        let to = number(&moved, at, word) + BY;
        moved[at..at + word].copy_from_slice(&to.to_le_bytes()[..word]);
    }
    moved.resize(usize::try_from(BY).unwrap(), 0);
    moved.extend_from_slice(bytes);
    moved
}

/// A version that only weak symbols need stops the loader where the linker does not mark it, and does not
/// where it does: so says the loader of this machine, and so does the probe.
#[test]
fn what_only_weak_symbols_need() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    zig(NEW, &["-target", "x86_64-linux-gnu.2.34"], &out);
    let strong = fs::read(&out).unwrap();
    let newest_of = |bytes: &[u8]| newest(&Probe::look_at(bytes).unwrap().unwrap());
    assert_eq!(newest_of(&strong), GlibcNeed::Release(Release { major: 2, minor: 34 }));
    // The flags of the entry whose hash is that of the version's name.
    let hash = elf_hash("GLIBC_2.34").to_le_bytes();
    let entries: Vec<usize> = strong
        .windows(8)
        .enumerate()
        .filter(|(_, w)| w[..4] == hash && w[4..6] == [0, 0])
        .map(|(at, _)| at)
        .collect();
    assert!(!entries.is_empty());
    let mut weak = strong.clone();
    for at in &entries {
        weak[at + 4] = 2;
    }
    assert!(newest_of(&weak) < GlibcNeed::Release(Release { major: 2, minor: 34 }));
    // A version that no glibc has, so that this machine's refuses the one and starts the other.
    let said = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let name = bytes.windows(11).position(|w| w == b"GLIBC_2.34\0").unwrap();
        bytes[name + 6..name + 10].copy_from_slice(b"9.99");
        let other = elf_hash("GLIBC_9.99").to_le_bytes();
        for at in &entries {
            bytes[*at..at + 4].copy_from_slice(&other);
        }
        let program = folder.path().join("starts");
        fs::write(&program, bytes).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let output = Command::new(&program).output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let starts = |bytes: &[u8]| !said(bytes).contains(": version `GLIBC_9.99' not found");
    assert!(!starts(&strong), "a loader that starts everything proves nothing");
    assert!(starts(&weak), "{}", said(&weak));
    assert!(said(&weak).contains("weak version"), "{}", said(&weak));
}

/// The hash of a version's name
/// ([System V](https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html#hash)).
fn elf_hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        let hash = (hash << 4) + u32::from(byte);
        let high = hash & 0xf000_0000;
        (hash ^ (high >> 24)) & !high
    })
}

#[test]
fn what_macos_a_program_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    for machine in ["x86_64-macos.11.0", "aarch64-macos.13.3"] {
        zig("int main(void) { return 0; }", &["-target", machine], &out);
        let binary = Probe::look_at(&fs::read(&out).unwrap()).unwrap().unwrap();
        let wanted = machine.split_once("macos.").unwrap().1;
        assert_eq!(binary.macos.unwrap().to_string(), wanted, "{machine}");
        assert!(binary.is_program, "{machine}");
    }
}

#[test]
fn of_several_processors_and_of_none() {
    let slice = |cpu: u32| {
        let header = [0xfeed_facf, cpu, 0, 2, 0, 0, 0, 0];
        header.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>()
    };
    let cpus = [0x0100_0007_u32, 0x0100_000c];
    let mut fat = b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec();
    for (index, cpu) in (0_u32..).zip(cpus) {
        let fields = [cpu, 0, 48 + index * 32, 32, 0];
        fat.extend(fields.into_iter().flat_map(u32::to_be_bytes));
    }
    fat.extend(cpus.into_iter().flat_map(slice));
    let fat = Probe::look_at(&fat).unwrap().unwrap();
    assert!(fat.is_for(Os::Macos, Cpu::X64) && fat.is_for(Os::Macos, Cpu::Arm64));
    assert!(!fat.is_for(Os::Linux, Cpu::X64));
    for text in [
        "",
        "MZ",
        "#!/bin/sh\n",
        "\u{7f}EL",
        "MZ is the beginning of a text that is long enough for an offset to stand in it",
    ] {
        assert_eq!(Probe::look_at(text.as_bytes()), Ok(None), "{text:?}");
    }
    // A class of Java's begins as a Mach-O file of several processors does.
    assert_eq!(Probe::look_at(b"\xca\xfe\xba\xbe\0\0\0\x41 and more"), Ok(None));
}

/// A binary that ends early, or whose tables are damaged, is told as one, and ends no program.
#[test]
fn damaged_binaries() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    zig(OLD, &["-target", "x86_64-linux-gnu.2.28", "-s"], &out);
    let good = fs::read(&out).unwrap();
    let whole = Probe::look_at(&good).unwrap().unwrap();
    for end in (4..good.len()).step_by(61) {
        let found = Probe::look_at(&good[..end]);
        assert!(found.is_err() || found == Ok(Some(whole.clone())), "{end}: {found:?}");
    }
    let mut damaged = good.clone();
    for at in 0..good.len().min(4096) {
        for value in [0, 0xff, good[at] ^ 0x10] {
            damaged[at] = value;
            let _ = Probe::look_at(&damaged);
        }
        damaged[at] = good[at];
    }
}

proptest! {
    #[test]
    fn no_bytes_end_the_program(
        magic in prop::sample::select(vec![&b"\x7fELF"[..], b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b""]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Probe::look_at(&[magic, &rest].concat());
    }
}
