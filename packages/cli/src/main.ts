#!/usr/bin/env node
// Import nothing before this check. On an older Node, a dependency fails with a syntax error or a segmentation fault.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 13)) {
  const { handleOutputErrors } = await import('./terminal/output.ts');
  const { runProgram } = await import('./program.ts');
  handleOutputErrors();
  await runProgram(process.argv.slice(2));
} else {
  console.error(
    `error: spiderfoot-webhooks needs Node 22.13 or newer (this is Node ${process.versions.node}).`,
  );
  console.error('Install a newer Node, then run the command again.');
  process.exitCode = 2;
}
