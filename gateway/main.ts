#!/usr/bin/env node
/** Entry of the command `letterlock-gateway`. */
import { runCommandLine } from './command-line.ts';

await runCommandLine(process.argv.slice(2));
