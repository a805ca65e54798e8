// node send.js segment|rudder URL WRITE_KEY [orders]
// One visitor looks at a page and a product, signs in, and orders; more orders on request. Prints "delivered N" or the first failure.
import { createRequire } from 'node:module';

const [client, host, writeKey, orders = '1'] = process.argv.slice(2);
const visitor = { anonymousId: 'visitor-1' };
const customer = { userId: 'C-1', anonymousId: 'visitor-1' };
const calls = [
  ['page', { ...visitor, name: 'Home', properties: { path: '/', url: 'https://shop.test/' } }],
  ['track', { ...visitor, event: 'Product Viewed', properties: { sku: 'TEA-1', name: 'Green tea', category: 'Tea', price: 12.9 } }],
  ['identify', { ...customer, traits: { email: 'Ann@Shop.test', name: 'Ann Example', address: { city: 'Vienna', country: 'AT' }, birthday: '1990-04-01', shoeSize: 38, consent: { email: true, sms: false } } }],
  ['screen', { ...customer, name: 'Basket' }],
  ['group', { ...customer, groupId: 'club', traits: { name: 'Tea club' } }],
  ['track', { ...customer, event: 'Wrote Review', properties: { stars: 5 } }],
  ...Array.from({ length: Number(orders) }, (_, n) => ['track', {
    ...customer, event: 'Order Completed',
    properties: { order_id: `O-${n}`, total: 30.8, currency: 'EUR', products: [{ product_id: 'TEA-1', price: 12.9, quantity: 2 }, { product_id: 'CUP-1', name: 'Cup', price: 5 }] },
  }]),
];
const failures = [];

if (client === 'segment') {
  const { Analytics } = await import('@segment/analytics-node');
  const analytics = new Analytics({ writeKey, host, flushAt: 10, maxRetries: 2 });
  analytics.on('error', (error) => failures.push(String(error.reason?.message ?? error.reason ?? error.code)));
  calls.forEach(([name, call]) => analytics[name](call));
  analytics.alias({ userId: 'C-1', previousId: 'old-phone' });
  await analytics.closeAndFlush();
} else {
  const loaded = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');
  const Rudder = loaded.default ?? loaded;
  const analytics = new Rudder(writeKey, { dataPlaneUrl: host, flushAt: 10, flushInterval: 50, logLevel: 'error', errorHandler: (error) => failures.push(error.message) });
  const sent = [...calls, ['alias', { userId: 'C-1', previousId: 'old-phone' }]].map(([name, call]) => new Promise((resolve) => analytics[name](call, (error) => { if (error) failures.push(error.message); resolve(); })));
  await Promise.all(sent);
}

console.log(failures.length ? `failed: ${failures[0]}` : `delivered ${calls.length + 1}`);
process.exit(0);
