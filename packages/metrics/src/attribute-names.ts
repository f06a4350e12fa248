// The attributes of our own, and what is used of OpenTelemetry's more than once.

export const endpoint = 'mcp_ws.endpoint';
export const role = 'mcp_ws.role';
export const closeCode = 'mcp_ws.close.code';
export const reason = 'mcp_ws.reason';
export const state = 'mcp_ws.state';
export const decision = 'mcp_ws.decision';
export const method = 'mcp_ws.method';
export const era = 'mcp_ws.era';
export const direction = 'network.io.direction';
export const errorType = 'error.type';
