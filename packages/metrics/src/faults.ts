/** Counters of what went wrong while measuring, by `metric`, wherever it is counted. */
export const DROPPED = {
  name: 'mcp_ws.metrics.dropped',
  description: 'Measurements refused as unfit.',
} as const;

export const OVERFLOWED = {
  name: 'mcp_ws.metrics.overflowed',
  description: 'Measurements that found no series of their own.',
} as const;
