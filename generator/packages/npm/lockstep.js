#!/usr/bin/env node
// Runs the program of this machine's own package, which npm installed beside this one.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const ending = process.platform === "win32" ? ".exe" : "";

let program;
try {
  program = require.resolve(`@lockstep-release/cli-${platform}/bin/lockstep${ending}`);
} catch {
  console.error(
    `lockstep: no package is installed for ${platform}. If it is one of those that the README names, ` +
      "install again without `--omit=optional` and without a lockfile of another platform.",
  );
  process.exit(2);
}
const { status, signal, error } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`lockstep: ${program} does not start: ${error.message}`);
  process.exit(2);
}
// A shell says 128 and the signal's number of a program that a signal ended.
process.exit(signal ? 128 + (require("node:os").constants.signals[signal] ?? 0) : status);
