// `npm start`: install, build, then the playground in this very process.
// Old Nodes must get as far as the check, so that everything else is imported after it.
const { requireNode } = await import('./require-node.mjs');
requireNode();
const { start } = await import('./launch.mjs');
process.exitCode = await start(process.argv.slice(2));
