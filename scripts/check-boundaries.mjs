// The one rule of this house: no package's src/ imports a sibling, not even a type,
// except preset and cli. Packages meet at ports (see ARCHITECTURE.md).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const MAY_IMPORT_SIBLINGS = new Set(['preset', 'cli']);
const RUNTIME_FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies'];

/** Every breach of the rule below `root`, as lines for a person to read. */
export function findBreaches(root) {
  const packagesDir = join(root, 'packages');
  return readdirSync(packagesDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !MAY_IMPORT_SIBLINGS.has(entry.name))
    .flatMap((entry) => [
      ...sourceBreaches(root, join(packagesDir, entry.name)),
      ...manifestBreaches(root, join(packagesDir, entry.name)),
    ]);
}

function sourceBreaches(root, packageDir) {
  const src = join(packageDir, 'src');
  if (!existsSync(src)) return [];
  return readdirSync(src, { recursive: true })
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    .flatMap((file) => {
      const path = join(src, file);
      return importsOf(path)
        .filter((specifier) => leavesPackage(specifier, path, packageDir))
        .map((specifier) => `${relative(root, path)} imports "${specifier}"`);
    });
}

// The syntax tree, because scanners such as ts.preProcessFile lose their way in regular expressions.
function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const found = [...source.referencedFiles, ...source.typeReferenceDirectives].map(
    (reference) => reference.fileName,
  );
  const visit = (node) => {
    const specifier = specifierOf(node, source);
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Static and type-only imports, re-exports, `import("x").T`, augmentations, import() and require(). */
function specifierOf(node, source) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return node.argument.literal;
  if (ts.isModuleDeclaration(node)) return node.name;
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression.getText(source);
  return /^(import|require|require\.resolve)$/.test(callee) ? node.arguments[0] : undefined;
}

function leavesPackage(specifier, path, packageDir) {
  if (specifier.startsWith('@x/')) return true;
  if (!specifier.startsWith('.')) return false;
  return !resolve(dirname(path), specifier).startsWith(packageDir + sep);
}

function manifestBreaches(root, packageDir) {
  const path = join(packageDir, 'package.json');
  if (!existsSync(path)) return [];
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  return RUNTIME_FIELDS.flatMap((field) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => name.startsWith('@x/'))
      .map((name) => `${relative(root, path)} lists "${name}" in ${field}`),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const breaches = findBreaches(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
  for (const breach of breaches) console.error(`boundary: ${breach}`);
  if (breaches.length > 0) {
    console.error(
      'No package imports a sibling, except preset and cli. Declare the few members that you need ' +
        'as a port in src/ports.ts and let the sibling satisfy it (ARCHITECTURE.md, "The one rule").',
    );
    process.exitCode = 1;
  }
}
