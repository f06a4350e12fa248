import { type Meter, recordEvents } from '@x/metrics';

const log = (name: string) => (n: number, attributes?: object) => console.log(name, n, attributes);

const meter: Meter = {
  counter: (name) => ({ add: log(name) }),
  upDownCounter: (name) => ({ add: log(name) }),
  gauge: (name) => ({ record: log(name) }),
  histogram: (name) => ({ record: log(name) }),
};
recordEvents(meter)({ type: 'budget.spent' });
