import type { Observer } from './ports.js';

/** What every event has: its time, and the connection it belongs to. */
interface ConnectionEvent {
  /** `clock.now()`, in ms. */
  readonly at: number;
  /** One number per connection and process; pairs a dial with what comes of it. */
  readonly id: number;
}

interface ClientEvent extends ConnectionEvent {
  /** The URL without user, password, query and fragment. */
  readonly url: string;
}

/** What the client transport tells its observer. */
export type ClientTransportEvent =
  | (ClientEvent & { readonly type: 'ws.dial' })
  | (ClientEvent & {
      readonly type: 'ws.open';
      readonly durationMs: number;
      readonly protocol: string;
    })
  | (ClientEvent & {
      readonly type: 'ws.refused';
      readonly durationMs: number;
      /** The error's code, `ABORTED`, or `FAILED`; never a message, which may quote data. */
      readonly error: string;
      readonly status?: number;
    })
  | (ClientEvent & { readonly type: 'ws.message.sent'; readonly bytes: number })
  | (ClientEvent & { readonly type: 'ws.message.received'; readonly bytes: number })
  | (ClientEvent & { readonly type: 'ws.ping'; readonly rttMs: number })
  | (ClientEvent & {
      readonly type: 'ws.closed';
      readonly code: number;
      readonly redial: boolean;
      /** How long the connection was open. */
      readonly durationMs: number;
    })
  | (ClientEvent & { readonly type: 'ws.error'; readonly error: string });

/** Why an upgrade was refused. */
export type RejectReason =
  | 'path'
  | 'host'
  | 'origin'
  | 'handshake'
  | 'subprotocol'
  | 'connections'
  | 'connections-per-ip'
  | 'authenticate'
  | 'authenticate-failed'
  | 'authenticate-timeout'
  | 'draining';

/** What the server side tells its observer. */
export type ServerTransportEvent =
  | (ConnectionEvent & { readonly type: 'ws.accepted'; readonly connections: number })
  | {
      readonly type: 'ws.rejected';
      readonly at: number;
      readonly status: number;
      readonly reason: RejectReason;
    }
  | { readonly type: 'ws.draining'; readonly at: number; readonly connections: number }
  | (ConnectionEvent & { readonly type: 'ws.message.sent'; readonly bytes: number })
  | (ConnectionEvent & { readonly type: 'ws.message.received'; readonly bytes: number })
  | (ConnectionEvent & { readonly type: 'ws.ping'; readonly rttMs: number })
  | (ConnectionEvent & {
      readonly type: 'ws.closed';
      readonly code: number;
      readonly durationMs: number;
    })
  | (ConnectionEvent & { readonly type: 'ws.error'; readonly error: string });

export type ClientObserver = Observer<ClientTransportEvent>;
export type ServerObserver = Observer<ServerTransportEvent>;

let lastId = 0;

/** The next connection's id. */
export function nextConnectionId(): number {
  lastId += 1;
  return lastId;
}
