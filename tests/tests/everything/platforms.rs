//! The programs of another platform, where `tests/platforms/run` tries them: they make what those of this build make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lockstep_binaries::Probe;
use lockstep_schemas::platform::{Cpu, Os, SystemVersion};
use lockstep_tests::bundle::sha256sum;
use lockstep_tests::platform::Platform;
use lockstep_tests::{program, root, samples};
use tempfile::TempDir;

/// What is rendered, packed, hashed, merged and summed of a project by programs of a folder: the digest of each file.
fn made(project: &str, programs: &Path) -> BTreeMap<PathBuf, String> {
    let folder = TempDir::new().unwrap();
    samples::copy(&root().join("tests/projects").join(project), folder.path());
    let build = if folder.path().join("wheel.py").exists() { "" } else { "./build.sh; " };
    let lines = format!(
        "git init --quiet --initial-branch=main; lockstep generate; git add --all; git commit --quiet --message=First; {build}./release.sh"
    );
    program::sh(folder.path(), programs, &lines);
    let mut digests = BTreeMap::new();
    for below in ["lockstep/bundle", ".github", ".github/workflows"] {
        for entry in fs::read_dir(folder.path().join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(folder.path()).unwrap().to_owned();
                digests.insert(name, sha256sum(&path));
            }
        }
    }
    digests
}

/// The programs of this build.
fn own() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

#[test]
fn the_same_comes_of_the_same_everywhere() {
    if Platform::of_programs() == Platform::Here {
        return;
    }
    // The programs of this build are those that the other tests of it made.
    for project in ["tool", "beads"] {
        let (here, there) = (made(project, &own()), made(project, &program::folder()));
        assert!(here.len() > 8, "{here:?}");
        assert_eq!(here, there, "{project}");
    }
}

#[test]
fn what_windows_says_is_told_as_linux_says_it() {
    let here = |text: &str| Platform::Windows.as_here(text);
    assert_eq!(
        here("a.txt: cannot be read: The system cannot find the file specified. (os error 2)"),
        "a.txt: cannot be read: No such file or directory (os error 2)"
    );
    assert_eq!(here("Z:/tmp/a is read\r\n"), "/tmp/a is read\n");
    assert_eq!(
        here("it: What nobody knows. (os error 9999)"),
        "it: What nobody knows. (os error 9999)"
    );
}

/// What of a program names a library that the loader must find: the paths among its load commands, which come first.
fn libraries(bytes: &[u8]) -> Vec<String> {
    let first = &bytes[..bytes.len().min(32 * 1024)];
    let texts = first.split(|byte| *byte == 0).filter_map(|text| str::from_utf8(text).ok());
    let is_library = |text: &&str| {
        Path::new(text).extension().is_some_and(|it| it == "dylib") || text.contains(".framework/")
    };
    texts.filter(is_library).map(str::to_owned).collect()
}

/// Also of those that nothing here starts: what they are for, the oldest system, and what they need besides.
#[test]
fn every_program_is_of_its_platform_and_needs_nothing_else() {
    let Ok(triple) = std::env::var("LOCKSTEP_PLATFORM") else { return };
    let (os, oldest) = match triple.as_str() {
        "x86_64-apple-darwin" => (Os::Macos, Some((10, 12))),
        "aarch64-apple-darwin" => (Os::Macos, Some((11, 0))),
        other if other.contains("-windows-") => (Os::Windows, None),
        _ => (Os::Linux, None),
    };
    let cpu = if triple.starts_with("aarch64") { Cpu::Arm64 } else { Cpu::X64 };
    let built = program::folder().join("../platforms");
    let mut looked_at = 0;
    for name in ["lockstep", "lockstep-build", "lockstep-online", "lockstep-publish"] {
        let ending = if os == Os::Windows { "exe" } else { "" };
        let path = built.join(name).with_extension(ending);
        // A selection has those without a network.
        if !path.exists() {
            continue;
        }
        let bytes = fs::read(path).unwrap();
        let binary = Probe::look_at(&bytes).unwrap().unwrap();
        assert!(binary.is_for(os, cpu), "{name} is for {}", binary.label());
        assert_eq!(binary.loader, None, "{name} needs a loader of Linux's");
        if let Some((major, minor)) = oldest {
            let [(_, found)] = binary.macos.as_slice() else { panic!("{name}: {binary:?}") };
            assert!(*found <= SystemVersion { major, minor }, "{name} asks for macOS {found}");
            let libraries = libraries(&bytes);
            assert!(!libraries.is_empty(), "{name}");
            let own = ["/usr/lib/", "/System/Library/Frameworks/"];
            for library in libraries {
                assert!(
                    own.iter().any(|own| library.starts_with(own)),
                    "{name} asks for {library}"
                );
            }
        }
        // Their libraries, by the names that files of Windows have.
        for foreign in ["libgcc_s_", "libwinpthread-", "libstdc++-"] {
            let is_named = bytes.windows(foreign.len()).any(|at| at == foreign.as_bytes());
            assert!(os != Os::Windows || !is_named, "{name} asks for {foreign}");
        }
        looked_at += 1;
    }
    assert!(looked_at >= 2, "{looked_at}");
}
