//! Archives that no honest tool makes: each is refused, with one clear problem, and nothing is written
//! outside the folder that it is unpacked to.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use lockstep_archives::{Entry, Error, Format, pack, unpack, visit_seekable};
use lockstep_reader_tests::cases;
use lockstep_reader_tests::hostile::{
    compressed, file, header, pax, record, tar, tars, xz, zip, zips,
};
use proptest::prelude::*;

fn refusal(format: Format, bytes: &[u8]) -> Option<Error> {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::write(&archive, bytes).unwrap();
    let before = entries(folder.path());
    let error = unpack(format, &archive, &folder.path().join("into")).err();
    let mut after = entries(folder.path());
    after.retain(|name| name != "into");
    assert_eq!(before, after, "nothing is written outside");
    error
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn assert_refused(what: &str, format: Format, bytes: &[u8], says: &str) {
    let error =
        refusal(format, bytes).unwrap_or_else(|| panic!("{what} must be refused ({format:?})"));
    assert!(matches!(error, Error::Refused(_)), "{what}: {error}");
    assert!(error.to_string().contains(says), "{what}: {error}");
}

/// As [`assert_refused`], without a file for each member that comes before.
fn assert_not_read(what: &str, bytes: &[u8], says: &str) {
    let read = visit_seekable(Format::Tar, &mut Cursor::new(bytes), &mut |_, _| Ok(()));
    let error = read.err().unwrap_or_else(|| panic!("{what} must be refused"));
    assert!(error.to_string().contains(says), "{what}: {error}");
}

#[test]
fn every_tar_is_refused() {
    for (what, bytes, says) in tars() {
        assert_refused(what, Format::Tar, &bytes, says);
        assert_refused(what, Format::TarGz, &compressed(Format::TarGz, &bytes), says);
        assert_refused(what, Format::TarXz, &compressed(Format::TarXz, &bytes), says);
    }
}

#[test]
fn every_zip_is_refused() {
    assert!(refusal(Format::Zip, &zip()).is_none(), "it is good before it is damaged");
    for (what, bytes, says) in zips() {
        assert_refused(what, Format::Zip, &bytes, says);
    }
}

#[test]
fn bombs_are_refused() {
    let size = 48 * 1024 * 1024;
    let bomb = tar(&[header(b"zeros", b'0', &format!("{size:o}")), vec![0; size]]);
    for format in [Format::TarGz, Format::TarXz] {
        assert_refused("a bomb", format, &compressed(format, &bomb), "1000 times as large");
    }
}

/// A bomb in an archive is a file like any other: what is in it is not looked at.
#[test]
fn a_bomb_in_an_archive_is_only_bytes() {
    let size = 64 * 1024 * 1024;
    let bomb = compressed(
        Format::TarGz,
        &tar(&[header(b"zeros", b'0', &format!("{size:o}")), vec![0; size]]),
    );
    let mut inner = bomb.clone();
    inner.resize(bomb.len().div_ceil(512) * 512, 0);
    let nested = tar(&[header(b"bomb.tgz", b'0', &format!("{:o}", bomb.len())), inner]);
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::write(&archive, compressed(Format::TarGz, &nested)).unwrap();
    let names = unpack(Format::TarGz, &archive, &folder.path().join("into")).unwrap();
    assert_eq!(names, ["bomb.tgz"]);
    assert_eq!(fs::read(folder.path().join("into/bomb.tgz")).unwrap(), bomb);
}

/// What would take more memory than an archive may is refused before it takes it.
#[test]
fn what_takes_much_memory_is_refused() {
    let many: Vec<Vec<u8>> =
        (0..60_000).map(|name| header(format!("{name}").as_bytes(), b'0', "0")).collect();
    assert_not_read("many members", &tar(&many), "more than 50000 members");
    let named = |name: String| [pax(b'x', &record("path", name.as_bytes())), file(b"a")].concat();
    assert_refused(
        "a long name",
        Format::Tar,
        &tar(&[named("a".repeat(60_000))]),
        "a name of 60000 bytes",
    );
    let long: Vec<Vec<u8>> = (0..5000)
        .map(|name| named(format!("{name:0>250}/{name:0>250}/{name:0>250}/{name:0>250}")))
        .collect();
    assert_not_read("long names", &tar(&long), "names as long as of more");
    let mebibyte = 1024 * 1024;
    let small = tar(&[file(b"a")]);
    assert!(
        refusal(Format::TarXz, &xz(8 * mebibyte, &small)).is_none(),
        "what Lockstep packs itself"
    );
    assert_refused("a large window", Format::TarXz, &xz(64 * mebibyte, &small), "memory");
}

#[test]
fn a_stream_ends_with_its_archive() {
    let good = tar(&[file(b"a")]);
    for format in [Format::TarGz, Format::TarXz] {
        let packed = compressed(format, &good);
        assert!(refusal(format, &packed).is_none());
        let more = [packed.clone(), packed.clone()].concat();
        assert_refused("two streams", format, &more, "data behind the end");
        let more = [packed.clone(), b"more".to_vec()].concat();
        assert_refused("more behind it", format, &more, "data behind the end");
    }
    let mut damaged = compressed(Format::TarGz, &good);
    let crc = damaged.len() - 8;
    damaged[crc] ^= 1;
    assert!(refusal(Format::TarGz, &damaged).is_some(), "another checksum");
}

/// What honest tools make is read: GNU and pax headers, long names, Python's zips.
#[test]
fn what_honest_tools_make_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{}/{}", "long-".repeat(30), "name-".repeat(30));
    for name in ["plain", "folder/below", "\u{e9}\u{e8}", long.as_str()] {
        let path = folder.path().join("from").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    for kind in ["gnu", "pax", "posix"] {
        let archive = folder.path().join(format!("{kind}.tar"));
        let status = Command::new("tar")
            .args(["--format", kind, "-cf"])
            .arg(&archive)
            .args(["-C", folder.path().join("from").to_str().unwrap(), "."])
            .status();
        assert!(status.unwrap().success());
        let names = unpack(Format::Tar, &archive, &folder.path().join(kind)).unwrap();
        assert_eq!(names.len(), 4, "{kind}: {names:?}");
        assert_eq!(fs::read_to_string(folder.path().join(kind).join(&long)).unwrap(), long);
    }
}

/// Every beginning of an archive is refused, wherever it ends.
#[test]
fn a_truncated_archive_is_refused_at_every_offset() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "some data".repeat(20)).unwrap();
    let entry = |name: &str| Entry::file(name.to_owned(), folder.path().join("data"), false);
    for format in [Format::Tar, Format::TarGz, Format::TarXz, Format::Zip] {
        let archive = folder.path().join("archive");
        pack(format, &[entry("a"), entry("b/c")], &archive).unwrap();
        let bytes = fs::read(&archive).unwrap();
        for length in 0..bytes.len() {
            let mut cut = Cursor::new(&bytes[..length]);
            let read = visit_seekable(format, &mut cut, &mut |_, bytes| {
                Ok(std::io::copy(bytes, &mut std::io::sink()).map(drop)?)
            });
            assert!(read.is_err(), "{format:?} of {} bytes, cut at {length}", bytes.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(256), failure_persistence: None, ..ProptestConfig::default() })]

    /// Damage anywhere is read or refused, and ends the program nowhere.
    #[test]
    fn damage_ends_no_program(
        which in 0_usize..60,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        static TARS: LazyLock<Vec<(&'static str, Vec<u8>, &'static str)>> = LazyLock::new(tars);
        let tars = &*TARS;
        let (format, mut bytes) = match tars.get(which) {
            Some((_, bytes, _)) if !bytes.is_empty() => (Format::Tar, bytes.clone()),
            _ => (Format::Zip, zip()),
        };
        for (at, with) in changes {
            let at = at.index(bytes.len());
            bytes[at] = with;
        }
        let _ = refusal(format, &bytes);
    }
}

/// What Windows takes for a device, or for another name, is unpacked where it is a file of its own.
#[test]
fn names_that_one_system_has_for_itself() {
    for name in ["aux.txt", "folder/NUL", "a.", "COM1"] {
        let found = refusal(Format::Tar, &tar(&[file(name.as_bytes())]));
        assert_eq!(found.is_some(), cfg!(windows), "{name}: {found:?}");
    }
}

/// A zip may list folders too. One whose folder has bytes is refused.
#[test]
fn folders_in_zips() {
    let made = |bytes: &str| {
        let folder = tempfile::tempdir().unwrap();
        let script = format!(
            "import zipfile; z = zipfile.ZipFile('a.zip', 'w'); z.writestr('folder/', '{bytes}')\n\
             z.writestr('folder/file', 'data'); z.close()"
        );
        let status = Command::new("python3").args(["-c", &script]).current_dir(&folder).status();
        assert!(status.unwrap().success());
        fs::read(folder.path().join("a.zip")).unwrap()
    };
    assert!(refusal(Format::Zip, &made("")).is_none());
    assert_refused("a folder with bytes", Format::Zip, &made("bytes"), "a folder with bytes");
}
