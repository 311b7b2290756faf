#!/usr/bin/env node
// Runs the program of this machine's own package.
const { spawnSync } = require("node:child_process");
const program = require.resolve(`@someone/beads-${process.platform}-${process.arch}/bin/beads`);
process.exit(spawnSync(program, process.argv.slice(2), { stdio: "inherit" }).status ?? 1);
