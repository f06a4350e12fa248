// Runs one variant, in a process of its own.
import type { Variant, VariantContext, VariantSetup } from './define.js';
import { answerRequests } from './request.js';
import { takeSample } from './sample.js';

let variant: Variant | undefined;

answerRequests(async (request) => {
  if (request.ask === 'setup') {
    const module = (await import(request.module)) as { default: VariantSetup };
    variant = await module.default(request.context as VariantContext);
    return undefined;
  }
  if (!variant) throw new Error(`asked to ${request.ask} before setup`);
  const current = variant;
  if (request.ask === 'run') {
    return takeSample((ops) => current.run(ops), request.ops, request.withMemory);
  }
  if (request.ask === 'close') return current.close?.();
  throw new Error(`a variant cannot ${request.ask}`);
});
