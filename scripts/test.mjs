// `npm test`: install, lint, build, typecheck, tests; the last line counts them.
// Old Nodes must get as far as the check, so that everything else is imported after it.
const { requireNode } = await import('./require-node.mjs');
requireNode();
const { check } = await import('./check.mjs');
process.exitCode = await check(process.argv.slice(2));
