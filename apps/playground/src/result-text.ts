/** The text of a tool's result, in one line. */
export function textOf(result: { readonly content?: unknown }): string {
  const parts = Array.isArray(result.content) ? result.content : [];
  const texts = parts.map(
    (part: { type?: string; text?: string }) => part.text ?? `[${part.type}]`,
  );
  return texts.join(' ').replace(/\s+/g, ' ');
}
