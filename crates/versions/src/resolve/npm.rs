//! The workspaces of npm and pnpm: their lockfiles stand in the workspace's root, at or above a package.

/// The names of npm's lockfiles, of which the first that is there counts
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/npm-shrinkwrap-json)).
const NPM: &[&str] = &["package-lock.json", "npm-shrinkwrap.json"];
/// The name of pnpm's.
const PNPM: &[&str] = &["pnpm-lock.yaml"];

/// The name of Yarn's.
const YARN: &[&str] = &["yarn.lock"];
/// The name of bun's.
const BUN: &[&str] = &["bun.lock"];

/// The lockfiles of each client that a package may have one of.
pub(super) const LOCKS: [&[&str]; 4] = [NPM, PNPM, YARN, BUN];

/// The file that says where the packages of a pnpm workspace are.
pub(super) const WORKSPACE: &[&str] = &["pnpm-workspace.yaml"];
