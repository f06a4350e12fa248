export { createMcpClient, type PresetClient } from './create.js';
export type { CreateMcpClientOptions, McpEvent, PoolSizing, TransportSettings } from './options.js';
export { highThroughput, lowLatency } from './sizing.js';
