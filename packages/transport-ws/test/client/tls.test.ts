import { describe, expect, it } from 'vitest';
import { authority, clientCertificate, clientKey } from '../certificates.js';
import { tcpPeer, wsPeer } from '../servers.js';
import { connected, ping, rejection, watched } from './watched.js';

describe('TLS', () => {
  it('trusts the authorities that it is told', async () => {
    const peer = await wsPeer({ tls: true });
    for (const ca of [authority, Buffer.from(authority), [authority]]) {
      const { transport } = await connected(peer.url, { tls: { ca } });
      await transport.send(ping);
    }
    expect(await peer.messages.first(3)).toHaveLength(3);
  });

  it('refuses an unknown authority for good', async () => {
    const peer = await wsPeer({ tls: true });
    const { transport } = watched(peer.url);
    const error = await rejection(transport.start());
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'DIAL_FAILED',
      delivery: 'not-sent',
      retryable: false,
    });
    expect(await transport.closed).toMatchObject({ redial: false });
    expect(peer.upgrades.length).toBe(0);
  });

  it('accepts any certificate only where it is told to', async () => {
    const peer = await wsPeer({ tls: true });
    await connected(peer.url, { tls: { rejectUnauthorized: false } });
    expect(peer.sockets.length).toBe(1);
  });

  it('verifies another name than the URL has, where it is told one', async () => {
    const peer = await wsPeer({ tls: true });
    const url = `wss://127.0.0.1:${peer.port}/mcp`;
    await connected(url, { tls: { ca: authority, servername: 'mcp.test' } });
    const { transport } = watched(url, { tls: { ca: authority, servername: 'other.test' } });
    expect(await rejection(transport.start())).toMatchObject({
      retryable: false,
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it('shows a certificate of its own to a server that asks for one', async () => {
    const peer = await wsPeer({
      tls: { requestCert: true, rejectUnauthorized: true, ca: authority },
    });
    await connected(peer.url, {
      tls: { ca: authority, cert: clientCertificate, key: clientKey },
    });
    const without = watched(peer.url, { tls: { ca: authority } });
    expect(await rejection(without.transport.start())).toMatchObject({ code: 'DIAL_FAILED' });
    expect(peer.sockets.length).toBe(1);
  });

  it('refuses a key that is none, without quoting it', async () => {
    const { transport } = watched('wss://127.0.0.1:1/mcp', {
      tls: { cert: 'no certificate', key: 's3cret' },
    });
    const error = await rejection(transport.start());
    expect(error).toMatchObject({ code: 'DIAL_FAILED', retryable: false });
    expect(String(error)).not.toContain('s3cret');
  });

  it('fails against a peer that speaks none', async () => {
    const peer = await tcpPeer((socket) => socket.end('hello\r\n'));
    const { transport } = watched(`wss://127.0.0.1:${peer.port}/mcp`);
    expect(await rejection(transport.start())).toMatchObject({ code: 'DIAL_FAILED' });
  });
});
