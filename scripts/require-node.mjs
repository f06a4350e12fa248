// Must run on any Node that knows ES modules: nothing here is newer than Node 14.
import { readFileSync } from 'node:fs';

/** The one line for a user whose Node is too old, or undefined if `version` will do. */
export function nodeProblem(version, range) {
  const wanted = /^>=(\d+)\.(\d+)$/.exec(range);
  const has = /^(\d+)\.(\d+)/.exec(version);
  if (!wanted || !has) return `cannot compare Node ${version} with "${range}"`;
  const newer = has[1] - wanted[1] || has[2] - wanted[2];
  if (newer >= 0) return undefined;
  return `This project needs Node ${wanted[1]}.${wanted[2]} or newer; this is Node ${version}.`;
}

/** Ends the process with that one line and exit code 1 unless its Node will do. */
export function requireNode(version = process.versions.node) {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const problem = nodeProblem(version, JSON.parse(manifest).engines.node);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
