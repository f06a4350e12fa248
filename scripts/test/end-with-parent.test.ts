import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const module = new URL('../end-with-parent.mjs', import.meta.url).href;
const CHILD = `
  import { endWithParent } from '${module}';
  process.on('SIGTERM', () => { console.log('told to end'); clearInterval(timer); });
  const timer = setInterval(() => {}, 1_000);
  endWithParent();
  console.log('ready');
`;
// Starts the child with its own output, and stays until it is killed.
const PARENT = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: 'inherit' });
`;

test('ends when what started it is gone', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT, CHILD], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_lifecycle_event: 'start' },
  });
  let output = '';
  parent.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    if (text.includes('ready')) parent.kill('SIGKILL');
  });
  // The pipe closes when the child, its last writer, has ended.
  await once(parent.stdout, 'close');
  expect(output).toBe('ready\ntold to end\n');
});
