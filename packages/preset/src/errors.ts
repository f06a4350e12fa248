/** The errors that calls reject with, of whichever package, and how to tell them. */
export {
  ConfigError,
  HandlerError,
  isConfigError,
  isHandlerError,
  isOutcomeUnknownError,
  isProtocolError,
  isSessionError,
  isTimeoutError,
  isToolError,
  isUnsupportedTransportError,
  OutcomeUnknownError,
  ProtocolError,
  SessionError,
  TimeoutError,
  ToolError,
  UnsupportedTransportError,
} from '@x/client';
export {
  isPoolClosedError,
  isPoolFullError,
  isPoolTimeoutError,
  PoolClosedError,
  PoolFullError,
  PoolTimeoutError,
} from '@x/pool';
export { CircuitOpenError, isCircuitOpenError } from '@x/retry';
export {
  ConnectionError,
  isConnectionError,
  isTransportError,
  TransportError,
} from '@x/transport-ws';
export { isUnsafeUrlError, UnsafeUrlError } from '@x/url-guard';
