import type { WebSocket } from 'ws';

/** One text frame of a server (RFC 6455, section 5.2), of less than 126 bytes of ASCII. */
const shortFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);

/**
 * Serves `initialize`, and any tool call by three progress notifications and the result, all four
 * in one write, so that they share a segment.
 */
export function serveChatter(socket: WebSocket): void {
  const { _socket: raw } = socket as unknown as { _socket: { write(bytes: Buffer): void } };
  socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(data.toString());
    if (method === 'initialize') {
      const { protocolVersion } = params;
      const serverInfo = { name: 'chatter', version: '1' };
      const result = { protocolVersion, capabilities: { tools: {} }, serverInfo };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    } else if (method === 'tools/call') {
      const { progressToken } = params._meta;
      const notifications = [1, 2, 3].map((progress) => ({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress },
      }));
      const answer = { jsonrpc: '2.0', id, result: { content: [] } };
      const messages = [...notifications, answer];
      raw.write(Buffer.concat(messages.map((message) => shortFrame(JSON.stringify(message)))));
    }
  });
}
