import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { checkOptions, withDefaults } from '../check.js';
import { checkCompression } from '../compression.js';
import { emit } from '../emit.js';
import { ConfigError } from '../errors.js';
import type { ServerTransportEvent } from '../events.js';
import { guarded } from '../guarded.js';
import { deflateOptions } from '../node/deflate.js';
import { report } from '../report.js';
import { Admission } from './admission.js';
import {
  type AttachSettings,
  type AttachWebSocketOptions,
  attachDefaults,
  attachRules,
  gateSettingsOf,
} from './attach-options.js';
import { AttachedPath } from './attached-paths.js';
import type { AuthInfo } from './auth.js';
import { authenticated } from './authenticate.js';
import { clientOf } from './client-address.js';
import { type GateSettings, gate, isForWebSocket } from './gate.js';
import { handBack } from './hand-back.js';
import { isLoopback } from './host-names.js';
import { type ConnectionSettings, connectionSettings } from './options.js';
import { Pending } from './pending.js';
import { Prepared } from './prepared.js';
import { type Refusal, refuse } from './refuse.js';
import { WebSocketServerTransport } from './transport.js';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What is needed of an http or https server; Node's fit, and what frameworks make of them. */
export interface UpgradeServer {
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  off(event: 'upgrade', listener: UpgradeListener): unknown;
  listenerCount(event: 'upgrade'): number;
  emit(event: string, socket: Duplex): unknown;
  address(): { address: string } | string | null;
}

/** Receives each accepted connection; it reads nothing before its `start()`. */
export type OnTransport = (
  transport: WebSocketServerTransport,
  context: { readonly request: IncomingMessage; readonly authInfo?: AuthInfo },
) => unknown;

export interface WebSocketAttachment {
  /** Connections that are open. */
  readonly connections: number;
  readonly draining: boolean;
  /** Refuses new connections (503), drains the open ones, and resolves when they have ended. */
  drain(): Promise<void>;
  /** Refuses new connections, ends the open ones at once (1001), and lets go of the http server. */
  close(): Promise<void>;
}

/**
 * Accepts MCP over WebSocket on an http or https server that you have.
 * @throws ConfigError
 */
export function attachWebSocket(
  httpServer: UpgradeServer,
  options: AttachWebSocketOptions,
  onTransport: OnTransport,
): WebSocketAttachment {
  checkOptions(options, attachRules);
  checkCompression(options?.compression);
  if (typeof httpServer?.on !== 'function') {
    throw new ConfigError('httpServer', 'httpServer must be an http.Server or https.Server');
  }
  if (typeof onTransport !== 'function') {
    throw new ConfigError('onTransport', 'onTransport must be a function that takes a transport');
  }
  return new Attachment(httpServer, withDefaults(attachDefaults, options ?? {}), onTransport);
}

/** How long `close()` waits for clients to answer the close frame. */
const CLOSE_MS = 2_000;

