//! What platform a binary is for: real ones by zig, of every platform that it can build for here.

use std::process::Command;

use lockstep_binaries::{Binary, HEAD};
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
        std::fs::write(&own, text).unwrap();
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
        let bytes = std::fs::read(&out).unwrap();
        let binary = Binary::of(&bytes[..bytes.len().min(HEAD)]);
        assert_eq!(binary, Some(Binary { os, cpus: vec![cpu] }), "{machine}");
    }
}

#[test]
fn of_several_processors_and_of_none() {
    let mut fat = b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec();
    for cpu in [0x0100_0007_u32, 0x0100_000c] {
        fat.extend(cpu.to_be_bytes());
        fat.extend([0; 16]);
    }
    let fat = Binary::of(&fat).unwrap();
    assert!(fat.is_for(Os::Macos, Cpu::X64) && fat.is_for(Os::Macos, Cpu::Arm64));
    assert!(!fat.is_for(Os::Linux, Cpu::X64));
    for text in [
        "",
        "MZ",
        "#!/bin/sh\n",
        "\u{7f}EL",
        "MZ is the beginning of a text that is long enough for an offset to stand in it",
    ] {
        assert_eq!(Binary::of(text.as_bytes()), None, "{text:?}");
    }
    // A class of Java's begins as a Mach-O file of several processors does.
    assert_eq!(Binary::of(b"\xca\xfe\xba\xbe\0\0\0\x41 and more"), None);
}

proptest! {
    #[test]
    fn no_bytes_end_the_program(
        magic in prop::sample::select(vec![&b"\x7fELF"[..], b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b""]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Binary::of(&[magic, &rest].concat());
    }
}
