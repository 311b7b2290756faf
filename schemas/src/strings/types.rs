//! The string types, one after the other: a list to look things up in, as long as there are types.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use regex_lite::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Grammar, InvalidString, excerpt};

string_types! {
    /// One line of text for people.
    Text {
        max: 1000,
        pattern: one_line!(),
        rule: "one line of text (at most 1000 characters, no control characters, no `${{`)",
        example: "Memory-mapped message pools",
    }

    /// A shell script, run as it stands. The facts of a target reach it as environment variables
    /// (`LOCKSTEP_TARGET`, `LOCKSTEP_VERSION`, …), never as text put into it.
    Script {
        max: 16_384,
        pattern: many_lines!(),
        rule: "a script (at most 16384 characters, no control characters, no `${{`: values reach a script through its environment)",
        example: "make all",
    }

    /// What a step of the project's own is given: an action's input or a variable, of one line or more.
    StepValue {
        max: 4096,
        pattern: many_lines!(),
        rule: "text (at most 4096 characters, no control characters, no `${{`)",
        example: "pypy3.11",
    }

    /// The template of a release's notes, in Markdown.
    NotesTemplate {
        max: 16_384,
        pattern: many_lines!(),
        rule: "Markdown (at most 16384 characters, no control characters, no `${{`)",
        example: "{changelog}",
    }

    /// The id of something in a model: an artifact, a gate, a source. Lower-case words joined by
    /// hyphens.
    Id {
        max: 40,
        pattern: r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$",
        rule: "an id: lower-case letters and digits, words joined by single hyphens, at most 40 characters",
        example: "sdk",
    }

    /// A project's name, as users know it.
    ProjectName {
        max: 100,
        pattern: r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        rule: "a project name: letters, digits, `.`, `_` and `-`",
        example: "plasmite",
    }

    /// A GitHub repository as `owner/name`.
    Repository {
        max: 140,
        pattern: r"^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/\.?[A-Za-z0-9_-][A-Za-z0-9._-]*$",
        rule: "a GitHub repository, written owner/name",
        example: "sandover/plasmite",
    }

    /// A licence as an [SPDX expression](https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/).
    License {
        max: 200,
        pattern: r"^[A-Za-z0-9(][A-Za-z0-9.+() -]*$",
        rule: "an SPDX licence expression, such as MIT OR Apache-2.0",
        example: "MIT",
    }

    /// A version after [Semantic Versioning 2.0.0](https://semver.org), without a leading `v`.
    Version {
        max: 128,
        pattern: r"^(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$",
        rule: "a semantic version, such as 1.2.3 or 1.2.3-rc.1",
        example: "1.2.3",
    }

    /// How a release is tagged: the tag's text with `{version}` in it once.
    TagPattern {
        max: 100,
        pattern: r"^(?:[A-Za-z0-9_@](?:[A-Za-z0-9_@-]|[./][A-Za-z0-9_@-])*[./]?)?\{version\}$",
        rule: "a tag pattern: a prefix of letters, digits, `_`, `-` and single `.` or `/`, followed by `{version}`",
        example: "v{version}",
    }

    /// The tag of one release.
    Tag {
        max: 250,
        pattern: r"^[A-Za-z0-9_@][A-Za-z0-9_.@+/-]*$",
        rule: "a tag: letters, digits, `.`, `_`, `@`, `+`, `-` and `/`",
        example: "v1.2.3",
    }

    /// A full git commit id.
    CommitSha {
        max: 40,
        pattern: r"^[0-9a-f]{40}$",
        rule: "a full commit SHA: 40 lower-case hexadecimal digits",
        example: "0123456789abcdef0123456789abcdef01234567",
    }

    /// A SHA-256 digest in lower-case hexadecimal.
    Sha256 {
        max: 64,
        pattern: r"^[0-9a-f]{64}$",
        rule: "a SHA-256 digest: 64 lower-case hexadecimal digits",
        example: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }

    /// A SHA-512 digest as npm writes it
    /// ([Subresource Integrity](https://www.w3.org/TR/SRI/#the-integrity-attribute)).
    Integrity {
        max: 95,
        pattern: r"^sha512-[A-Za-z0-9+/]{86}==$",
        rule: "an npm integrity: sha512- and 88 characters of base64",
        example: "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    }

    /// An address that others cannot read along, without a password.
    HttpsAddress {
        max: 500,
        pattern: r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?$",
        rule: "an https address: a host and a path, without user, query or spaces",
        example: "https://packages.example.com/simple",
    }

    /// A dist-tag of an npm package. What npm could read as versions, such as `v1` or `1.x`, is none
    /// ([documentation](https://docs.npmjs.com/cli/v11/commands/npm-dist-tag#caveats)).
    DistTag {
        max: 100,
        pattern: r"^(?:[a-uwyz]|[vx][a-z-])[a-z0-9-]*(?:[._][a-z0-9-]+)*$",
        rule: "a dist-tag: lower-case letters, digits and `-`, and nothing that could be a version",
        example: "latest",
    }

    /// What npm calls a version that waits for somebody to approve it
    /// ([documentation](https://docs.npmjs.com/staged-publishing)).
    StageId {
        max: 36,
        pattern: r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        rule: "the id of a staged version, as npm makes them: 32 hexadecimal digits and four `-`",
        example: "1de6f3db-2ed9-4d72-b3dd-8f0e2b474a2f",
    }

    /// A branch, tag or commit of a git repository
    /// ([`git check-ref-format`](https://git-scm.com/docs/git-check-ref-format)).
    GitRef {
        max: 250,
        pattern: r"^[A-Za-z0-9_@](?:[A-Za-z0-9_@+-]|[./][A-Za-z0-9_@+-])*$",
        rule: "a git ref: letters, digits, `_`, `@`, `+`, `-`, and single `.` or `/` between them",
        example: "main",
    }

    /// The id of a target, such as `linux-x64`: npm's name of the operating system, then the
    /// processor, then what else tells it apart.
    TargetId {
        max: 40,
        pattern: r"^[a-z][a-z0-9]*(?:-[a-z0-9_]+)+$",
        rule: "a target id, such as linux-x64: lower-case words joined by hyphens",
        example: "linux-x64",
    }

    /// A target id, or the beginning of some with a `*`: `win32-*`.
    TargetSelector {
        max: 40,
        pattern: r"^(?:default|[a-z][a-z0-9]*(?:-[a-z0-9_]+)+|[a-z][a-z0-9]*(?:-[a-z0-9_]+)*-\*)$",
        rule: "`default`, a target id, or the beginning of target ids with a `*`, such as win32-*",
        example: "win32-*",
    }

    /// A [Rust target triple](https://doc.rust-lang.org/rustc/platform-support.html).
    Triple {
        max: 60,
        pattern: r"^[a-z0-9_.]+(?:-[a-z0-9_.]+){1,3}$",
        rule: "a Rust target triple, such as x86_64-unknown-linux-gnu",
        example: "x86_64-unknown-linux-gnu",
    }

    /// The label of a runner, GitHub's
    /// ([list](https://docs.github.com/en/actions/reference/runners/github-hosted-runners)) or one's own.
    RunnerLabel {
        max: 100,
        pattern: r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        rule: "a runner label, such as ubuntu-24.04",
        example: "ubuntu-24.04",
    }

    /// A container image with its tag, for people, and its digest, for the machine.
    ContainerImage {
        max: 300,
        pattern: r"^[a-z0-9][a-z0-9._/-]*(?::[0-9]+/[a-z0-9._/-]+)?:[A-Za-z0-9_][A-Za-z0-9_.-]*@sha256:[0-9a-f]{64}$",
        rule: "a container image with tag and digest, such as node:20-bullseye@sha256:… (64 hexadecimal digits)",
        example: "debian:11@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }

    /// The oldest glibc that a target's binaries run on.
    GlibcVersion {
        max: 10,
        pattern: r"^2\.[0-9]{1,3}$",
        rule: "a glibc version, such as \"2.31\"",
        example: "2.31",
    }

    /// The oldest macOS that a target's binaries run on.
    MacosVersion {
        max: 10,
        pattern: r"^[0-9]{2}\.[0-9]{1,2}$",
        rule: "a macOS version, such as \"11.0\"",
        example: "11.0",
    }

    /// The version of a toolchain: exact, or the beginning of one.
    ToolVersion {
        max: 40,
        pattern: r"^[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z.]+)?$",
        rule: "a toolchain's version, such as \"1.95.0\"",
        example: "1.95.0",
    }

    /// The version of Rust, or that which rustup's own file says
    /// ([documentation](https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file)).
    RustVersion {
        max: 40,
        pattern: r"^(?:[0-9]+(?:\.[0-9]+){0,2}(?:-[0-9A-Za-z.]+)?|rust-toolchain\.toml)$",
        rule: "a version of Rust, such as \"1.95.0\", or `rust-toolchain.toml` for the one that the file beside the model names",
        example: "1.95.0",
    }

    /// An interpreter as wheels name it: `cp313`, `cp313t` for one without a global lock, `pp311` for `PyPy`, `py3` for any
    /// ([Python packaging](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/#python-tag)).
    PythonTag {
        max: 20,
        pattern: r"^(?:cp[0-9]{2,4}t?|(?:pp|graalpy)[0-9]{2,4}|py[0-9]{1,4})$",
        rule: "a Python as wheels name it, such as cp313, cp313t, pp311 or py3",
        example: "cp313",
    }

    /// The platform tags of a wheel, joined by `.` where there are several
    /// ([Python packaging](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).
    WheelPlatforms {
        max: 200,
        pattern: r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)*$",
        rule: "platform tags of a wheel, such as manylinux_2_31_x86_64, joined by `.`",
        example: "manylinux_2_31_x86_64",
    }

    /// A platform tag of a wheel
    /// ([Python packaging](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).
    WheelPlatform {
        max: 60,
        pattern: r"^(?:any|[a-z][a-z0-9]*(?:_[a-z0-9]+)*)$",
        rule: "a wheel's platform tag, such as manylinux_2_31_x86_64",
        example: "manylinux_2_31_x86_64",
    }

    /// How an archive's name tells targets apart, such as `linux_amd64`.
    ArchiveSuffix {
        max: 40,
        pattern: r"^[a-z0-9]+(?:[_-][a-z0-9]+)*$",
        rule: "an archive suffix, such as linux_amd64",
        example: "linux_amd64",
    }

    /// An npm package's name
    /// ([rules](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name)), where `{…}`
    /// stands for a fact of the target.
    NpmName {
        max: 214,
        pattern: r"^(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~{-][a-z0-9._~{}-]*$",
        rule: "an npm package name, such as @agoric/xsnap-{target}",
        example: "@agoric/xsnap-{target}",
    }

    /// A Python project's name
    /// ([rules](https://packaging.python.org/en/latest/specifications/name-normalization/)).
    PythonName {
        max: 100,
        pattern: r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$",
        rule: "a Python project name, such as plasmite",
        example: "plasmite",
    }

    /// A crate's name
    /// ([rules](https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field)).
    CrateName {
        max: 64,
        pattern: r"^[A-Za-z][A-Za-z0-9_-]*$",
        rule: "a crate name, such as plasmite",
        example: "plasmite",
    }

    /// A path below the project's root, with `/` between its parts; `.` is the root itself.
    RelativePath {
        max: 300,
        pattern: concat!(r"^\.$|", path!("")),
        rule: "a path below the project's root: letters, digits, blanks, `_`, `.`, `@`, `+` and `-`, parts joined by `/`, no `..`",
        example: "bindings/python",
    }

    /// A path below the project's root, where `{…}` stands for a fact of the target or the release.
    PathPattern {
        max: 300,
        pattern: path!("{}"),
        rule: "a path with placeholders, such as dist/{target}/{mode}/tool: letters, digits, blanks, `_`, `.`, `@`, `+` and `-`, parts joined by `/`, no `..`",
        example: "dist/{target}/tool",
    }

    /// As a path pattern, where `*` stands for any text within one part, and `**` for any parts. A place that ends in `/` is a
    /// folder, for a file of the same name; `./` is the root.
    GlobPattern {
        max: 300,
        pattern: concat!(r"^\./$|", path!("{}*", "/?")),
        rule: "a path with placeholders and `*`, such as dist/*.whl or LICENSE-*: letters, digits, blanks, `_`, `.`, `@`, `+` and `-`, parts joined by `/`, no `..`; a place may be a folder, such as legal/ or ./",
        example: "dist/*.whl",
    }

    /// Files that a pattern before it does not mean: `!` and a pattern of their paths.
    Exclusion {
        max: 300,
        pattern: concat!("^!(?:", path_part!("*"), "/)*", path_part!("*"), "$"),
        rule: "`!` and a path in which `*` stands for any text within one part, such as !packages/site/package.json",
        example: "!packages/site/package.json",
    }

    /// A pattern of the repository's paths, as
    /// [git](https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-glob) reads it: `*` stands for any text
    /// within one part, and `**` for any parts.
    PathGlob {
        max: 300,
        pattern: path!("*"),
        rule: "a pattern of paths, such as src/** or *.lock: letters, digits, blanks, `_`, `.`, `@`, `+`, `-` and `*`, parts joined by `/`, no `..`",
        example: "src/**",
    }

    /// Minute, hour, day of the month, month and day of the week, in UTC
    /// ([syntax](https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule)).
    Cron {
        max: 100,
        pattern: concat!(
            "^",
            cron_field!("[0-5]?[0-9]"),
            " ",
            cron_field!("[01]?[0-9]|2[0-3]"),
            " ",
            cron_field!("0?[1-9]|[12][0-9]|3[01]"),
            " ",
            cron_field!("0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"),
            " ",
            cron_field!("[0-6]|SUN|MON|TUE|WED|THU|FRI|SAT"),
            "$"
        ),
        rule: "a time as cron has it: minute, hour, day, month and weekday, such as 17 3 * * 1",
        example: "17 3 * * 1",
    }

    /// The place of a value in JSON, TOML or YAML, as a [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901):
    /// keys, each behind a `/`.
    JsonPointer {
        max: 300,
        pattern: r"^(?:/(?:[^~/{\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]|~[01])*)+$",
        rule: "a JSON Pointer, such as /tool/version: keys, each behind a `/`",
        example: "/tool/version",
    }

    /// A regular expression whose one group is a version.
    FieldPattern {
        max: 500,
        pattern: one_line!(),
        rule: "a regular expression on one line (at most 500 characters, no control characters, no `${{`)",
        example: "^VERSION = \"(.*)\"$",
    }

    /// A file's name.
    FileName {
        max: 250,
        pattern: r"^[A-Za-z0-9_][A-Za-z0-9_.+-]*$",
        rule: "a file name: letters, digits, `_`, `.`, `+` and `-`",
        example: "tool-1.2.3.tgz",
    }

    /// A file's name, where `{…}` stands for a fact of the target or the release.
    FileNamePattern {
        max: 200,
        pattern: r"^[A-Za-z0-9_{][A-Za-z0-9_.+{}-]*$",
        rule: "a file name with placeholders, such as tool_{version}_{suffix}: letters, digits, `_`, `.`, `+` and `-`",
        example: "tool_{version}_{suffix}",
    }

    /// A third-party action pinned to a full commit:
    /// [`owner/name@sha`](https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions).
    PinnedAction {
        max: 250,
        pattern: r"^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/\.?[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*@[0-9a-f]{40}$",
        rule: "an action pinned to a full commit, such as actions/checkout@ followed by 40 hexadecimal digits",
        example: "actions/checkout@0123456789abcdef0123456789abcdef01234567",
    }

    /// The path of an action: `owner/name`, and the folder in it if there is one.
    ActionPath {
        max: 200,
        pattern: r"^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/\.?[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$",
        rule: "an action's path, such as actions/checkout",
        example: "actions/checkout",
    }

    /// The version that a pin's comment names, such as `v7.0.1`.
    PinVersion {
        max: 60,
        pattern: r"^[A-Za-z0-9][A-Za-z0-9._+-]*$",
        rule: "a version as a tag names it, such as v7.0.1",
        example: "v7.0.1",
    }

    /// The name of an environment variable that a step sets. GitHub and Lockstep keep the prefixes
    /// `GITHUB_`, `RUNNER_` and `LOCKSTEP_` for themselves.
    EnvName {
        max: 100,
        pattern: r"^[A-Za-z_][A-Za-z0-9_]*$",
        rule: "an environment variable's name: letters, digits and `_`",
        example: "CFLAGS",
    }

    /// The name of a secret or of a configuration variable
    /// ([rules](https://docs.github.com/en/actions/reference/security/secrets#naming-your-secrets)).
    SettingName {
        max: 100,
        pattern: r"^[A-Z_][A-Z0-9_]*$",
        rule: "the name of a secret or variable: upper-case letters, digits and `_`",
        example: "PYPI_API_TOKEN",
    }

    /// The name of a deployment environment
    /// ([rules](https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments)).
    EnvironmentName {
        max: 100,
        pattern: r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        rule: "an environment's name: letters, digits, `.`, `_` and `-`",
        example: "npm",
    }

    /// A workflow's file name in `.github/workflows`.
    WorkflowFile {
        max: 100,
        pattern: r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.ya?ml$",
        rule: "a workflow's file name, such as ci.yml",
        example: "ci.yml",
    }

    /// The name of a dispatch input.
    InputName {
        max: 60,
        pattern: r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$",
        rule: "the name of a dispatch input: lower-case words joined by `_`",
        example: "agoric_sdk_ref",
    }

    /// The name of an action's input.
    InputKey {
        max: 60,
        pattern: r"^[A-Za-z_][A-Za-z0-9_-]*$",
        rule: "the name of an action's input: letters, digits, `_` and `-`",
        example: "node-version",
    }

    /// The name of a user or an app of GitHub's.
    Account {
        max: 60,
        pattern: r"^[A-Za-z0-9](?:[-_]?[A-Za-z0-9])*(?:\[bot\])?$",
        rule: "the name of a GitHub user, or of an app with `[bot]`",
        example: "buildbot[bot]",
    }

    /// A GitHub user's name; those that an enterprise manages have
    /// [`_`](https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication)
    /// in it.
    Login {
        max: 39,
        pattern: r"^[A-Za-z0-9](?:[-_]?[A-Za-z0-9])*$",
        rule: "a GitHub user name",
        example: "octocat",
    }

    /// The id of a job in a rendered workflow.
    JobId {
        max: 100,
        pattern: r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$",
        rule: "a job id: lower-case words joined by hyphens",
        example: "build",
    }

    /// Lines of Ruby, as they stand in a formula.
    Ruby {
        max: 16_384,
        pattern: many_lines!(),
        rule: "Ruby (at most 16384 characters, no control characters, no `${{`)",
        example: "bin.install \"tool\"",
    }

    /// The name of a Homebrew formula's file in its tap
    /// ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).
    FormulaPath {
        max: 100,
        pattern: r"^(?:Formula/)?(?:[a-z0-9]/)?[a-z0-9][a-z0-9_.@+-]*\.rb$",
        rule: "a formula's path in its tap, such as Formula/plasmite.rb",
        example: "Formula/plasmite.rb",
    }
}
