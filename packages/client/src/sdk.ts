export { type SdkSessionOptions, sdkSession } from './sdk/maker.js';
export { streamableHttp } from './sdk/streamable-http.js';
