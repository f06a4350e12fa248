import net, { type Socket } from 'node:net';
import { tcpPeer } from './servers.js';

/** A slow link, by hand: a TCP proxy that can be held, and then lets through what it is told. */
export interface Valve {
  readonly url: string;
  /** From here on nothing passes by itself, in that one direction. */
  hold(): void;
  /** Lets so many bytes through, and resolves when they are. */
  pass(bytes: number): Promise<void>;
  /** From here on everything passes by itself again. */
  release(): void;
}

/** @param way in which it can be held; the other way stays free */
export async function valve(target: number, way: 'up' | 'down'): Promise<Valve> {
  let from: Socket | undefined;
  let to: Socket | undefined;
  let allowed = Number.POSITIVE_INFINITY;
  const move = (): void => {
    while (from !== undefined && allowed > 0 && from.readableLength > 0) {
      const chunk: Buffer = from.read(Math.min(allowed, from.readableLength));
      allowed -= chunk.length;
      to?.write(chunk);
    }
  };
  const peer = await tcpPeer((near) => {
    const far = net.connect(target, '127.0.0.1');
    far.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    [from, to] = way === 'up' ? [near, far] : [far, near];
    to.pipe(from, { end: false });
    from.on('readable', move);
  });
  return {
    url: peer.url,
    hold() {
      allowed = 0;
    },
    async pass(bytes) {
      allowed += bytes;
      while (allowed > 0 && from?.readable) {
        move();
        from.read(0);
        await new Promise(setImmediate);
      }
    },
    release() {
      allowed = Number.POSITIVE_INFINITY;
      move();
      from?.read(0);
    },
  };
}
