//! The seeds of the fuzz targets: every hostile case of the tests, and what honest tools make.

use std::fs;
use std::path::Path;

use lockstep_archives::{Entry, Format, pack};
use lockstep_schemas::version_format::VersionFormat;
use lockstep_tests::hostile::{compressed, tars, zip, zips};
use lockstep_tests::root;
use lockstep_versions::formats::by_name;

fn main() {
    let corpus = std::env::args_os().nth(1).expect("the folder of the corpus");
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&corpus).join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name.replace(|c: char| !c.is_alphanumeric(), "-")), bytes).unwrap();
    };
    for (what, bytes, _) in tars() {
        put("tar", what, &bytes);
        put("tar_gz", what, &compressed(Format::TarGz, &bytes));
        put("tar_xz", what, &compressed(Format::TarXz, &bytes));
    }
    for (what, bytes, _) in zips() {
        put("zip", what, &bytes);
    }
    put("zip", "honest", &zip());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::write(&data, "some data").unwrap();
    let entry = |name: &str| Entry::file(name.to_owned(), data.clone(), true);
    for (target, format) in [
        ("tar", Format::Tar),
        ("tar_gz", Format::TarGz),
        ("tar_xz", Format::TarXz),
        ("zip", Format::Zip),
    ] {
        let archive = folder.path().join("archive");
        pack(format, &[entry("a"), entry("b/c")], &archive).unwrap();
        put(target, "ours", &fs::read(archive).unwrap());
    }
    for manifest in fs::read_dir(root().join("tests/cases/manifests")).unwrap() {
        let path = manifest.unwrap().path();
        put("manifest", path.file_stem().unwrap().to_str().unwrap(), &fs::read(&path).unwrap());
    }
    for case in fs::read_dir(root().join("tests/cases/version-files")).unwrap() {
        for file in fs::read_dir(case.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.to_str().unwrap();
            let format = by_name(name);
            let known = VersionFormat::ALL.iter().position(|known| Some(*known) == format);
            let Some(which) = known.and_then(|known| u8::try_from(known).ok()) else { continue };
            put("version_file", name, &[&[which], fs::read(&path).unwrap().as_slice()].concat());
        }
    }
    // This program is one of this platform; of others, the first bytes.
    let own = fs::read(std::env::current_exe().unwrap()).unwrap();
    put("binary", "own", &own[..own.len().min(64 * 1024)]);
    for (name, head) in [
        ("mach-o", &b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0\x01\0\0\0\x18\0\0\0\0\0\0\0\0\0\0\0\x32\0\0\0\x18\0\0\0\x01\0\0\0\0\0\x0b\0\0\0\x0b\0\0\0\0\0"[..]),
        ("fat", b"\xca\xfe\xba\xbe\0\0\0\x01\x01\0\0\x07\0\0\0\0\0\0\0\x1c\0\0\0\x20\0\0\0\0\xcf\xfa\xed\xfe\x07\0\0\x01"),
        ("pe", b"MZ"),
    ] {
        put("binary", name, head);
    }
}
