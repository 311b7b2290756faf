//! What a wheel says of its files.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lockstep_bundle::FileInside;
use lockstep_schemas::strings::Sha256;
use lockstep_schemas::verification::Finding;

use crate::findings::Findings;

const RECORD: &str = ".dist-info/RECORD";

/// Checks `RECORD`: every file of the wheel with its digest and size, and no other
/// ([specification](https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file)).
pub(crate) fn check(
    found: &BTreeMap<String, FileInside>,
    about: &impl Fn(String) -> Finding,
    findings: &mut Findings,
) {
    let mut records = found.iter().filter(|(name, _)| name.ends_with(RECORD));
    let (Some((name, file)), None) = (records.next(), records.next()) else {
        return findings.add(about("must have one `.dist-info/RECORD`".to_owned()));
    };
    let finding = |what: String| about(what).of_member(name);
    let mut listed = BTreeMap::new();
    let rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file.text.as_deref().unwrap_or_default());
    for (row, line) in rows.into_records().zip(1..) {
        let row = match row {
            Ok(row) => row,
            Err(error) => return findings.add(finding(format!("is not valid: {error}"))),
        };
        let mut fields = row.iter().map(str::to_owned);
        let row = (fields.next(), fields.next(), fields.next(), fields.next());
        let (Some(path), Some(digest), Some(size), None) = row else {
            findings.add(finding(format!("line {line} is not a path, a digest and a size")));
            continue;
        };
        if listed.insert(path.clone(), (digest, size)).is_some() {
            findings.add(finding(format!("lists `{path}` twice")));
        }
    }
    for (path, file) in found {
        let Some((digest, size)) = listed.remove(path) else {
            if !is_record(name, path) {
                findings.add(about("is not listed in `RECORD`".to_owned()).of_member(path));
            }
            continue;
        };
        // The record can not have its own digest.
        if !is_record(name, path) {
            let of_file = |what: &str| {
                let what = format!("{what} in `RECORD`");
                move || about(what).of_member(path)
            };
            findings.compare(of_file("digest"), &recorded(&file.digest.sha256), &digest);
            findings.compare(of_file("size"), &file.digest.size.to_string(), &size);
        }
    }
    for path in listed.keys() {
        findings.add(finding(format!("lists `{path}`, which is not there")));
    }
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
