import { InMemoryTransport, type Transport as SdkTransport } from '@modelcontextprotocol/client';
import { WebSocketClientTransport } from '@x/transport-ws';
import { expectTypeOf, it } from 'vitest';
import { createSession, leanSession, type SessionMaker, type Transport } from '../src/index.js';

it('takes the transports that there are', () => {
  expectTypeOf<SdkTransport>().toExtend<Transport>();
  expectTypeOf(new WebSocketClientTransport('ws://127.0.0.1:1/mcp')).toExtend<Transport>();
  expectTypeOf(InMemoryTransport.createLinkedPair()[0]).toExtend<Transport>();
  expectTypeOf(createSession).parameter(0).toEqualTypeOf<Transport>();
});

it('makes sessions where they are asked for', () => {
  expectTypeOf(leanSession).returns.toEqualTypeOf<SessionMaker>();
});
