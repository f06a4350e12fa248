import { createSession, isLegacyServerError, type Session, type Transport } from '../src/index.js';

/** Talks to servers of both eras; `speakLegacy` may be made of the official SDK's Client. */
export async function openAny(
  connect: () => Transport,
  speakLegacy: (transport: Transport) => Promise<Session>,
): Promise<Session> {
  const transport = connect();
  try {
    return await createSession(transport, { clientInfo: { name: 'my-app', version: '1.0.0' } });
  } catch (error) {
    if (!isLegacyServerError(error)) throw error;
    return speakLegacy(error.reusable ? transport : connect());
  }
}
