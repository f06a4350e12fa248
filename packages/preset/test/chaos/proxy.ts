import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can be told to misbehave. */
export interface UnrulyProxy {
  readonly port: number;
  /** Where connections go from now on; without one, they are reset. */
  target: number | undefined;
  /** What each byte takes to get through, each way, ms. */
  delayMs: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Resets (RST) every connection. */
  reset(): void;
  /** Lets nothing through for so long, in neither direction; nobody is told. */
  stall(ms: number): void;
  /** Of the next chunk that goes this way on each connection, passes a part only, and resets it. */
  cut(way: Way): void;
  close(): Promise<void>;
}

export type Way = 'to server' | 'to client';

/** Hears of what passes: the first sign of a connection, and each chunk that was handed on. */
export type Witness = (what: 'connect' | Way) => void;

/** @param random - where in a chunk to cut */
export async function startProxy(random: () => number, witness?: Witness): Promise<UnrulyProxy> {
  const links = new Set<Link>();
  let stalledUntil = 0;
  const proxy = {
    target: undefined as number | undefined,
    delayMs: 0,
    /** When a chunk that comes now may pass. */
    passesAt: () => Math.max(performance.now() + proxy.delayMs, stalledUntil),
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    witness?.('connect');
    if (proxy.target === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const link = new Link(socket, proxy.target, proxy.passesAt, random, witness);
    links.add(link);
    link.onend = () => links.delete(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    port,
    get connections() {
      return links.size;
    },
    reset() {
      for (const link of [...links]) link.reset();
    },
    stall(ms: number) {
      stalledUntil = performance.now() + ms;
      for (const link of links) link.hold(stalledUntil);
    },
    cut(way: Way) {
      for (const link of links) link.cutNext(way);
    },
    async close() {
      for (const link of [...links]) link.reset();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** One connection from end to end. */
class Link {
  onend: (() => void) | undefined;
  readonly #ends: readonly [Socket, Socket];
  readonly #lanes: Record<Way, Lane>;
  #ended = false;

  constructor(
    client: Socket,
    port: number,
    passesAt: () => number,
    random: () => number,
    witness?: Witness,
  ) {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    this.#ends = [client, server];
    const cut = () => this.reset();
    this.#lanes = {
      'to server': new Lane(server, { passesAt, random, cut, seen: () => witness?.('to server') }),
      'to client': new Lane(client, { passesAt, random, cut, seen: () => witness?.('to client') }),
    };
    this.#carry(client, this.#lanes['to server']);
    this.#carry(server, this.#lanes['to client']);
  }

  hold(until: number): void {
    for (const lane of Object.values(this.#lanes)) lane.hold(until);
  }

  cutNext(way: Way): void {
    this.#lanes[way].cutNext();
  }

  reset(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const lane of Object.values(this.#lanes)) lane.stop();
    for (const end of this.#ends) {
      // Node loses the handle of a socket that is reset in the middle of its shutdown.
      if (end.writableEnded) end.destroy();
      else end.resetAndDestroy();
    }
    this.onend?.();
  }

  #carry(from: Socket, lane: Lane): void {
    from.on('data', (chunk) => lane.push(chunk));
    from.on('end', () => lane.push(null));
    from.on('error', () => this.reset());
    from.on('close', () => {
      if (this.#ends.every(({ destroyed }) => destroyed)) this.reset();
    });
  }
}

interface LaneSetup {
  passesAt(): number;
  random(): number;
  cut(): void;
  seen(): void;
}

/** One direction: chunks pass in order, each when its time has come; `null` is the end. */
class Lane {
  readonly #to: Socket;
  readonly #setup: LaneSetup;
  readonly #queue: { chunk: Buffer | null; at: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #cutsNext = false;

  constructor(to: Socket, setup: LaneSetup) {
    this.#to = to;
    this.#setup = setup;
  }

  push(chunk: Buffer | null): void {
    this.#queue.push({ chunk, at: this.#setup.passesAt() });
    if (this.#queue.length === 1) this.#next();
  }

  hold(until: number): void {
    for (const waiting of this.#queue) waiting.at = Math.max(waiting.at, until);
  }

  cutNext(): void {
    this.#cutsNext = true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #next(): void {
    for (;;) {
      const [head] = this.#queue;
      if (head === undefined) return;
      const waitMs = head.at - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#next(), waitMs);
        return;
      }
      this.#queue.shift();
      this.#pass(head.chunk);
    }
  }

  #pass(chunk: Buffer | null): void {
    const { random, cut, seen } = this.#setup;
    if (chunk === null) {
      this.#to.end();
    } else if (this.#cutsNext && chunk.length > 1) {
      const part = chunk.subarray(0, 1 + Math.floor(random() * (chunk.length - 1)));
      // A reset would overtake what is not yet with the kernel.
      this.#to.write(part, cut);
      this.#queue.length = 0;
    } else {
      this.#to.write(chunk);
      seen();
    }
  }
}
