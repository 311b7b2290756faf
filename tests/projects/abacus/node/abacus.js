#!/usr/bin/env node
// Starts the command line of this platform, which an optional dependency brings.
'use strict';
const { spawnSync } = require('node:child_process');
const exe = process.platform === 'win32' ? '.exe' : '';
const platform = `@someone/abacus-${process.platform}-${process.arch}`;
const file = require.resolve(`${platform}/bin/abacus${exe}`);
const { status } = spawnSync(file, process.argv.slice(2), { stdio: 'inherit' });
process.exitCode = status ?? 1;
