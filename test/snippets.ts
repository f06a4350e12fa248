import ts from 'typescript';

/** The TypeScript examples of a Markdown page. */
export const snippetsOf = (page: string): string[] =>
  [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/**
 * What the compiler says against these files, as a user of a bundler would hear it.
 *
 * @param root - of the package that they belong to
 * @param paths - where its own name leads
 */
export function problemsIn(
  files: readonly string[],
  root: string,
  paths: Readonly<Record<string, readonly string[]>> = {},
): unknown[] {
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      target: 'ES2022',
      module: 'ESNext',
      moduleResolution: 'Bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      lib: ['ES2022', 'DOM', 'ESNext.Disposable'],
      paths,
    },
    root,
  );
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files], options))
    .map(({ messageText, file }) => [
      file?.fileName,
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ]);
}