class Attachment implements WebSocketAttachment {
  readonly #httpServer: UpgradeServer;
  readonly #settings: AttachSettings;
  readonly #gateSettings: GateSettings;
  readonly #connectionSettings: ConnectionSettings;
  readonly #onTransport: OnTransport;
  readonly #wss: WebSocketServer;
  readonly #admission: Admission;
  readonly #path: AttachedPath;
  /** With the client that each has a place by. */
  readonly #open = new Map<WebSocketServerTransport, string>();
  readonly #pending: Pending;
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isForWebSocket(request)) {
      if (this.#path.speaksForAll) handBack(this.#httpServer, request, socket, head);
    } else if (this.#path.isOurs(request)) {
      this.#upgrade(request, socket, head).catch((error) => {
        report(this.#settings.onerror, error);
        socket.destroy();
      });
    } else if (this.#path.answersFor(request)) {
      this.#pending.hold(socket);
      this.#refuse(socket, { status: 404, reason: 'path' });
    }
  };
  readonly #onEnded = (transport: object): void => {
    const client = this.#open.get(transport as WebSocketServerTransport);
    this.#open.delete(transport as WebSocketServerTransport);
    if (client !== undefined) this.#admission.leave(client);
  };
  #drained: Promise<void> | undefined;

  constructor(httpServer: UpgradeServer, settings: AttachSettings, onTransport: OnTransport) {
    this.#httpServer = httpServer;
    this.#settings = settings;
    this.#gateSettings = gateSettingsOf(settings);
    this.#connectionSettings = connectionSettings(settings);
    this.#onTransport = onTransport;
    this.#admission = new Admission(settings.maxConnections, settings.maxConnectionsPerIp);
    this.#pending = new Pending((client) => this.#admission.leave(client));
    this.#wss = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: settings.maxMessageBytes,
      perMessageDeflate: deflateOptions(settings.compression),
      // Only names of our own list, because what a client offers may be a token.
      handleProtocols: (offered) =>
        settings.subprotocols.find((name) => offered.has(name)) ?? false,
    });
    // What the gate lets pass and is no decent handshake all the same.
    this.#wss.on('wsClientError', (_error, socket) =>
      this.#refuse(socket, { status: 400, reason: 'handshake' }),
    );
    this.#path = new AttachedPath(httpServer, settings.path);
    httpServer.on('upgrade', this.#onUpgrade);
  }

  get connections(): number {
    return this.#open.size;
  }

  get draining(): boolean {
    return this.#drained !== undefined;
  }

  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#drained ??= Promise.resolve();
    this.#httpServer.off('upgrade', this.#onUpgrade);
    this.#path.release();
    this.#pending.destroyAll();
    const open = [...this.#open.keys()];
    await Promise.all(open.map((transport) => transport.close(1001, CLOSE_MS)));
  }

  async #drain(): Promise<void> {
    const { observer, clock } = this.#settings;
    if (observer !== undefined) {
      emit(observer, { type: 'ws.draining', at: clock.now(), connections: this.#open.size });
    }
    await Promise.all([...this.#open.keys()].map((transport) => transport.drain()));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (socket.destroyed) return;
    this.#pending.hold(socket);
    const refusal =
      this.#drainingRefusal() ?? gate(request, this.#gateSettings, this.#loopbackBind());
    if (refusal !== undefined) {
      this.#refuse(socket, refusal);
      return;
    }
    const client = clientOf(request.socket.remoteAddress ?? '');
    const full = this.#admission.enter(client);
    if (full !== undefined) {
      this.#refuse(socket, full);
      return;
    }
    this.#pending.takePlace(socket, client);
    const verdict = await authenticated(request, socket, this.#settings);
    if (verdict === undefined || socket.destroyed) return;
    const late = verdict.refusal ?? this.#drainingRefusal();
    if (late !== undefined) {
      this.#refuse(socket, late);
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      this.#pending.release(socket);
      this.#accept(ws, request, client, verdict.authInfo);
    });
  }

  #accept(
    ws: ConstructorParameters<typeof WebSocketServerTransport>[0],
    request: IncomingMessage,
    client: string,
    authInfo: AuthInfo | undefined,
  ): void {
    const { observer, clock } = this.#settings;
    const prepared = new Prepared(this.#connectionSettings, request, authInfo, this.#onEnded);
    const transport = new WebSocketServerTransport(ws, prepared);
    this.#open.set(transport, client);
    if (observer !== undefined) {
      emit<ServerTransportEvent>(observer, {
        type: 'ws.accepted',
        at: clock.now(),
        id: transport.id,
        connections: this.#open.size,
      });
    }
    guarded(
      () => this.#onTransport(transport, { request, ...(authInfo && { authInfo }) }),
      (error) => {
        report(this.#settings.onerror, error);
        void transport.close(1011);
      },
    );
  }

  #drainingRefusal(): Refusal | undefined {
    return this.draining ? { status: 503, reason: 'draining' } : undefined;
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    const { observer, clock, retryAfterMs } = this.#settings;
    const { status, reason, headers = [] } = refusal;
    if (observer !== undefined)
      emit(observer, { type: 'ws.rejected', at: clock.now(), status, reason });
    const said = headers.some(([name]) => name.toLowerCase() === 'retry-after');
    const waits = (status === 429 || status === 503) && !said;
    const retryAfter = `${Math.ceil(retryAfterMs / 1000)}`;
    refuse(
      socket,
      waits ? { ...refusal, headers: [...headers, ['Retry-After', retryAfter]] } : refusal,
    );
  }

  #loopbackBind(): boolean {
    const address = this.#httpServer.address();
    return typeof address === 'object' && address !== null && isLoopback(address.address);
  }
}
