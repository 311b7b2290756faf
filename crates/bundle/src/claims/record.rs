//! What a wheel says of its files in `RECORD`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::strings::{FileName, Sha256};

use super::{Members, Subject};
use crate::findings::Findings;

/// Checks `RECORD`: every file of the wheel with its digest and size, and no other
/// ([specification](https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file)).
pub(super) fn check(subject: Subject<'_>, found: &Members, findings: &mut Findings) {
    let wheel = subject.name;
    let about = |what: String| subject.about(Rule::WheelRecord, what);
    let Some((name, file)) = found.iter().find(|(name, _)| is_record_of(wheel, name)) else {
        let what = "has no `RECORD` in the `.dist-info` folder of its name and version";
        return findings.add(about(what.to_owned()));
    };
    let finding = |what: String| about(what).in_member(name);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file.text.as_deref().unwrap_or_default());
    let mut row = csv::StringRecord::new();
    for line in 1.. {
        match rows.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return findings.add(finding(format!("is not valid: {error}"))),
        }
        let fields = (row.get(0), row.get(1), row.get(2), row.get(3));
        let (Some(path), Some(digest), Some(size), None) = fields else {
            findings.add(finding(format!("line {line} is not a path, a digest and a size")));
            continue;
        };
        let Some((path, file)) = found.get_key_value(path) else {
            findings.add(finding(format!("lists `{path}`, which is not there")));
            continue;
        };
        if !seen.insert(path) {
            findings.add(finding(format!("lists `{path}` twice")));
        }
        // The record cannot have its own digest.
        if !is_record(name, path) {
            let of_file = |what: &str| {
                let what = format!("{what} in `RECORD`");
                move || about(what).in_member(path)
            };
            let stronger = file.stronger();
            let wanted = match digest.split_once('=') {
                Some(("sha384", _)) => stronger.map(|stronger| stronger.sha384.clone()),
                Some(("sha512", _)) => stronger.map(|stronger| stronger.sha512.clone()),
                _ => None,
            };
            let wanted = wanted.unwrap_or_else(|| recorded(&file.digest.sha256));
            findings.compare(of_file("digest"), &wanted.as_str(), &digest);
            findings.compare(of_file("size"), &file.digest.size.to_string().as_str(), &size);
        }
    }
    for path in found.keys().filter(|path| !seen.contains(path.as_str()) && !is_record(name, path))
    {
        findings.add(about("is not listed in `RECORD`".to_owned()).in_member(path));
    }
}

/// Whether a file is the record of a wheel: the folder has the first two parts of the wheel's name, in whatever
/// spelling.
fn is_record_of(wheel: &FileName, name: &str) -> bool {
    let spelt = |text: &str| {
        text.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    };
    let project: Vec<&str> = wheel.as_str().splitn(3, '-').take(2).collect();
    let folder = name.strip_suffix(".dist-info/RECORD").filter(|folder| !folder.contains('/'));
    folder.is_some_and(|folder| spelt(folder).eq_ignore_ascii_case(&spelt(&project.join("-"))))
}

/// Whether a file is the record, or a signature of it.
fn is_record(record: &str, path: &str) -> bool {
    path.strip_prefix(record).is_some_and(|end| ["", ".jws", ".p7s"].contains(&end))
}

/// A digest as a record has it.
fn recorded(sha256: &Sha256) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0);
    let bytes = sha256.as_str().as_bytes().chunks_exact(2);
    #[expect(clippy::cast_possible_truncation, reason = "two hexadecimal digits are a byte")]
    let bytes: Vec<u8> = bytes.map(|pair| (digit(pair[0]) << 4 | digit(pair[1])) as u8).collect();
    format!("sha256={}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
