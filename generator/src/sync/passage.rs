//! Passages of documents that people write: what stands between two markers is Lockstep's, all else is theirs.

/// What begins and what ends a passage.
pub fn markers(name: &str) -> [String; 2] {
    [format!("<!-- lockstep:{name} -->"), format!("<!-- /lockstep:{name} -->")]
}

/// A document with a passage in its place, each marker on a line of its own; a document that is not there yet is
/// the passage alone. `None` where the document has not one such place.
pub fn put(document: Option<&str>, name: &str, passage: &str) -> Option<String> {
    let [begin, end] = markers(name);
    let Some(document) = document else {
        return Some(format!("{begin}\n{passage}{end}\n"));
    };
    let (mut at, mut fenced) = (0, false);
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for line in document.split_inclusive('\n') {
        let bare = line.trim_start_matches('\u{feff}').trim();
        // What stands in a block of code is an example.
        fenced ^= bare.starts_with("```") || bare.starts_with("~~~");
        if bare == begin && !fenced {
            begins.push((at, line));
        } else if bare == end && !fenced {
            ends.push(at);
        }
        at += line.len();
    }
    let ([(begin, line)], [end]) = (begins.as_slice(), ends.as_slice()) else { return None };
    let inner = begin + line.len();
    if inner > *end {
        return None;
    }
    // The passage ends its lines as the document does.
    let passage =
        if line.ends_with("\r\n") { passage.replace('\n', "\r\n") } else { passage.to_owned() };
    Some(format!("{}{passage}{}", &document[..inner], &document[*end..]))
}
