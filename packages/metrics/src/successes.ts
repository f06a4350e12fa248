import type { Write } from './bound.js';
import type { RequestNames } from './call-attributes.js';
import type { Endpoint } from './endpoint-label.js';

interface Known {
  readonly scheme: string | undefined;
  readonly names: RequestNames;
  readonly write: Write;
}

type ByName = Map<string | undefined, Known>;

const MAX_KNOWN = 1_000;

/**
 * The writers of requests that ended well: the same few come again and again, and their many
 * attributes need not be put together each time. Bounded; forgetting them is harmless.
 */
export class Successes {
  readonly #known = new Map<string | undefined, Map<string, ByName>>();
  #size = 0;

  /** The writer of such a request, made if there is none. */
  of(endpoint: Endpoint | undefined, names: RequestNames, make: () => Write): Write {
    const { method, tool, prompt, protocolVersion } = names;
    const known = this.#known
      .get(endpoint?.label)
      ?.get(method)
      ?.get(tool ?? prompt);
    if (
      known !== undefined &&
      known.scheme === endpoint?.scheme &&
      known.names.tool === tool &&
      known.names.prompt === prompt &&
      known.names.protocolVersion === protocolVersion
    ) {
      return known.write;
    }
    const write = make();
    this.#learn(endpoint?.label, { scheme: endpoint?.scheme, names, write });
    return write;
  }

  #learn(label: string | undefined, known: Known): void {
    if (this.#size >= MAX_KNOWN) {
      this.#known.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const { method, tool, prompt } = known.names;
    const methods = this.#known.get(label) ?? new Map<string, ByName>();
    const byName: ByName = methods.get(method) ?? new Map();
    this.#known.set(label, methods);
    methods.set(method, byName);
    byName.set(tool ?? prompt, known);
  }
}
