//! Archives: the same bytes for the same files, and back again as they were.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lockstep_archives::{Entry, Format, pack, unpack};
use lockstep_tests::cases;
use proptest::prelude::*;

const FORMATS: [Format; 4] = [Format::Tar, Format::TarGz, Format::TarXz, Format::Zip];

type Files = BTreeMap<String, (Vec<u8>, bool)>;

/// Files of short names, some so long that tar needs its extensions.
fn files() -> impl Strategy<Value = Files> {
    let part = prop_oneof![4 => "[a-zA-Z0-9_-]{1,8}", 1 => "[a-z]{60,90}"];
    let name = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/") + ".f");
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    prop::collection::btree_map(name, (bytes, any::<bool>()), 0..6)
}

fn entries(files: &Files, folder: &Path, reverse: bool) -> Vec<Entry> {
    let write = |(index, (name, (bytes, executable))): (usize, (&String, &(Vec<u8>, bool)))| {
        let path = folder.join(index.to_string());
        fs::write(&path, bytes).unwrap();
        Entry::file(name.clone(), path, *executable)
    };
    let mut entries: Vec<Entry> = files.iter().enumerate().map(write).collect();
    if reverse {
        entries.reverse();
    }
    entries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    #[test]
    fn what_is_packed_comes_out_again(files in files(), format in prop::sample::select(&FORMATS[..])) {
        let folder = tempfile::tempdir().unwrap();
        let (archive, out) = (folder.path().join("archive"), folder.path().join("out"));
        pack(format, &entries(&files, folder.path(), false), &archive).unwrap();
        let names = unpack(format, &archive, &out).unwrap();
        prop_assert_eq!(names, files.keys().cloned().collect::<Vec<_>>());
        for (name, (bytes, executable)) in &files {
            let path = out.join(name);
            prop_assert_eq!(&fs::read(&path).unwrap(), bytes);
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            prop_assert_eq!(mode & 0o111 != 0, *executable);
        }
    }

    /// Order, times and folders make no difference.
    #[test]
    fn the_same_files_make_the_same_bytes(files in files(), format in prop::sample::select(&FORMATS[..])) {
        let bytes = |reverse| {
            let folder = tempfile::tempdir().unwrap();
            let entries = entries(&files, folder.path(), reverse);
            for entry in &entries {
                let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(if reverse { 1 } else { 1 << 30 });
                fs::File::open(&entry.path).unwrap().set_modified(time).unwrap();
            }
            let archive = folder.path().join("archive");
            pack(format, &entries, &archive).unwrap();
            fs::read(archive).unwrap()
        };
        prop_assert_eq!(bytes(false), bytes(true));
    }
}

#[test]
fn two_files_of_one_place_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "a").unwrap();
    let entry = Entry::file("x".to_owned(), folder.path().join("a"), false);
    for format in FORMATS {
        let error = pack(format, &[entry.clone(), entry.clone()], &folder.path().join("archive"))
            .unwrap_err();
        assert!(error.to_string().starts_with("two files for `x`: "), "{error}");
    }
}

/// What would leave the folder, or is no file, is refused, and nothing is written outside.
#[test]
fn what_leads_out_is_refused() {
    type Change = fn(&mut tar::Header);
    let refused: [(&str, Change); 6] = [
        ("../out", |_| {}),
        ("a/../../out", |_| {}),
        ("/tmp/lockstep-out", |_| {}),
        ("link", |header| {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_link_name("/etc/passwd").unwrap();
        }),
        ("hard", |header| {
            header.set_entry_type(tar::EntryType::Link);
            header.set_link_name("/etc/passwd").unwrap();
        }),
        ("device", |header| header.set_entry_type(tar::EntryType::Char)),
    ];
    for (name, change) in refused {
        let folder = tempfile::tempdir().unwrap();
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        header.set_size(0);
        change(&mut header);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.resize(512 * 3, 0);
        let archive = folder.path().join("archive.tar");
        fs::write(&archive, bytes).unwrap();
        let error = unpack(Format::Tar, &archive, &folder.path().join("into")).unwrap_err();
        assert!(error.to_string().contains(name), "{name}: {error}");
        assert!(!folder.path().join("out").exists());
        assert_eq!(fs::read_dir(folder.path().join("into")).unwrap().count(), 0);
    }
}
