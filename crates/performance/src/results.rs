//! What benchmarks leave behind, read as they write it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lockstep_files::bounded;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::model::ResultsFormat;
use lockstep_schemas::paths::Shown as _;
use serde::Deserialize;

/// The largest file of results that is read, in bytes, and how many scenarios are.
const LARGEST: u64 = 64 << 20;
const MOST: usize = 10_000;
/// How deep below its folder criterion puts a benchmark: group, function, value, `new`.
const DEEPEST: usize = 6;

/// The time of each scenario, in seconds.
pub type Times = BTreeMap<String, f64>;

/// The results of one run, as a benchmark left them in a file or a folder.
///
/// # Errors
///
/// Where they are not there or not of their format, name no scenario, or give a time that cannot be one.
pub fn read(path: &Path, format: ResultsFormat) -> Result<Times, Diagnostic> {
    let times = match format {
        ResultsFormat::Seconds => seconds(path)?,
        ResultsFormat::Hyperfine => hyperfine(path)?,
        ResultsFormat::Criterion => criterion(path)?,
    };
    if times.is_empty() {
        return Err(unreadable(path, "they have no scenario"));
    }
    if times.len() > MOST {
        return Err(unreadable(path, format!("they have more than {MOST} scenarios")));
    }
    let is_none = |time: &f64| !(time.is_finite() && *time > 0.0);
    if let Some((name, time)) = times.iter().find(|(_, time)| is_none(time)) {
        return Err(unreadable(path, format!("`{name}` took {time} seconds, which is no time")));
    }
    Ok(times)
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Diagnostic {
    let problem = Diagnostic::new(Rule::ResultsUnreadable, format!("the results of a run: {why}"));
    problem.in_file(path.shown()).with_remedy(
        "the gate's `measure` says what measures, where it leaves its results, and in which format",
    )
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Diagnostic> {
    let bytes = bounded(path, LARGEST).map_err(|error| unreadable(path, error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(path, error))
}

fn seconds(path: &Path) -> Result<Times, Diagnostic> {
    /// Names and seconds, where a name that comes twice is an error rather than the last of them.
    struct Named(Times);
    impl<'de> Deserialize<'de> for Named {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Named;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("names of scenarios and their seconds")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Named, A::Error> {
                    let mut times = Times::new();
                    while let Some((name, time)) = map.next_entry::<String, f64>()? {
                        if times.insert(name.clone(), time).is_some() {
                            let twice = format!("`{name}` is there twice");
                            return Err(serde::de::Error::custom(twice));
                        }
                    }
                    Ok(Named(times))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    json(path).map(|Named(times)| times)
}

/// What [hyperfine](https://github.com/sharkdp/hyperfine#json) writes with `--export-json`.
#[derive(Deserialize)]
struct Hyperfine {
    results: Vec<Command>,
}

#[derive(Deserialize)]
struct Command {
    /// The command, or what `--command-name` calls it.
    command: String,
    /// In seconds.
    median: f64,
}

fn hyperfine(path: &Path) -> Result<Times, Diagnostic> {
    let mut times = Times::new();
    for Command { command, median } in json::<Hyperfine>(path)?.results {
        if times.insert(command.clone(), median).is_some() {
            let why = format!("`{command}` is there twice: name each with `--command-name`");
            return Err(unreadable(path, why));
        }
    }
    Ok(times)
}

/// What [criterion](https://bheisler.github.io/criterion.rs/book/user_guide/csv_output.html) keeps of each benchmark in
/// `target/criterion`: its estimates, in nanoseconds, beside its name.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

fn criterion(folder: &Path) -> Result<Times, Diagnostic> {
    let mut times = Times::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((below, depth)) = folders.pop() {
        let entries = fs::read_dir(&below).map_err(|error| unreadable(&below, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&below, error))?;
            let path = entry.path();
            // A link could lead anywhere, and criterion makes none.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let estimates = path.join("estimates.json");
            if entry.file_name() == "new" && estimates.is_file() {
                let name = json::<Benchmark>(&path.join("benchmark.json"))?.full_id;
                let nanoseconds = json::<Estimates>(&estimates)?.median.point_estimate;
                if times.insert(name.clone(), nanoseconds / 1e9).is_some() {
                    return Err(unreadable(folder, format!("`{name}` is there twice")));
                }
            } else if depth < DEEPEST && times.len() <= MOST {
                folders.push((path, depth + 1));
            }
        }
    }
    Ok(times)
}
