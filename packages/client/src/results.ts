import type { JsonObject } from './ports.js';

/** What a tool does to the world, by its own account. A hint, not a promise. */
export interface ToolAnnotations {
  readonly title?: string;
  /** It changes nothing. */
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  /** Calling it twice with the same arguments does no more than calling it once. */
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  readonly [key: string]: unknown;
}

/** Text, an image, audio, a link or an embedded resource: `type` says which. */
export interface ContentBlock {
  readonly type: string;
  readonly text?: string;
  readonly [key: string]: unknown;
}

export interface CallToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: unknown;
  /** The tool ran and failed. */
  readonly isError?: boolean;
  readonly [key: string]: unknown;
}

export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly [key: string]: unknown;
}

export interface ResourceTemplate {
  readonly uriTemplate: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly [key: string]: unknown;
}

/** `text`, or `blob` in base64. */
export interface ResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  readonly blob?: string;
  readonly [key: string]: unknown;
}

export interface Prompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly {
    readonly name: string;
    readonly description?: string;
    readonly required?: boolean;
    readonly [key: string]: unknown;
  }[];
  readonly [key: string]: unknown;
}

export interface PromptMessage {
  readonly role: string;
  readonly content: ContentBlock;
  readonly [key: string]: unknown;
}

/** The whole list: all pages in one. */
export interface ListToolsResult {
  readonly tools: readonly Tool[];
}

/** The whole list: all pages in one. */
export interface ListResourcesResult {
  readonly resources: readonly Resource[];
}

/** The whole list: all pages in one. */
export interface ListResourceTemplatesResult {
  readonly resourceTemplates: readonly ResourceTemplate[];
}

/** The whole list: all pages in one. */
export interface ListPromptsResult {
  readonly prompts: readonly Prompt[];
}

export interface ReadResourceResult {
  readonly contents: readonly ResourceContents[];
  readonly [key: string]: unknown;
}

export interface GetPromptResult {
  readonly description?: string;
  readonly messages: readonly PromptMessage[];
  readonly [key: string]: unknown;
}

/** What is to be completed. */
export interface CompleteParams {
  readonly ref:
    | { readonly type: 'ref/prompt'; readonly name: string }
    | { readonly type: 'ref/resource'; readonly uri: string };
  readonly argument: { readonly name: string; readonly value: string };
  /** Arguments that are known already. */
  readonly context?: { readonly arguments?: Readonly<Record<string, string>> };
}

export interface CompleteResult {
  readonly completion: {
    readonly values: readonly string[];
    readonly total?: number;
    readonly hasMore?: boolean;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}
