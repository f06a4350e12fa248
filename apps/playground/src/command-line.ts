import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm start -- [options] [URL...]

Starts two embedded MCP servers over WebSocket, calls them through all packages,
and serves a page where the same client runs in the browser.

  URL           another MCP server to call, such as ws://localhost:8080/mcp
  --port N      where to serve the page (default 7310; the next free one if it is busy)
  --once        make the calls, print them, and end
  --help        show this
`;

/** A mistake of the user, told in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface CommandLine {
  readonly help: boolean;
  readonly once: boolean;
  readonly port: number;
  readonly urls: readonly string[];
}

/** @throws UsageError that names what is wrong */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parse(argv);
  return {
    help: values.help,
    once: values.once,
    port: readPort(values.port),
    urls: positionals.map(readUrl),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        once: { type: 'boolean', default: false },
        port: { type: 'string', default: '7310' },
      },
    });
  } catch (error) {
    // Node's message goes on to explain how to escape; the first sentence names the option.
    const [said] = (error as Error).message.split('. ');
    throw new UsageError(`${said}; npm start -- --help shows the options`);
  }
}

function readUrl(text: string): string {
  if (URL.canParse(text)) return text;
  throw new UsageError(`"${text}" is no URL; one looks like ws://localhost:8080/mcp`);
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 1 to 65535, got "${text}"`);
}
