import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuthInfo as AuthInfoV1 } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  AuthInfo as AuthInfoV2,
  Transport as TransportV2,
} from '@modelcontextprotocol/server';
import ts from 'typescript';
import { afterAll, beforeAll, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import type {
  AcceptedSocket,
  AuthInfo,
  ServerFactory,
  WebSocketServerTransport,
} from '../src/server.js';

it('the transport is one of both SDKs, without a cast', () => {
  expectTypeOf<WebSocketServerTransport>().toExtend<TransportV2>();
  expectTypeOf<WebSocketServerTransport>().toExtend<TransportV1>();
});

it('sockets of ws and both SDKs’ AuthInfo fit', () => {
  expectTypeOf<WebSocket>().toExtend<AcceptedSocket>();
  expectTypeOf<AuthInfo>().toExtend<AuthInfoV1>();
  expectTypeOf<AuthInfo>().toExtend<AuthInfoV2>();
  expectTypeOf<AuthInfoV1>().toExtend<AuthInfo>();
  expectTypeOf<AuthInfoV2>().toExtend<AuthInfo>();
});

it('a factory may make what SDK v2 has', () => {
  expectTypeOf<() => import('@modelcontextprotocol/server').McpServer>().toExtend<ServerFactory>();
  expectTypeOf<() => import('@modelcontextprotocol/server').Server>().toExtend<ServerFactory>();
});

const root = fileURLToPath(new URL('..', import.meta.url));

const settings: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: ['node'],
};

let declarations: string;

beforeAll(() => {
  declarations = mkdtempSync(path.join(tmpdir(), 'transport-ws-types-'));
  ts.createProgram([path.join(root, 'src/server.ts')], {
    ...settings,
    exactOptionalPropertyTypes: false,
    noCheck: true,
    typeRoots: [path.join(root, '../../node_modules/@types')],
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: path.join(root, 'src'),
    outDir: declarations,
  }).emit();
}, 60_000);

afterAll(() => rmSync(declarations, { recursive: true }));

/** The types of the server side as they are published, where only some packages can be found. */
function typesBeside(...packages: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'transport-ws-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(declarations, path.join(folder, 'transport-ws'), { recursive: true });
  for (const name of packages) {
    const [home] = [root, path.join(root, '../..')]
      .map((at) => path.join(at, 'node_modules', name))
      .filter((at) => existsSync(at));
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(String(home), link, 'dir');
  }
  return folder;
}

/** What the compiler finds wrong in a file of a user's. */
function faults(folder: string, source: string): string[] {
  const file = path.join(folder, 'main.ts');
  writeFileSync(file, source);
  const program = ts.createProgram([file], {
    ...settings,
    noEmit: true,
    typeRoots: [path.join(folder, 'node_modules/@types')],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const imports = `
  import { createServer } from 'node:http';
  import { WebSocketServer } from 'ws';
  import { attachWebSocket, WebSocketServerTransport } from './transport-ws/server.js';
`;

const use = `
  attachWebSocket(createServer(), {}, async (transport) => {
    await new McpServer({ name: 'x', version: '1.0.0' }).connect(transport);
  });
  new WebSocketServer({ port: 0 }).on('connection', (socket, request) => {
    void new McpServer({ name: 'x', version: '1.0.0' }).connect(
      new WebSocketServerTransport(socket, { request }),
    );
  });
`;

it('a project that has SDK v1 alone compiles, however strict it is', { timeout: 60_000 }, () => {
  const folder = typesBeside('@modelcontextprotocol/sdk', 'ws', '@types/ws', '@types/node');
  const sdk = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';`;
  expect(faults(folder, imports + sdk + use)).toEqual([]);
});

it('a project that has SDK v2 alone compiles, however strict it is', { timeout: 60_000 }, () => {
  const folder = typesBeside('@modelcontextprotocol/server', 'ws', '@types/ws', '@types/node');
  const sdk = `
    import { McpServer } from '@modelcontextprotocol/server';
    import { serveWebSocket } from './transport-ws/server.js';
    void serveWebSocket(() => new McpServer({ name: 'x', version: '1.0.0' }));
  `;
  expect(faults(folder, imports + sdk + use)).toEqual([]);
});
