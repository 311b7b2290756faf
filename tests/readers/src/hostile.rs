//! Archives that no honest tool makes, one for each thing that can be wrong with one. Longer than a file should
//! be, for it is a list of cases.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use lockstep_archives::Format;
use lzma_rust2::{XzOptions, XzWriter};

/// An archive, what is wrong with it, and what is said of it.
pub type Case = (&'static str, Vec<u8>, &'static str);

/// A tar header with its checksum.
pub fn header(name: &[u8], kind: u8, size: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..107].copy_from_slice(b"0000644");
    block[124..124 + size.len()].copy_from_slice(size.as_bytes());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    checksum(&mut block);
    block
}

fn checksum(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block[..512].iter().map(|byte| u32::from(*byte)).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    block[154] = 0;
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    bytes
}

/// A tar's member with four bytes.
pub fn file(name: &[u8]) -> Vec<u8> {
    [header(name, b'0', "4"), padded(b"data")].concat()
}

/// A tar's link.
pub fn link(name: &[u8], to: &[u8]) -> Vec<u8> {
    let mut block = header(name, b'2', "0");
    block[157..157 + to.len()].copy_from_slice(to);
    checksum(&mut block);
    block
}

fn with_size(mut block: Vec<u8>, size: &str) -> Vec<u8> {
    block[124..124 + size.len()].copy_from_slice(size.as_bytes());
    checksum(&mut block);
    block
}

/// An extended header of records.
pub fn pax(kind: u8, records: &[u8]) -> Vec<u8> {
    [header(b"pax", kind, &format!("{:o}", records.len())), padded(records)].concat()
}

/// A pax record, which begins with its own length.
pub fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length =
        (1..9).map(|digits| rest + digits).find(|l| rest + l.to_string().len() == *l).unwrap();
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

/// A tar of members.
pub fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 1024]].concat()
}

