//! Models of any size.

use std::fmt::Write as _;

/// A model of so many targets on the three platforms, with artifacts for six channels.
#[must_use]
pub fn model(targets: usize) -> String {
    let platforms = [
        ("linux", "x86_64-unknown-linux-gnu", "ubuntu-24.04"),
        ("darwin", "aarch64-apple-darwin", "macos-15"),
        ("win32", "x86_64-pc-windows-msvc", "windows-2025"),
    ];
    let mut model = String::from(
        "schema: 1
project: { name: tool, repository: someone/tool, license: MIT }
lockstep: { commit: 0123456789abcdef0123456789abcdef01234567, version: v0.1.0 }
versions: { files: [Cargo.toml] }
toolchain: { rust: 1.95.0 }
build: { compile: [{ run: make }] }
attestations: false
",
    );
    model.push_str(
        r#"artifacts:
  sdk: { kind: archive, name: "tool_{version}_{suffix}", format: tar.gz, files: { "{target}/tool": bin/tool } }
  platform: { kind: npm-platform-package, package: "@someone/tool-{target}", files: { "{target}/tool": bin/tool } }
  wheel: { kind: wheel, package: tool, path: "dist/*.whl" }
  crate: { kind: crate, package: tool, directory: . }
channels:
  github-release: { artifacts: [sdk], smoke: { run: tool --version } }
  npm: { artifacts: [platform], auth: trusted-publishing, smoke: { run: tool --version } }
  pypi: { artifacts: [wheel], auth: trusted-publishing, smoke: { run: tool --version } }
  crates-io: { artifacts: [crate], auth: trusted-publishing, smoke: { run: tool --version } }
  homebrew: { artifacts: [sdk], tap: someone/homebrew-tap, formula: tool.rb, update: push, tiers: { default: official, win32-*: deferred }, smoke: { run: tool --version } }
  cargo-binstall: { artifacts: [sdk], crate: crate, smoke: { run: tool --version } }
targets:
"#,
    );
    for index in 0..targets {
        // Half of them on Linux.
        let (os, triple, runner) = platforms[[0, 1, 0, 2][index % 4]];
        let _ = writeln!(
            model,
            "  {os}-t{index}: {{ triple: {triple}, runner: {runner}, suffix: s{index} }}"
        );
    }
    model
}
