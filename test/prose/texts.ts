import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import ts from 'typescript-api';

/** A piece of text that a person reads. */
export interface Text {
  readonly kind: 'markdown' | 'comment' | 'string';
  /** The line in the file, starting at 1. */
  readonly line: number;
  /** The text without code. Removed code is replaced by spaces, so that offsets and lines are kept. */
  readonly text: string;
}

/** Return the texts of a file. */
export function textsOf(path: string): readonly Text[] {
  const source = readFileSync(path, 'utf8');
  if (extname(path) === '.md') return [{ kind: 'markdown', line: 1, text: proseOf(source) }];
  return textsOfScript(path, source);
}

/** Replace code, link targets and HTML tags of Markdown by spaces. */
function proseOf(markdown: string): string {
  return [
    /^(?<fence>`{3,}|~{3,}).*?^\k<fence>/gms,
    /^---\n.*?^---$/ms,
    /<!--.*?-->/gs,
    /(?<ticks>`+)(?!`).+?(?<!`)\k<ticks>(?!`)/gs,
    /\]\([^)]*\)/g,
    /<[^>\n]+>/g,
    /https?:\/\/\S+/g,
  ].reduce((text, pattern) => text.replace(pattern, blank), markdown);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function textsOfScript(path: string, source: string): readonly Text[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const literals: { readonly from: number; readonly to: number; readonly isText: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node);
    if (isText || ts.isRegularExpressionLiteral(node)) {
      literals.push({ from: node.getStart(file), to: node.getEnd(), isText: isText && !isName(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  literals.sort((a, b) => a.from - b.from);

  const lineOf = (offset: number) => file.getLineAndCharacterOfPosition(offset).line + 1;
  const texts: Text[] = literals
    .filter(({ isText }) => isText)
    .map(({ from, to }) => ({ kind: 'string', line: lineOf(from), text: source.slice(from, to) }));
  const code = literals.reduceRight(
    (rest, { from, to }) => rest.slice(0, from) + blank(rest.slice(from, to)) + rest.slice(to),
    source,
  );
  for (const match of code.matchAll(/\/\*.*?\*\/|\/\/[^\n]*/gs)) {
    const comment = source.slice(match.index, match.index + match[0].length);
    texts.push({ kind: 'comment', line: lineOf(match.index), text: proseOf(withoutExample(comment)) });
  }
  return texts;
}

/** Whether a literal is read by programs only: the name of a module, of a property or of a type. */
function isName({ parent }: ts.Node): boolean {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isElementAccessExpression(parent)
  );
}

/** Replace the code of `@example` by spaces. */
function withoutExample(comment: string): string {
  return comment.replace(/@example.*?(?=\n\s*\* @|\*\/)/gs, blank);
}
