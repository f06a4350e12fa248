import WebSocket from 'isomorphic-ws';
import type { ClientSettings } from '../client/options.js';
import type { Dial, Runtime } from '../client/runtime.js';
import { ConfigError } from '../errors.js';
import { standardRuntime } from '../standard/runtime.js';
import { dialWs } from './dial.js';

/** Bun puts a module of its own in the place of `ws`, which makes its own connections. */
const isBun = typeof process === 'object' && process.versions.bun !== undefined;

const wsRuntime: Runtime = {
  cannot: {},
  async dial(dial: Dial): Promise<void> {
    if (dial.addresses !== undefined) {
      if (dial.settings.agent !== undefined) {
        throw new ConfigError(
          'agent',
          'agent makes connections of its own, so the addresses that the guard approved cannot be kept; use one or the other',
        );
      }
      if (isBun) {
        throw new ConfigError(
          'guard',
          'Bun cannot be bound to the addresses that a guard approved',
        );
      }
    }
    await dialWs(WebSocket, dial);
  },
};

/** Node's way to open sockets, unless the user brings a WebSocket class. */
export function runtimeFor(given: ClientSettings['WebSocket']): Runtime {
  if (given === undefined || given === (WebSocket as unknown)) return wsRuntime;
  return standardRuntime(given);
}
