import { createMetrics } from '@x/metrics';

const metrics = createMetrics();
const orders = metrics.counter('shop.orders', { description: 'Orders taken.', unit: '{order}' });
const basket = metrics.histogram('shop.basket', { unit: 'EUR', buckets: [10, 50, 100] });

orders.add(1, { country: 'NL', paid: true });
basket.record(42.5);

console.log(JSON.stringify(metrics.snapshot(), null, 2));
