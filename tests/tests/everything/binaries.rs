//! What platform a binary is for: real ones by zig, of every platform that it can build for here.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lockstep_archives::{Entry, Format, pack};
use lockstep_binaries::{Binary, GlibcNeed, Probe};
use lockstep_bundle::{Contents, Inside};
use lockstep_schemas::plan::ArtifactPlan;
use lockstep_schemas::platform::{Cpu, Os, SystemVersion};
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
    let need = |major, minor| GlibcNeed::Release(SystemVersion { major, minor });
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
        for (bytes, piece) in [
            (&bytes, 1),
            (&bytes, 3),
            (&bytes, 7),
            (&bytes, 4096),
            (&padded, 1000),
            (&padded, 1 << 20),
        ] {
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
    assert_eq!(newest_of(&strong), GlibcNeed::Release(SystemVersion { major: 2, minor: 34 }));
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
    assert!(newest_of(&weak) < GlibcNeed::Release(SystemVersion { major: 2, minor: 34 }));
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
        assert_eq!(binary.macos[0].1.to_string(), wanted, "{machine}");
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

/// A Mach-O file with one load command.
fn mach_o(cpu: u32, command: [u32; 6]) -> Vec<u8> {
    let header = [0xfeed_facf, cpu, 0, 2, 1, 24, 0, 0];
    header.into_iter().chain(command).flat_map(u32::to_le_bytes).collect()
}

/// What each part of a file for several processors says counts for that processor alone; what is for a telephone is
/// for no Mac.
#[test]
fn each_processor_has_its_oldest_macos() {
    let version = |major: u32, minor: u32| major << 16 | minor << 8;
    let x64 = mach_o(0x0100_0007, [0x24, 24, version(10, 12), 0, 0, 0]);
    let arm64 = mach_o(0x0100_000c, [0x32, 24, 1, version(11, 0), 0, 0]);
    let offsets = [72_u64, 72 + x64.len() as u64];
    let mut fat = b"\xca\xfe\xba\xbf\0\0\0\x02".to_vec();
    for (cpu, offset) in [0x0100_0007_u32, 0x0100_000c].into_iter().zip(offsets) {
        fat.extend([cpu, 0].into_iter().flat_map(u32::to_be_bytes));
        fat.extend([offset, 56].into_iter().flat_map(u64::to_be_bytes));
        fat.extend([0; 8]);
    }
    fat.extend([x64, arm64].concat());
    let fat = Probe::look_at(&fat).unwrap().unwrap();
    let release = |major, minor| SystemVersion { major, minor };
    assert_eq!(fat.macos, [(Cpu::X64, release(10, 12)), (Cpu::Arm64, release(11, 0))]);
    let telephone = mach_o(0x0100_000c, [0x32, 24, 2, version(17, 0), 0, 0]);
    let telephone = Probe::look_at(&telephone).unwrap().unwrap();
    assert!(telephone.is_for(Os::Ios, Cpu::Arm64) && !telephone.is_for(Os::Macos, Cpu::Arm64));
    assert!(Probe::look_at(b"\xce\xfa\xed\xfe\x07\0\0\0").unwrap_err().contains("32 bits"));
}

#[test]
fn which_loader_starts_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    zig(OLD, &["-target", "x86_64-linux-musl", "-dynamic"], &out);
    let musl = Probe::look_at(&fs::read(&out).unwrap()).unwrap().unwrap();
    assert_eq!(musl.loader.as_deref(), Some("/lib/ld-musl-x86_64.so.1"));
    zig(OLD, &["-target", "x86_64-linux-gnu.2.28"], &out);
    let glibc = Probe::look_at(&fs::read(&out).unwrap()).unwrap().unwrap();
    assert_eq!(glibc.loader.as_deref(), Some("/lib64/ld-linux-x86-64.so.2"));
}

/// An artifact's binary is found wherever its tables lie, in an archive or by itself.
#[test]
fn binaries_in_artifacts() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("program");
    zig(NEW, &["-target", "x86_64-linux-gnu.2.34"], &out);
    let good = fs::read(&out).unwrap();
    let wanted = Probe::look_at(&good).unwrap().unwrap();
    fs::write(&out, moved(&good)).unwrap();
    let plan = |plan: serde_json::Value| -> ArtifactPlan { serde_json::from_value(plan).unwrap() };
    let raw = plan(serde_json::json!({
        "id": "a", "kind": "binary", "sidecar": false,
        "files": [{ "target": "linux-x64", "name": "a", "path": "a" }],
    }));
    let contents = Contents::of(raw.files()[0], &out).unwrap();
    let Inside::File(looked) = contents.inside else { panic!("it is one file") };
    assert_eq!(*looked.unwrap().unwrap(), wanted);
    let entry = Entry::file("a".to_owned(), out, true);
    for (name, format) in [("tar.gz", Format::TarGz), ("zip", Format::Zip)] {
        let archive = folder.path().join("archive");
        pack(format, std::slice::from_ref(&entry), &archive).unwrap();
        let packed = plan(serde_json::json!({
            "id": "a", "kind": "archive", "format": name, "sidecar": false,
            "files": [{ "target": "linux-x64", "name": "a", "members": [] }],
        }));
        let contents = Contents::of(packed.files()[0], &archive).unwrap();
        let Inside::Members(members) = contents.inside else { panic!("it is an archive") };
        assert_eq!(**members["a"].binary.as_ref().unwrap().as_ref().unwrap(), wanted, "{name}");
    }
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
