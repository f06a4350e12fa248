import type { Duplex } from 'node:stream';

function destroy(this: Duplex): void {
  this.destroy();
}

/** Sockets that asked for an upgrade and have none, or none yet. */
export class Pending {
  /** With the client whose place each has taken, where it has. */
  readonly #sockets = new Map<Duplex, string | undefined>();
  readonly #leave: (client: string) => void;
  // One for all sockets, because most connections are idle and none of theirs should weigh much.
  readonly #onClose: (this: Duplex) => void;

  /** @param leave - gives the place of a client back */
  constructor(leave: (client: string) => void) {
    this.#leave = leave;
    const gone = (socket: Duplex): void => {
      const client = this.release(socket);
      if (client !== undefined) this.#leave(client);
    };
    this.#onClose = function () {
      gone(this);
    };
  }

  /** Until somebody takes over, a socket's errors would be nobody's and end the process. */
  hold(socket: Duplex): void {
    this.#sockets.set(socket, undefined);
    socket.on('error', destroy);
    socket.on('close', this.#onClose);
  }

  /** The socket has a place now, which is given back when it closes. */
  takePlace(socket: Duplex, client: string): void {
    this.#sockets.set(socket, client);
  }

  /** Somebody takes the socket over, and its place with it. */
  release(socket: Duplex): string | undefined {
    const client = this.#sockets.get(socket);
    this.#sockets.delete(socket);
    socket.off('error', destroy);
    socket.off('close', this.#onClose);
    return client;
  }

  destroyAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }
}
