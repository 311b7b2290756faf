//! What the tests share: the program as a user calls it, projects to call it on, and the rendered
//! sets as GitHub reads them.

pub mod actions;
pub mod assets;
pub mod authority;
pub mod bundle;
pub mod commands;
pub mod github;
pub mod github_api;
pub mod launcher;
pub mod pairs;
pub mod platform;
pub mod program;
pub mod project;
pub mod registries;
pub mod released;
pub mod rules;
pub mod runs;
pub mod samples;
pub mod sets;
pub mod synthetic;
pub mod tools;

pub use lockstep_reader_tests::{cases, hostile, is_quick, root};

/// Whether files that come out of the code are to be written rather than compared.
#[must_use]
pub fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Holds a committed file to what the code says it is; with `UPDATE=1` writes it.
pub fn assert_committed(path: &std::path::Path, wanted: &str) {
    if update() {
        std::fs::create_dir_all(path.parent().expect("a file below the root")).unwrap();
        std::fs::write(path, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == wanted,
        "{} is not what the code says: run `UPDATE=1 cargo test -p lockstep-tests --test everything -- committed`",
        path.display()
    );
}
