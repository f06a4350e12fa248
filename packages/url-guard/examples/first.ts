import { createUrlGuard, isUnsafeUrlError } from '../src/index.js';

const guard = createUrlGuard();

// 2130706433 is 127.0.0.1, for whoever connects to it.
for (const url of ['wss://1.1.1.1/mcp', 'http://2130706433/', 'http://169.254.169.254/']) {
  try {
    const { addresses } = await guard.check(url);
    console.log('dial', addresses.join());
  } catch (error) {
    if (isUnsafeUrlError(error)) console.log(error.message);
  }
}
