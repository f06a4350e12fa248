import type { Transport as TransportV2 } from '@modelcontextprotocol/client';
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Transport as ServerTransportV2 } from '@modelcontextprotocol/server';
import { expectTypeOf, it } from 'vitest';
import type { WebSocket as WsWebSocket } from 'ws';
import {
  type ClientTransportEvent,
  type ConnectionClosed,
  WebSocketClientTransport,
  type WebSocketClientTransportOptions,
} from '../../src/index.js';

// The compiler is the test here; at run time there is nothing left to fail.

const transport = new WebSocketClientTransport('wss://mcp.example/mcp');

it('is a Transport of both SDKs, without a cast', () => {
  const v2: TransportV2 = transport;
  const server: ServerTransportV2 = transport;
  const v1: TransportV1 = transport;
  expectTypeOf([v1, v2, server]).toBeArray();
});

it('says how it ended', () => {
  expectTypeOf(transport.closed).resolves.toEqualTypeOf<ConnectionClosed>();
  expectTypeOf(transport.bufferedAmount).toEqualTypeOf<number>();
});

it('takes the WebSocket of a browser and the one of ws', () => {
  expectTypeOf<typeof globalThis.WebSocket>().toExtend<
    NonNullable<WebSocketClientTransportOptions['WebSocket']>
  >();
  expectTypeOf<typeof WsWebSocket>().toExtend<
    NonNullable<WebSocketClientTransportOptions['WebSocket']>
  >();
});

it('has events that a switch tells apart', () => {
  expectTypeOf<
    Extract<ClientTransportEvent, { type: 'ws.ping' }>['rttMs']
  >().toEqualTypeOf<number>();
  expectTypeOf<ClientTransportEvent['type']>().toEqualTypeOf<
    | 'ws.dial'
    | 'ws.open'
    | 'ws.refused'
    | 'ws.message.sent'
    | 'ws.message.received'
    | 'ws.ping'
    | 'ws.closed'
    | 'ws.error'
  >();
});
