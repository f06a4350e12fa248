import type { IncomingMessage } from 'node:http';
import { ConfigError } from '../errors.js';
import { isForPath } from './gate.js';

interface Server {
  listenerCount(event: 'upgrade'): number;
}

/** The paths of each server that attachments have taken, in the order in which they came. */
const taken = new WeakMap<Server, Set<string>>();

/** One attachment's path among those of its server, so that one of all answers for what is nobody's. */
export class AttachedPath {
  readonly #server: Server;
  readonly #path: string;
  readonly #all: Set<string>;

  /** @throws ConfigError if the path is taken */
  constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
    this.#all = taken.get(server) ?? new Set();
    if (this.#all.has(path)) {
      throw new ConfigError('path', `path ${path} is attached to this server already`);
    }
    taken.set(server, this.#all.add(path));
  }

  release(): void {
    this.#all.delete(this.#path);
  }

  isOurs(request: IncomingMessage): boolean {
    return isForPath(request, this.#path);
  }

  /** Whether only attachments listen, of which this is the first, and none has the path of this request. */
  answersFor(request: IncomingMessage): boolean {
    return this.speaksForAll && ![...this.#all].some((path) => isForPath(request, path));
  }

  /** Whether only attachments listen, of which this is the first. */
  get speaksForAll(): boolean {
    const [first] = this.#all;
    return first === this.#path && this.#server.listenerCount('upgrade') === this.#all.size;
  }
}
