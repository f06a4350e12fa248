import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { nodeProblem } from '../require-node.mjs';

test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0-nightly'])('Node %s will do', (version) => {
  expect(nodeProblem(version, '>=20.19')).toBeUndefined();
});

test.each(['18.20.8', '20.18.9', '9.99.0', '4.0.0'])('Node %s is too old', (version) => {
  expect(nodeProblem(version, '>=20.19')).toBe(
    `This project needs Node 20.19 or newer; this is Node ${version}.`,
  );
});

test('a range that cannot be compared is no silent pass', () => {
  expect(nodeProblem('20.19.0', '^20 || ^22')).toContain('cannot compare');
});

function require(version: string) {
  const module = new URL('../require-node.mjs', import.meta.url).href;
  const code = `import { requireNode } from '${module}'; requireNode('${version}'); console.log('on');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
}

test('an old Node gets one line and exit code 1, and nothing after it runs', () => {
  expect(require('18.20.8')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^This project needs Node \d+\.\d+ or newer; this is Node 18\.20\.8\.\n$/,
    ),
  });
});

test('a Node that will do goes on', () => {
  expect(require(process.versions.node)).toMatchObject({ status: 0, stdout: 'on\n', stderr: '' });
});
