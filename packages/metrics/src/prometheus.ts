export {
  CONTENT_TYPES,
  type ExpositionOptions,
  type Format,
  toPrometheus,
} from './exposition.js';
export {
  handler,
  type ScrapeOptions,
  type ScrapeRequest,
  type ScrapeResponse,
  scrape,
} from './handler.js';
