//! The files that a `package.json` leads to: what is imported, run and read of a package by its name.

use lockstep_schemas::paths::below;
use serde_json::{Map, Value};

/// What leads to a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key, such as `main` or `exports["./feature"].import`.
    pub(super) key: String,
    /// The path as it is written.
    pub(super) path: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The file itself.
    File,
    /// A file that Node [looks for](https://nodejs.org/api/modules.html#all-together): with an ending of its own, or in a folder.
    Module,
    /// A file that [TypeScript](https://www.typescriptlang.org/docs/handbook/declaration-files/publishing.html) looks for.
    Types,
}

/// Every file that a `package.json` leads to
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json), [exports](https://nodejs.org/api/packages.html#exports)).
pub(super) fn of(package: &Map<String, Value>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let keys = [
        ("main", Kind::Module),
        ("module", Kind::Module),
        ("browser", Kind::Module),
        ("types", Kind::Types),
        ("typings", Kind::Types),
    ];
    for (key, kind) in keys {
        // TypeScript looks elsewhere then.
        let is_remapped = kind == Kind::Types && package.contains_key("typesVersions");
        // `browser` may be a map of modules, which are others' names; and an empty text leads nowhere.
        let path = package.get(key).and_then(Value::as_str).filter(|path| !path.is_empty());
        if let Some(path) = path.filter(|_| !is_remapped) {
            entries.push(Entry { key: key.to_owned(), path: path.to_owned(), kind });
        }
    }
    match package.get("bin") {
        Some(Value::String(path)) => {
            entries.push(Entry { key: "bin".to_owned(), path: path.clone(), kind: Kind::File });
        }
        Some(Value::Object(programs)) => {
            entries.extend(programs.iter().filter_map(|(name, path)| {
                let (key, path) = (format!("bin.{name}"), path.as_str()?.to_owned());
                Some(Entry { key, path, kind: Kind::File })
            }));
        }
        _ => {}
    }
    if let Some(exports) = package.get("exports") {
        exported(exports, "exports", 0, &mut entries);
    }
    entries
}

/// The files in the nested conditions of `exports`. A list has fallbacks, of which any may be the one.
fn exported(value: &Value, key: &str, depth: usize, entries: &mut Vec<Entry>) {
    /// Deeper than anybody nests conditions.
    const DEEPEST: usize = 32;
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(path) if path.starts_with("./") => {
            entries.push(Entry { key: key.to_owned(), path: path.clone(), kind: Kind::File });
        }
        Value::Object(conditions) => {
            for (name, value) in conditions {
                let key = if name.starts_with('.') {
                    format!("{key}[\"{name}\"]")
                } else {
                    format!("{key}.{name}")
                };
                exported(value, &key, depth + 1, entries);
            }
        }
        Value::Array(_) | Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Entry {
    /// Whether one of the members is what it leads to.
    pub(super) fn is_in<'m>(&self, members: &(impl Iterator<Item = &'m str> + Clone)) -> bool {
        let Some(path) = below("", &self.path) else { return false };
        let has = |wanted: &str| members.clone().any(|member| member == wanted);
        if let Some((before, after)) = path.split_once('*') {
            return members.clone().any(|member| is_of_pattern(before, after, member));
        }
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        match self.kind {
            Kind::File if self.path.ends_with('/') => {
                members.clone().any(|member| member.starts_with(&folder))
            }
            Kind::File => has(&path),
            Kind::Module => {
                let endings = ["", ".js", ".json", ".node"];
                endings.iter().any(|end| has(&format!("{path}{end}")))
                    || endings[1..].iter().any(|end| has(&format!("{folder}index{end}")))
                    // Node goes on to it, and warns.
                    || (self.key == "main" && has("index.js"))
            }
            Kind::Types => {
                let of_module = path.trim_end_matches(".js");
                has(&path)
                    || [".d.ts", ".ts", ".tsx"].iter().any(|end| has(&format!("{path}{end}")))
                    || has(&format!("{of_module}.d.ts"))
                    || has(&format!("{folder}index.d.ts"))
            }
        }
    }
}

/// Whether a file is one that a pattern with `*` leads to: every `*` stands for the same text
/// ([subpath patterns](https://nodejs.org/api/packages.html#subpath-patterns)).
fn is_of_pattern(before: &str, after: &str, member: &str) -> bool {
    let Some(rest) = member.strip_prefix(before) else { return false };
    let Some((middle, _)) = after.split_once('*') else {
        return rest.len() > after.len() && rest.ends_with(after);
    };
    let mut from = 1;
    while let Some(at) = rest.get(from..).and_then(|rest| rest.find(middle)) {
        let text = &rest[..from + at];
        if rest[text.len()..] == *after.replace('*', text) {
            return true;
        }
        from += at + 1;
        while !rest.is_char_boundary(from.min(rest.len())) {
            from += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn missing(package: &Value, members: &[&str]) -> Vec<String> {
        let entries = of(package.as_object().unwrap());
        let lost = entries.into_iter().filter(|entry| !entry.is_in(&members.iter().copied()));
        lost.map(|entry| format!("{} {}", entry.key, entry.path)).collect()
    }

    #[test]
    fn what_is_found_as_node_finds_it() {
        let members = [
            "package.json",
            "lib/index.js",
            "cli.js",
            "index.d.ts",
            "features/a.js",
            "x.node",
            "icons/a/a.js",
        ];
        for package in [
            json!({ "main": "lib" }),
            json!({ "main": "./lib/index" }),
            json!({ "main": "x" }),
            json!({ "main": "lib/../cli.js", "bin": "./cli.js", "types": "index" }),
            json!({ "bin": { "a": "cli.js" }, "typings": "./index.d.ts" }),
            json!({ "exports": "./cli.js" }),
            json!({ "exports": { ".": { "types": "./index.d.ts", "default": "./cli.js" }, "./f/*": "./features/*.js" } }),
            json!({ "exports": { "./internal/*": null, "./package.json": "./package.json" } }),
            json!({ "exports": { "./features/": "./features/" } }),
            json!({ "exports": ["./nothing.js", "./cli.js"], "browser": { "./cli.js": false } }),
            json!({}),
            json!({ "main": "", "types": "" }),
            json!({ "types": "./gone.d.ts", "typesVersions": { "*": { "*": ["x"] } } }),
            json!({ "exports": { "./i/*": "./icons/*/*.js" } }),
        ] {
            assert_eq!(missing(&package, &members), [""; 0], "{package}");
        }
    }

    #[test]
    fn what_is_missing() {
        let members = ["package.json", "lib/index.js"];
        for (package, lost) in [
            (json!({ "main": "dist/index.js" }), "main dist/index.js"),
            (json!({ "main": "../lib/index.js" }), "main ../lib/index.js"),
            (json!({ "bin": { "a": "lib/index" } }), "bin.a lib/index"),
            (json!({ "types": "lib/index.d.ts" }), "types lib/index.d.ts"),
            (
                json!({ "exports": { "./f/*": { "import": "./f/*.mjs" } } }),
                "exports[\"./f/*\"].import ./f/*.mjs",
            ),
        ] {
            assert_eq!(missing(&package, &members), [lost], "{package}");
        }
    }
}
