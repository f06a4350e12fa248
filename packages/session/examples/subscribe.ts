import type { Session } from '../src/index.js';

/** Says when the tools of the server change, until the subscription ends. */
export async function watchTools(session: Session, changed: () => void): Promise<string> {
  const subscription = await session.listen(
    { toolsListChanged: true },
    { onNotification: changed },
  );
  return subscription.closed;
}
