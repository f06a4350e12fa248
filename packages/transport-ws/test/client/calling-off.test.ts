import { Agent } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebSocketClientTransport } from '../../src/index.js';
import { wsPeer } from '../servers.js';
import { rejection, watched } from './watched.js';

describe('close()', () => {
  it('from within the event of the dial calls it off', async () => {
    const peer = await wsPeer();
    let closes = 0;
    const types: string[] = [];
    const transport = new WebSocketClientTransport(peer.url, {
      observer: ({ type }) => {
        types.push(type);
        if (type === 'ws.dial') void transport.close();
      },
    });
    transport.onclose = () => {
      closes += 1;
    };
    expect(await rejection(transport.start())).toMatchObject({ code: 'CLOSED' });
    await transport.close();
    expect(closes).toBe(1);
    expect(types).toEqual(['ws.dial', 'ws.refused']);
    expect(peer.upgrades.length).toBe(0);
  });
});

describe('an abort', () => {
  it('while an agent makes the socket is not missed', async () => {
    const peer = await wsPeer();
    const control = new AbortController();
    class Aborting extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>) {
        control.abort();
        return super.createConnection(...args);
      }
    }
    const { transport } = watched(peer.url, { signal: control.signal, agent: new Aborting() });
    expect(await rejection(transport.start())).toBe(control.signal.reason);
  });

  it('within the constructor of a WebSocket class is not missed', async () => {
    const peer = await wsPeer();
    const control = new AbortController();
    class Aborting extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        control.abort();
      }
    }
    const { transport } = watched(peer.url, { signal: control.signal, WebSocket: Aborting });
    expect(await rejection(transport.start())).toBe(control.signal.reason);
  });

  it('by the caller is no reason to dial again', async () => {
    const control = new AbortController();
    control.abort();
    const { transport } = watched('ws://127.0.0.1:1/mcp', { signal: control.signal });
    await rejection(transport.start());
    expect(await transport.closed).toMatchObject({ code: 1006, redial: false });
  });
});
