//! Targets by name: the ids that Lockstep knows, and what somebody means who calls one otherwise.

use crate::strings::{TargetId, Triple};

/// The target ids that Lockstep knows by name, with their triples: npm's `os-cpu`, and `-musl` where
/// the C library differs.
pub const KNOWN_TARGETS: [(&str, &str); 27] = [
    ("linux-x64", "x86_64-unknown-linux-gnu"),
    ("linux-x64-musl", "x86_64-unknown-linux-musl"),
    ("linux-arm64", "aarch64-unknown-linux-gnu"),
    ("linux-arm64-musl", "aarch64-unknown-linux-musl"),
    ("linux-arm", "armv7-unknown-linux-gnueabihf"),
    ("linux-arm-musl", "armv7-unknown-linux-musleabihf"),
    ("linux-armv6", "arm-unknown-linux-gnueabihf"),
    ("linux-armv6-musl", "arm-unknown-linux-musleabihf"),
    ("linux-ia32", "i686-unknown-linux-gnu"),
    ("linux-ia32-musl", "i686-unknown-linux-musl"),
    ("linux-riscv64", "riscv64gc-unknown-linux-gnu"),
    ("linux-riscv64-musl", "riscv64gc-unknown-linux-musl"),
    ("linux-loong64", "loongarch64-unknown-linux-gnu"),
    ("linux-loong64-musl", "loongarch64-unknown-linux-musl"),
    ("linux-ppc64", "powerpc64le-unknown-linux-gnu"),
    ("linux-s390x", "s390x-unknown-linux-gnu"),
    ("darwin-x64", "x86_64-apple-darwin"),
    ("darwin-arm64", "aarch64-apple-darwin"),
    ("darwin-universal", super::UNIVERSAL),
    ("win32-x64", "x86_64-pc-windows-msvc"),
    ("win32-arm64", "aarch64-pc-windows-msvc"),
    ("win32-ia32", "i686-pc-windows-msvc"),
    ("freebsd-x64", "x86_64-unknown-freebsd"),
    ("freebsd-arm64", "aarch64-unknown-freebsd"),
    ("android-arm64", "aarch64-linux-android"),
    ("android-arm", "armv7-linux-androideabi"),
    ("wasm32-wasi", "wasm32-wasip1"),
];

/// The triple of a target id that Lockstep knows by name: its own, or napi-rs's, which ends in the C library or the ABI too
/// ([list](https://napi.rs/docs/cross-build)).
#[must_use]
pub fn known_triple(id: &TargetId) -> Option<Triple> {
    let of = |id: &str| KNOWN_TARGETS.iter().find(|(known, _)| *known == id);
    let known = of(id.as_str()).or_else(|| of(of_napi(id.as_str())?));
    known.and_then(|(_, triple)| triple.parse().ok())
}

/// A name of napi-rs as the id that it stands for.
fn of_napi(id: &str) -> Option<&str> {
    if let Some(id) = id.strip_suffix("-msvc") {
        return Some(id).filter(|id| id.starts_with("win32-"));
    }
    match id {
        "linux-arm-gnueabihf" => return Some("linux-arm"),
        "linux-arm-musleabihf" => return Some("linux-arm-musl"),
        "android-arm-eabi" => return Some("android-arm"),
        _ => {}
    }
    id.strip_suffix("-gnu").filter(|id| id.starts_with("linux-"))
}

