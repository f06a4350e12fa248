import WebSocket from 'isomorphic-ws';
import { unlessAborted } from '../client/abort.js';
import type { ClientSettings } from '../client/options.js';
import type { Dial, Runtime } from '../client/runtime.js';
import { ConfigError } from '../errors.js';
import { standardRuntime } from '../standard/runtime.js';
import { dialWs } from './dial.js';
import { headersOfDial } from './headers.js';
import { checkOwnOptions } from './own-options.js';

/**
 * Whether dials are known to keep to addresses: libuv makes them in Node, and Deno, which calls
 * itself the same, was tried. Bun puts a module of its own in the place of `ws`.
 */
export function keepsToAddresses(
  versions: NodeJS.Dict<string> = globalThis.process?.versions ?? {},
): boolean {
  const { node, uv, deno, bun } = versions;
  return node !== undefined && (uv ?? deno) !== undefined && bun === undefined;
}

const wsRuntime: Runtime = {
  cannot: {},
  check: checkOwnOptions,
  async dial(dial: Dial): Promise<void> {
    if (dial.addresses !== undefined) {
      if (dial.settings.agent !== undefined) {
        throw new ConfigError(
          'agent',
          'agent makes connections of its own, so the addresses that the guard approved cannot be kept; use one or the other',
        );
      }
      if (!keepsToAddresses()) {
        throw new ConfigError(
          'guard',
          'the guard named addresses, and this runtime is not known to keep to them; use a guard that checks the URL only',
        );
      }
    }
    // At each dial, the second one of a fallback too: a ticket may be good for one only.
    const headers = await unlessAborted(dial.signal, headersOfDial(dial.settings.headers));
    dial.signal.throwIfAborted();
    await dialWs(WebSocket, dial, headers);
  },
};

/** Node's way to open sockets, unless the user brings a WebSocket class. */
export function runtimeFor(given: ClientSettings['WebSocket']): Runtime {
  if (given === undefined || given === (WebSocket as unknown)) return wsRuntime;
  return standardRuntime(given);
}
