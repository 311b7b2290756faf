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
    let lines = || {
        let mut at = 0;
        document.split_inclusive('\n').map(move |line| {
            at += line.len();
            (at - line.len(), line)
        })
    };
    let begins: Vec<(usize, &str)> = lines().filter(|(_, line)| line.trim() == begin).collect();
    let ends: Vec<usize> =
        lines().filter(|(_, line)| line.trim() == end).map(|(at, _)| at).collect();
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