/// Tars that are refused: what is wrong, the bytes, and what is said.
#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub fn tars() -> Vec<Case> {
    let sized = |size: &str| tar(&[header(b"a", b'0', size)]);
    let mut binary = header(b"a", b'0', "4");
    binary[124] = 0x81;
    checksum(&mut binary);
    let mut old = header(b"a", b'0', "0");
    old[257..265].fill(0);
    checksum(&mut old);
    let mut gnu = file(b"a");
    gnu[257..265].copy_from_slice(b"ustar  \0");
    gnu[345..349].copy_from_slice(b"evil");
    checksum(&mut gnu);
    let mut damaged = file(b"a");
    damaged[0] = b'b';
    vec![
        ("a name that leads up", tar(&[file(b"../a")]), "`../a`: a name that leads elsewhere"),
        ("one that leads up and back", tar(&[file(b"a/../../b")]), "leads elsewhere"),
        ("an absolute name", tar(&[file(b"/etc/a")]), "leads elsewhere"),
        ("a drive", tar(&[file(b"C:/a")]), "leads elsewhere"),
        ("a backslash", tar(&[file(b"a\\..\\b")]), "leads elsewhere"),
        ("an empty part", tar(&[file(b"a//b")]), "leads elsewhere"),
        ("a line feed", tar(&[file(b"a\nb")]), "`a\\nb`: a name"),
        ("a NUL", tar(&[pax(b'x', &record("path", b"a\0b")), file(b"x")]), "`a\\0b`: a name"),
        ("not UTF-8", tar(&[file(b"a\xff")]), "a name that is not UTF-8"),
        ("a link to nothing", tar(&[link(b"a", b"")]), "`a`: a link that leads elsewhere"),
        ("a link upwards", tar(&[link(b"a/b", b"../../c")]), "`a/b`: a link that leads elsewhere"),
        ("a link to the root", tar(&[link(b"a", b"/etc/passwd")]), "a link that leads elsewhere"),
        ("a link to a drive", tar(&[link(b"a", b"c:x")]), "a link that leads elsewhere"),
        ("a link to what is not there", tar(&[file(b"b"), link(b"a", b"c")]), "leads to no file"),
        ("a link to a folder", tar(&[file(b"b/c"), link(b"a", b"b")]), "leads to no file"),
        ("a link to itself", tar(&[link(b"a", b"a")]), "leads to no file"),
        (
            "a chain of links",
            tar(&(0..50)
                .map(|at| link(format!("a{at}").as_bytes(), format!("a{}", at + 1).as_bytes()))
                .chain([file(b"a50")])
                .collect::<Vec<_>>()),
            "leads to no file",
        ),
        ("links in a circle", tar(&[link(b"a", b"b"), link(b"b", b"a")]), "leads to no file"),
        ("a link in other letters", tar(&[file(b"B"), link(b"a", b"b")]), "leads to no file"),
        ("a file below a link", tar(&[link(b"a", b"b"), file(b"a/c")]), "both a file and a folder"),
        ("a link and a file", tar(&[file(b"a"), file(b"b"), link(b"a", b"b")]), "is there twice"),
        (
            "a link with bytes",
            tar(&[with_size(link(b"a", b"b"), "1")]),
            "a folder or a link with bytes of its own",
        ),
        (
            "a file that leads somewhere",
            tar(&[pax(b'x', &record("linkpath", b"b")), file(b"a")]),
            "leads somewhere, and is no link",
        ),
        ("a hard link", tar(&[header(b"a", b'1', "0")]), "`a`: a hard link"),
        ("a device", tar(&[header(b"a", b'3', "0")]), "`a`: a device"),
        ("a pipe", tar(&[header(b"a", b'6', "0")]), "`a`: a pipe"),
        ("a sparse file", tar(&[header(b"a", b'S', "0")]), "`a`: a sparse file"),
        (
            "a sparse file of pax",
            tar(&[pax(b'x', &record("GNU.sparse.major", b"1")), file(b"a")]),
            "a sparse file",
        ),
        ("twice", tar(&[file(b"a"), file(b"a")]), "`a` is there twice"),
        ("twice, one with a dot", tar(&[file(b"a"), file(b"./a")]), "`a` is there twice"),
        (
            "the same but for case",
            tar(&[file(b"dir/a"), file(b"DIR/b")]),
            "are one name on some systems",
        ),
        (
            "the same but for Unicode's form",
            tar(&[file("\u{e9}".as_bytes()), file("e\u{301}".as_bytes())]),
            "are one name",
        ),
        ("file and folder", tar(&[file(b"a"), file(b"a/b")]), "`a` is both a file and a folder"),
        (
            "a folder with bytes",
            tar(&[header(b"a/", b'5', "4"), padded(b"data")]),
            "a folder or a link with bytes",
        ),
        (
            "a path for all",
            tar(&[pax(b'g', &record("path", b"b")), file(b"a")]),
            "a header for all members",
        ),
        (
            "two names",
            tar(&[pax(b'x', &[record("path", b"b"), record("path", b"c")].concat()), file(b"a")]),
            "two names",
        ),
        (
            "two sizes",
            tar(&[pax(b'x', &[record("size", b"1"), record("size", b"2")].concat()), file(b"a")]),
            "two sizes",
        ),
        (
            "records without a length",
            tar(&[pax(b'x', b"path=b\n"), file(b"a")]),
            "an extended header that is damaged",
        ),
        (
            "a record longer than all",
            tar(&[pax(b'x', b"99 path=b\n"), file(b"a")]),
            "an extended header that is damaged",
        ),
        (
            "an extended header of a gigabyte",
            tar(&[header(b"x", b'x', "10000000000")]),
            "an extended header of 1073741824 bytes",
        ),
        (
            "a long name of a gigabyte",
            tar(&[header(b"x", b'L', "10000000000")]),
            "an extended header of 1073741824 bytes",
        ),
        (
            "an extended header at the end",
            tar(&[pax(b'x', &record("path", b"b"))]),
            "without a member",
        ),
        ("more bytes than there are", sized("7777777"), "it ends in the middle"),
        ("a size that is none", sized("9"), "a header whose number is not one"),
        ("a negative size", tar(&[binary]), "a header whose number is not one"),
        (
            "a name that only some readers read",
            tar(&[gnu]),
            "a header of GNU with more than a name",
        ),
        ("a header of no kind", tar(&[old]), "not of ustar, pax or GNU"),
        ("a damaged header", tar(&[damaged]), "whose checksum is wrong"),
        (
            "data behind the end",
            [tar(&[file(b"a")]), b"more".to_vec()].concat(),
            "data behind the end",
        ),
        ("half an end", [file(b"a"), vec![0; 512], file(b"b")].concat(), "half an end"),
        ("nothing", Vec::new(), "it ends in the middle"),
    ]
}

