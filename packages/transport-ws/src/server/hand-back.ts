import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

interface Server {
  emit(event: string, socket: Duplex): unknown;
}

/** What belongs to an upgrade alone; `HTTP2-Settings` comes with `h2c` (RFC 7540, section 3.2.1). */
const OF_UPGRADE = /^(upgrade|http2-settings)$/i;

/**
 * Lets an http server answer a request as if it had asked for no upgrade, which any server may
 * ignore (RFC 9110, section 7.8). As soon as somebody listens for upgrades, Node hands all of them
 * to the listeners and reads no body; so the request is put back, and read again without.
 */
export function handBack(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (OF_UPGRADE.test(name)) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutUpgrade(value) : value}`);
  }
  // Node reads and shows headers byte by byte.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}

const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .filter((option) => !OF_UPGRADE.test(option.trim()))
    .join(',');
