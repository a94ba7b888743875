#!/usr/bin/env node
import { runProgram } from './program.ts';
import { endQuietlyOnBrokenPipe } from './terminal/pipe.ts';

endQuietlyOnBrokenPipe();
await runProgram(process.argv.slice(2));