/// The id that somebody means who calls a platform as Go, Python, Rust or its maker does: `windows-x64`, `macosx_11_0_arm64`,
/// `manylinux_2_17_x86_64`, `linux_amd64` or a whole triple.
#[must_use]
pub fn meant(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase().replace("x86_64", "x64").replace("x86-64", "x64");
    let mut os = None;
    let mut cpu = None;
    let mut musl = "";
    for word in name.split(['-', '_', '.']) {
        match word {
            "linux" | "manylinux" | "manylinux1" | "manylinux2010" | "manylinux2014" => {
                os = os.or(Some("linux"));
            }
            "musl" | "musllinux" | "alpine" | "musleabihf" | "musleabi" => {
                os = os.or(Some("linux"));
                musl = "-musl";
            }
            "darwin" | "macos" | "macosx" | "mac" | "osx" | "apple" => os = Some("darwin"),
            "windows" | "win" | "win32" => {
                os = Some("win32");
            }
            "win64" => {
                os = Some("win32");
                cpu = cpu.or(Some("x64"));
            }
            "freebsd" => os = Some("freebsd"),
            "android" | "androideabi" => os = Some("android"),
            "wasm" | "wasm32" | "wasi" | "wasip1" => return Some("wasm32-wasi"),
            "x64" | "amd64" | "x86x64" | "64bit" | "intel" => cpu = Some("x64"),
            "arm64" | "aarch64" | "silicon" => cpu = Some("arm64"),
            "ia32" | "x86" | "i386" | "i586" | "i686" | "386" => cpu = Some("ia32"),
            "arm" | "armv7" | "armv7l" | "armhf" => cpu = cpu.or(Some("arm")),
            "armv6" | "armv6l" => cpu = Some("armv6"),
            "riscv64" | "riscv64gc" => cpu = Some("riscv64"),
            "loong64" | "loongarch64" => cpu = Some("loong64"),
            "ppc64" | "ppc64le" | "ppc64el" | "powerpc64le" => cpu = Some("ppc64"),
            "s390x" => cpu = Some("s390x"),
            "universal" | "universal2" => cpu = Some("universal"),
            _ => {}
        }
    }
    // Python's `win32` is that of 32 bits.
    let cpu = cpu.or((name == "win32").then_some("ia32"));
    let id = format!("{}-{}{musl}", os?, cpu?);
    KNOWN_TARGETS.iter().map(|(known, _)| *known).find(|known| *known == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_understood() {
        for (name, id) in [
            ("windows-x64", "win32-x64"),
            ("win-amd64", "win32-x64"),
            ("win_arm64", "win32-arm64"),
            ("win32", "win32-ia32"),
            ("windows-x86", "win32-ia32"),
            ("macos-arm64", "darwin-arm64"),
            ("macosx_11_0_arm64", "darwin-arm64"),
            ("macosx_10_9_universal2", "darwin-universal"),
            ("manylinux_2_17_x86_64", "linux-x64"),
            ("manylinux2014_aarch64", "linux-arm64"),
            ("musllinux_1_2_aarch64", "linux-arm64-musl"),
            ("linux_amd64", "linux-x64"),
            ("linux-x86_64", "linux-x64"),
            ("linux-x86_64-musl", "linux-x64-musl"),
            ("alpine-x64", "linux-x64-musl"),
            ("armv7-unknown-linux-gnueabihf", "linux-arm"),
            ("x86_64-pc-windows-msvc", "win32-x64"),
            ("aarch64-linux-android", "android-arm64"),
            ("wasm32-wasip1", "wasm32-wasi"),
        ] {
            assert_eq!(meant(name), Some(id), "{name}");
        }
        for name in ["linux", "beos-x64", "linux-vax", "", "darwin-s390x"] {
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn napi_rs_names_are_known() {
        for (name, triple) in [
            ("linux-x64-gnu", "x86_64-unknown-linux-gnu"),
            ("win32-arm64-msvc", "aarch64-pc-windows-msvc"),
            ("linux-arm-gnueabihf", "armv7-unknown-linux-gnueabihf"),
            ("android-arm-eabi", "armv7-linux-androideabi"),
            ("linux-arm64-musl", "aarch64-unknown-linux-musl"),
        ] {
            let id = name.parse().unwrap();
            assert_eq!(known_triple(&id), Some(triple.parse().unwrap()), "{name}");
        }
        for name in ["darwin-x64-gnu", "linux-x64-msvc", "linux-musl-gnu"] {
            assert_eq!(known_triple(&name.parse().unwrap()), None, "{name}");
        }
    }

    #[test]
    fn each_is_what_its_own_name_means() {
        for (id, triple) in KNOWN_TARGETS {
            assert_eq!(meant(id), Some(id));
            assert!(crate::platform::Platform::of(&triple.parse().unwrap()).is_some(), "{id}");
        }
    }
}
