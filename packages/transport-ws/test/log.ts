/** A list that can be waited for. */
export class Log<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  readonly push = (item: T): void => {
    this.items.push(item);
    for (const look of [...this.#waiting]) look();
  };

  get length(): number {
    return this.items.length;
  }

  /** Resolves with the first `count` items as soon as there are so many. */
  async first(count: number): Promise<T[]> {
    await this.#until(() => this.items.length >= count || undefined);
    return this.items.slice(0, count);
  }

  /** Resolves with the first item that fits. */
  find(fits: (item: T) => boolean): Promise<T> {
    return this.#until(() => this.items.find(fits));
  }

  #until<R>(look: () => R | undefined): Promise<R> {
    return new Promise((resolve) => {
      const attempt = (): void => {
        const found = look();
        if (found === undefined) return;
        this.#waiting.delete(attempt);
        resolve(found);
      };
      this.#waiting.add(attempt);
      attempt();
    });
  }
}
