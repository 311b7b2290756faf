//! Packages as npm and pnpm install them.

use std::path::{Path, PathBuf};

/// Where a package is below a `node_modules`, as npm and pnpm lay packages out: each of the folders once.
#[must_use]
pub fn places(modules: &Path, package: &str) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let mut open = vec![modules.to_owned()];
    while let Some(modules) = open.pop() {
        let place = modules.join(package);
        if place.join("package.json").is_file() {
            let place = std::fs::canonicalize(&place).unwrap_or(place);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        for folder in folders(&modules) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let below = match name.as_str() {
                // pnpm's packages stand side by side, each with what it needs.
                ".pnpm" => folders(&folder),
                scope if scope.starts_with('@') => folders(&folder),
                hidden if hidden.starts_with('.') => Vec::new(),
                _ => vec![folder],
            };
            let nested = below.into_iter().map(|package| package.join("node_modules"));
            open.extend(nested.filter(|nested| nested.is_dir()));
        }
    }
    places.sort();
    places
}

/// The folders in a folder, without links: a link leads to what stands elsewhere.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn packages_are_found_where_clients_put_them() {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().canonicalize().unwrap();
        assert_eq!(places(&modules, "@a/b"), [""; 0].map(PathBuf::from));
        let all = [
            "@a/b",
            ".pnpm/@a+b@1.0.0/node_modules/@a/b",
            "c/node_modules/@a/b",
            "@d/e/node_modules/@a/b",
        ];
        for place in all {
            fs::create_dir_all(modules.join(place)).unwrap();
            fs::write(modules.join(place).join("package.json"), "{}").unwrap();
        }
        fs::create_dir_all(modules.join("f/node_modules/@a/b")).unwrap();
        let mut wanted = all.map(|place| modules.join(place)).to_vec();
        wanted.sort();
        assert_eq!(places(&modules, "@a/b"), wanted);
    }
}
