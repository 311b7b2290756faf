//! That the promises are kept, and what is known to break them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lockstep_generator::proof::{EXCEPTIONS, broken, exception};
use lockstep_tests::sets::GRAPHS;

/// Each exception is one: some set breaks it, and this is the shortest run that does. What is mended leaves the list.
#[test]
fn exceptions() {
    let mut shown = BTreeSet::new();
    for (_, plan, workflows) in GRAPHS.iter() {
        for one in broken(plan, workflows, &|_, _, _| false) {
            let known = exception(&one.file, one.promise, one.job.as_deref());
            let known = known.unwrap_or_else(|| panic!("not excepted: {one:?}"));
            let at = EXCEPTIONS.iter().position(|exception| std::ptr::eq(exception, known));
            shown.insert((at, one.job.clone().unwrap_or_default(), one.run.to_string(), one.what));
        }
    }
    let mut text = String::new();
    for (at, exception) in EXCEPTIONS.iter().enumerate() {
        // The shortest of each says enough.
        let mut runs: Vec<_> = shown.iter().filter(|(of, ..)| *of == Some(at)).collect();
        runs.sort_by_key(|(_, _, run, _)| (run.lines().count(), run.len()));
        let (_, job, run, what) =
            runs.first().unwrap_or_else(|| panic!("nothing breaks so any more: {exception:?}"));
        let _ = writeln!(text, "{} breaks `{}`", exception.file, exception.promise.in_words());
        let _ = writeln!(text, "since {}:", exception.why);
        let _ = writeln!(text, "{job} {what}");
        let _ = writeln!(text, "{run}");
    }
    insta::assert_snapshot!(text);
}
