import type { Write } from './bound.js';
import type { RequestNames } from './call-attributes.js';
import type { Endpoint } from './endpoint-label.js';

interface Known {
  readonly scheme: string | undefined;
  readonly names: RequestNames;
  readonly write: Write;
}

const MAX_KNOWN = 1_000;

/**
 * The writers of requests that ended well: the same few come again and again, and their many
 * attributes need not be put together each time. Bounded; forgetting them is harmless.
 */
export class Successes {
  /** By the endpoint's label and the most telling name, of which only the last one is kept. */
  readonly #known = new Map<string | undefined, Map<string, Known>>();
  #size = 0;

  /** The writer of such a request, made if there is none. */
  of(endpoint: Endpoint | undefined, names: RequestNames, make: () => Write): Write {
    const { method, tool, prompt, protocolVersion } = names;
    const name = tool ?? prompt ?? method;
    const known = this.#known.get(endpoint?.label)?.get(name);
    if (
      known !== undefined &&
      known.scheme === endpoint?.scheme &&
      known.names.method === method &&
      known.names.tool === tool &&
      known.names.prompt === prompt &&
      known.names.protocolVersion === protocolVersion
    ) {
      return known.write;
    }
    if (this.#size >= MAX_KNOWN) {
      this.#known.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const byName = this.#known.get(endpoint?.label) ?? new Map<string, Known>();
    const write = make();
    this.#known.set(endpoint?.label, byName.set(name, { scheme: endpoint?.scheme, names, write }));
    return write;
  }
}
