import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Pending } from '../src/pending.js';

it('holds what a table would hold, whatever comes and goes', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat(500)), { maxLength: 500 });
  fc.assert(
    fc.property(steps, (actions) => {
      const pending = new Pending<{ id: number }>();
      const model = new Map<number, { id: number }>();
      for (const action of actions) {
        if (action === 'add') {
          const entry = { id: 0 };
          pending.add(entry);
          expect(model.has(entry.id)).toBe(false);
          model.set(entry.id, entry);
        } else {
          const gone = model.get(action) ?? { id: action };
          pending.remove(gone);
          model.delete(action);
        }
      }
      expect(pending.all()).toEqual([...model.values()]);
      expect(pending.size).toBe(model.size);
      for (let id = 0; id <= pending.lastId; id++) expect(pending.get(id)).toBe(model.get(id));
      for (const id of ['1', 1.5, -1, null, undefined, {}]) expect(pending.get(id)).toBe(undefined);
    }),
  );
});

it('keeps what stays for long where it is, and stays small', () => {
  const pending = new Pending<{ id: number }>();
  const first = { id: 0 };
  pending.add(first);
  for (let calls = 0; calls < 10_000; calls++) {
    const entry = { id: 0 };
    pending.add(entry);
    pending.remove(entry);
  }
  expect([first.id, pending.get(1), pending.size]).toEqual([1, first, 1]);
});