/// A zip by Python's library, to be damaged.
pub fn zip() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let script = "import zipfile; z = zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED)\n\
                  z.writestr('abcd', 'data' * 40); z.writestr('efgh', 'more'); z.close()";
    let status = Command::new("python3").args(["-c", script]).current_dir(folder.path()).status();
    assert!(status.unwrap().success());
    fs::read(folder.path().join("a.zip")).unwrap()
}

fn find(bytes: &[u8], signature: &[u8]) -> Vec<usize> {
    bytes
        .windows(signature.len())
        .enumerate()
        .filter(|(_, w)| *w == signature)
        .map(|(at, _)| at)
        .collect()
}

/// The same zip with an extra field at its first file and in the directory, of a length that it says.
fn with_extra(good: &[u8], kind: u16, length: u16) -> Vec<u8> {
    let field =
        [kind.to_le_bytes(), length.to_le_bytes(), [b'x'; 2], [b'x'; 2], [b'x'; 2]].concat();
    let extra = &field[..4 + usize::from(length.min(5))];
    let (local, central) = (find(good, b"PK\x03\x04"), find(good, b"PK\x01\x02"));
    let added = u32::try_from(extra.len()).unwrap();
    let mut zip = good.to_vec();
    let moved = |zip: &mut Vec<u8>, at: usize, by: u32| {
        let value = u32::from_le_bytes(zip[at..at + 4].try_into().unwrap()) + by;
        zip[at..at + 4].copy_from_slice(&value.to_le_bytes());
    };
    let end = zip.len() - 22;
    moved(&mut zip, end + 12, added);
    moved(&mut zip, end + 16, added);
    moved(&mut zip, central[1] + 42, added);
    let size = u16::try_from(extra.len()).unwrap().to_le_bytes();
    zip[central[0] + 30..central[0] + 32].copy_from_slice(&size);
    zip[local[0] + 28..local[0] + 30].copy_from_slice(&size);
    zip.splice(central[0] + 50..central[0] + 50, extra.iter().copied());
    zip.splice(local[0] + 34..local[0] + 34, extra.iter().copied());
    zip
}

/// A zip whose one file's sizes follow it, and say what they are given.
fn with_descriptor(descriptor: &[u8; 16]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let script = "import sys, zipfile\n\
        class Pipe:\n\
        \x20   def __init__(self): self.file = open('a.zip', 'wb')\n\
        \x20   def write(self, bytes): return self.file.write(bytes)\n\
        \x20   def flush(self): self.file.flush()\n\
        with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('abcd', 'data' * 40)";
    let status = Command::new("python3").args(["-c", script]).current_dir(folder.path()).status();
    assert!(status.unwrap().success());
    let mut zip = fs::read(folder.path().join("a.zip")).unwrap();
    let at = find(&zip, b"PK\x07\x08")[0];
    zip[at..at + 16].copy_from_slice(descriptor);
    zip
}

