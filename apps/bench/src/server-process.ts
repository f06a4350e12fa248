// Runs the server of a bench, in a process of its own.
import type { BenchServer, ServerStart } from './define.js';
import { answerRequests } from './request.js';

let server: BenchServer | undefined;

answerRequests(async (request) => {
  if (request.ask === 'start') {
    const module = (await import(request.module)) as { default: ServerStart };
    server = await module.default();
    return server.url;
  }
  if (request.ask === 'cpu') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
  if (request.ask === 'close') return server?.close();
  throw new Error(`a server cannot ${request.ask}`);
});
