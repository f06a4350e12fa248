import type { IncomingMessage } from 'node:http';
import type { AuthInfo } from './auth.js';
import type { ConnectionSettings } from './options.js';

/**
 * What an attachment makes its transports with, in the place of options: checked once, and shared
 * by all of its connections, because idle ones are many.
 */
export class Prepared {
  readonly settings: ConnectionSettings;
  readonly request: IncomingMessage | undefined;
  readonly authInfo: AuthInfo | undefined;
  /** Called before anybody else learns that the connection has ended. */
  readonly onEnded: ((transport: object) => void) | undefined;

  constructor(
    settings: ConnectionSettings,
    request: IncomingMessage | undefined,
    authInfo: AuthInfo | undefined,
    onEnded?: (transport: object) => void,
  ) {
    this.settings = settings;
    this.request = request;
    this.authInfo = authInfo;
    this.onEnded = onEnded;
  }
}
