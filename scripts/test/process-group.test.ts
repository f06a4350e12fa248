import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { INTERRUPTED, interruptible, runGroup } from '../process-group.mjs';

const node = (code: string, signal: AbortSignal) =>
  runGroup(process.execPath, ['-e', code], { env: { NAME: 'value' }, signal });

const never = new AbortController().signal;

test('output of both streams and the exit code are kept', async () => {
  const code = 'console.log(process.env.NAME); console.error("bad"); process.exitCode = 3';
  const result = await node(code, never);
  expect(result.code).toBe(3);
  expect(result.output).toContain('value\n');
  expect(result.output).toContain('bad\n');
});

test('a command that cannot be started fails with the reason', async () => {
  const result = await runGroup('no-such-command', [], { signal: never });
  expect(result).toEqual({ code: 1, output: expect.stringContaining('ENOENT') });
});

test('nothing starts once interrupted', async () => {
  const code = 'throw new Error("ran")';
  expect(await node(code, AbortSignal.abort())).toEqual({ code: INTERRUPTED, output: '' });
});

test('a signal to this process aborts, and only while the task lasts', async () => {
  const before = process.listenerCount('SIGHUP');
  const aborted = await interruptible(async (signal: AbortSignal) => {
    process.emit('SIGHUP', 'SIGHUP');
    return signal.aborted;
  });
  expect(aborted).toBe(true);
  expect(process.listenerCount('SIGHUP')).toBe(before);
});

test('an abort ends all that the command started, however stubborn and in whatever group', {
  timeout: 30_000,
}, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // As turbo's tasks: leader of another group, and busy when asked to end.
  const stubborn = `process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1')`;
  const command = `require('node:child_process').spawn(
    process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached: true, stdio: 'inherit' })`;

  const controller = new AbortController();
  const result = node(command, controller.signal);
  const [socket] = await once(server, 'connection');
  const closed = once(socket.on('error', () => {}).resume(), 'close');
  controller.abort();
  expect(await result).toEqual({ code: INTERRUPTED, output: '' });
  await closed;
});
