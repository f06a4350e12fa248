export { type SdkSessionOptions, sdkSession } from './sdk/session.js';
export { streamableHttp } from './sdk/streamable-http.js';
