import { untilAborted } from './clock.js';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly control: AbortController;
  riders: number;
}

/** Work that several may want the result of while it runs: the first starts it, the others join. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /**
   * Joins the work of this name, or starts it. Who leaves by `signal` takes nothing from the others;
   * the work is called off when the last one leaves.
   *
   * @param start - is told by `isCurrent` whether nobody has made it {@link Flights.forget} meanwhile
   */
  async join(
    name: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal, isCurrent: () => boolean) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(name) ?? this.#begin(name, start);
    flight.riders++;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.riders--;
      if (flight.riders === 0 && signal?.aborted) {
        this.#end(name, flight);
        flight.control.abort(signal.reason);
      }
    }
  }

  /** Who comes from now on starts anew. */
  forget(concerns: (name: string) => boolean = () => true): void {
    for (const name of this.#flights.keys()) if (concerns(name)) this.#flights.delete(name);
  }

  #begin(
    name: string,
    start: (signal: AbortSignal, isCurrent: () => boolean) => Promise<T>,
  ): Flight<T> {
    const control = new AbortController();
    const isCurrent = () => this.#flights.get(name) === flight;
    const flight = { result: start(control.signal, isCurrent), control, riders: 0 };
    this.#flights.set(name, flight);
    const end = () => this.#end(name, flight);
    flight.result.then(end, end);
    return flight;
  }

  #end(name: string, flight: Flight<T>): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
  }
}
