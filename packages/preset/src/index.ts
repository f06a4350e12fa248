export type {
  CallOptions,
  CallToolResult,
  Endpoint,
  EndpointObject,
  HeaderSource,
  Listening,
  ListeningOptions,
} from '@x/client';
export { createMcpClient, type PresetClient } from './create.js';
export * from './errors.js';
export type {
  CreateMcpClientOptions,
  McpEvent,
  PoolSizing,
  ProtocolSettings,
  SecurityRules,
  TransportSettings,
} from './options.js';
export { highThroughput, lowLatency } from './sizing.js';