/// Zips that are refused: what is wrong, the bytes, and what is said.
pub fn zips() -> Vec<Case> {
    let good = zip();
    let central = find(&good, b"PK\x01\x02");
    let local = find(&good, b"PK\x03\x04");
    let changed = |changes: &[(usize, &[u8])]| {
        let mut bytes = good.clone();
        for (at, with) in changes {
            bytes[*at..at + with.len()].copy_from_slice(with);
        }
        bytes
    };
    let both = |of_local: usize, of_central: usize, with: &[u8]| {
        changed(&[(local[0] + of_local, with), (central[0] + of_central, with)])
    };
    let offset = good[central[0] + 42..central[0] + 46].to_vec();
    vec![
        (
            "two directories",
            [good.clone(), good.clone()].concat(),
            "a directory that is not where the end says",
        ),
        (
            "a comment",
            {
                let mut b = changed(&[(good.len() - 2, &[4, 0])]);
                b.extend(b"text");
                b
            },
            "no directory at its end",
        ),
        (
            "data behind the end",
            [good.clone(), b"more".to_vec()].concat(),
            "no directory at its end",
        ),
        (
            "bytes before the first file",
            [b"#!".to_vec(), good.clone()].concat(),
            "a directory that is not where",
        ),
        ("two files at one place", changed(&[(central[1] + 42, &offset)]), "overlap"),
        (
            "another name in the directory",
            changed(&[(central[0] + 46, b"c")]),
            "the file's own header disagree",
        ),
        (
            "another size in the directory",
            changed(&[(central[0] + 24, &[1, 0, 0, 0])]),
            "the file's own header disagree",
        ),
        ("more bytes than the size", both(22, 24, &[1, 0, 0, 0]), "more bytes than its size"),
        ("fewer bytes than the size", both(22, 24, &[0, 1, 0, 0]), "fewer bytes than its size"),
        ("another checksum", both(14, 16, &[0; 4]), "its checksum is wrong"),
        ("encrypted", both(6, 8, &[1, 0]), "encrypted"),
        ("packed in another way", both(8, 10, &[99, 0]), "packed in a way that is not read"),
        (
            "a link",
            changed(&[(central[0] + 5, &[3]), (central[0] + 40, &[0xff, 0xa1])]),
            "neither file nor folder",
        ),
        ("a name that leads up", both(30, 46, b"../a"), "leads elsewhere"),
        (
            "twice",
            changed(&[(local[1] + 30, b"abcd"), (central[1] + 46, b"abcd")]),
            "`abcd` is there twice",
        ),
        (
            "the same but for case",
            changed(&[(local[1] + 30, b"ABCD"), (central[1] + 46, b"ABCD")]),
            "are one name",
        ),
        ("a name that is not UTF-8", both(30, 46, b"a\xffcd"), "a name that is not UTF-8"),
        ("a NUL", both(30, 46, b"a\0cd"), "`a\\0cd`: a name that leads elsewhere"),
        ("a drive", both(30, 46, b"C:/d"), "leads elsewhere"),
        (
            "a device",
            changed(&[(central[0] + 5, &[3]), (central[0] + 40, &[0xff, 0x21])]),
            "neither file nor folder",
        ),
        ("a damaged stream", changed(&[(local[0] + 34, &[0xff])]), "`abcd`: "),
        ("a name of another kind", with_extra(&good, 0x7075, 5), "an extra field 0x7075"),
        ("sizes of another kind", with_extra(&good, 1, 5), "an extra field 0x0001"),
        (
            "an extra field that is damaged",
            with_extra(&good, 0x5455, 99),
            "an extra field that is damaged",
        ),
        (
            "another descriptor",
            with_descriptor(b"evilevilevilevil"),
            "what follows it disagrees with the directory",
        ),
        ("a larger count", changed(&[(good.len() - 14, &[3, 0, 3, 0])]), "more or fewer files"),
        ("of several parts", changed(&[(good.len() - 18, &[1, 0])]), "a part of a zip of several"),
        ("too short", b"PK".to_vec(), "too short"),
    ]
}

/// A tar, compressed.
pub fn compressed(format: Format, bytes: &[u8]) -> Vec<u8> {
    if format == Format::TarXz {
        return xz(8 * 1024 * 1024, bytes);
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Bytes, compressed by xz with a window of some size.
pub fn xz(window: u32, bytes: &[u8]) -> Vec<u8> {
    let mut options = XzOptions::with_preset(1);
    options.lzma_options.dict_size = window;
    let mut xz = XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(bytes).unwrap();
    xz.finish().unwrap()
}
