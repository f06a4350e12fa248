import { config } from 'zod';

// The SDK's schemas would try to compile code, which the page's Content-Security-Policy refuses.
// Imported first, because they try as soon as they are loaded.
config({ jitless: true });
