// Plain JavaScript: `npm start` reads the command line with it before anything is built.
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
  /** @override */
  name = 'UsageError';
}

/**
 * @param {readonly string[]} argv
 * @throws {UsageError} that names what is wrong
 */
export function readCommandLine(argv) {
  const { values, positionals } = parse(argv);
  return {
    help: values.help,
    once: values.once,
    port: readPort(values.port),
    urls: positionals.map(readUrl),
  };
}

/** @param {readonly string[]} argv */
function parse(argv) {
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
    const [said] = /** @type {Error} */ (error).message.split('. ');
    throw new UsageError(`${said}; npm start -- --help shows the options`);
  }
}

/** @param {string} text */
function readUrl(text) {
  // `localhost:8080` is a URL too, of the scheme "localhost".
  if (/^[\w.-]+(:\d+)?(\/\S*)?$/.test(text)) {
    throw new UsageError(`"${text}" has no scheme; did you mean ws://${text}?`);
  }
  if (!URL.canParse(text)) {
    throw new UsageError(`"${text}" is no URL; one looks like ws://localhost:8080/mcp`);
  }
  const { protocol } = new URL(text);
  if (protocol === 'ws:' || protocol === 'wss:') return text;
  throw new UsageError(
    `"${text}" has the scheme ${protocol} and only ws: and wss: are called here`,
  );
}

/** @param {string} text */
function readPort(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port must be a number from 1 to 65535, got "${text}"`);
}
