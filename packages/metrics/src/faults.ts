/** The counter of measurements that were refused, by `metric`, wherever they are counted. */
export const DROPPED = {
  name: 'mcp_ws.metrics.dropped',
  description: 'Measurements that were refused as unfit.',
} as const;
