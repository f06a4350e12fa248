export type { ConnectionClosed } from './client/closed.js';
export type {
  HeaderRecord,
  TlsOptions,
  WebSocketClientTransportOptions,
} from './client/options.js';
export { type CloseRule, defaultCloseCodes } from './close-codes.js';
export type { CompressionOptions } from './compression.js';
export {
  ConfigError,
  ConnectionError,
  type Delivery,
  isConfigError,
  isConnectionError,
  isTransportError,
  TransportError,
  type TransportErrorCode,
} from './errors.js';
export type { ClientObserver, ClientTransportEvent } from './events.js';
export type {
  Clock,
  JsonRpcCall,
  JsonRpcFailure,
  JsonRpcId,
  JsonRpcMessage,
  JsonRpcResult,
  Observer,
  UrlGuard,
} from './ports.js';
export type { StandardWebSocket, StandardWebSocketConstructor } from './standard/socket.js';
