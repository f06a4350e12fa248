import { specTypeSchemas } from '@modelcontextprotocol/client';
import { expect } from 'vitest';
import type { Sent } from './scripted.js';

interface Schema {
  readonly '~standard': { validate(value: unknown): unknown };
}

const REQUESTS = new Map<string, Schema>([
  ['tools/call', specTypeSchemas.CallToolRequest],
  ['tools/list', specTypeSchemas.ListToolsRequest],
  ['resources/list', specTypeSchemas.ListResourcesRequest],
  ['resources/templates/list', specTypeSchemas.ListResourceTemplatesRequest],
  ['resources/read', specTypeSchemas.ReadResourceRequest],
  ['prompts/list', specTypeSchemas.ListPromptsRequest],
  ['prompts/get', specTypeSchemas.GetPromptRequest],
  ['completion/complete', specTypeSchemas.CompleteRequest],
  ['server/discover', specTypeSchemas.DiscoverRequest],
  ['subscriptions/listen', specTypeSchemas.SubscriptionsListenRequest],
]);

function expectValid(schema: Schema, value: unknown): void {
  const outcome = schema['~standard'].validate(value);
  expect(outcome, JSON.stringify(value)).not.toHaveProperty('issues');
}

/** Holds what a client sent to the SDK's schemas of the spec. */
export function expectValidFrames(sent: readonly Sent[]): void {
  for (const frame of sent) {
    const { id, method, params } = frame;
    if (id === undefined) {
      expectValid(specTypeSchemas.JSONRPCNotification, frame);
      if (method === 'notifications/cancelled') {
        expectValid(specTypeSchemas.CancelledNotification, { method, params });
      }
    } else {
      expectValid(specTypeSchemas.JSONRPCRequest, frame);
      const schema = REQUESTS.get(method);
      if (schema) expectValid(schema, { method, params });
    }
    const { _meta } = params;
    expect(_meta['io.modelcontextprotocol/protocolVersion']).toBeTypeOf('string');
    expectValid(
      specTypeSchemas.ClientCapabilities,
      _meta['io.modelcontextprotocol/clientCapabilities'],
    );
    expectValid(specTypeSchemas.Implementation, _meta['io.modelcontextprotocol/clientInfo']);
  }
}
