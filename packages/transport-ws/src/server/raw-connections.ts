import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The TCP connections of a server. Below TLS, Node's own list has only those that finished their
 * handshake, and the others would keep a server from closing for as long as they please.
 */
export class RawConnections {
  readonly #sockets = new Set<Socket>();

  constructor(httpServer: Server) {
    const sockets = this.#sockets;
    // One for all sockets: see `Pending`.
    const onClose = function (this: Socket): void {
      sockets.delete(this);
    };
    httpServer.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', onClose);
    });
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
