import type { WebSocket } from 'ws';
import type { Variant } from '../../src/define.js';

/** Sends requests over a raw socket, `inFlight` of them at a time, and reads what comes back as JSON. */
export function rawLoop(socket: WebSocket, inFlight: number, send: (id: number) => void): Variant {
  let onAnswer = () => {};
  socket.on('message', (data) => {
    JSON.parse(data.toString());
    onAnswer();
  });
  return {
    run: (ops) =>
      new Promise((resolve) => {
        let sent = 0;
        let answered = 0;
        onAnswer = () => {
          answered += 1;
          if (answered === ops) resolve();
          else if (sent < ops) send(sent++);
        };
        while (sent < Math.min(inFlight, ops)) send(sent++);
      }),
    close: () => socket.terminate(),
  };
}
