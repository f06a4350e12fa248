import { Ajv2020 } from 'ajv/dist/2020.js';
import { createSession, type Transport } from '../src/index.js';

const ajv = new Ajv2020({ strict: false });

/** Refuses what a tool returns if its own output schema does not allow it. */
export async function openSession(transport: Transport) {
  const schemas = new Map<string, object>();
  const session = await createSession(transport, {
    clientInfo: { name: 'my-app', version: '1.0.0' },
    validateOutput(tool, structuredContent) {
      const schema = schemas.get(tool);
      if (schema === undefined || ajv.validate(schema, structuredContent)) return undefined;
      return `${tool}: ${ajv.errorsText()}`;
    },
  });
  const { tools } = await session.request('tools/list');
  for (const { name, outputSchema } of tools as { name: string; outputSchema?: object }[]) {
    if (outputSchema) schemas.set(name, outputSchema);
  }
  return session;
}
