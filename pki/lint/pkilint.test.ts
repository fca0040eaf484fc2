import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '@antin/adapters/crypto/node';
import { corpus } from '@antin/testkit/corpora';
import { decodePem } from '../pem.ts';
import { lintCertificate, lintCrl } from './lint.ts';
import { lintDocument } from './lint-document.ts';
import { DIFFERENCES, FOLDER_KINDS, PKILINT_CODES } from './pkilint-codes.ts';
import { LINT_KINDS, LINT_PKIX } from './profiles.ts';

const folder = corpus('pkilint');

interface Case {
  readonly file: string;
  readonly codes: ReadonlySet<string>;
  readonly rules: ReadonlySet<string>;
}

/** The codes of a file: fourth column of the rows under its PEM block; only the last column may hold commas and line breaks. */
function codesOf(text: string): Set<string> {
  const rows = text.slice(text.indexOf('-----END')).split('\n').slice(1).join('\n');
  const codes = [...rows.matchAll(/^[^,\n]*,[^,\n]*,(?:INFO|NOTICE|WARNING|ERROR|FATAL),([a-z0-9_.-]+)/gm)];
  return new Set(codes.map((match) => match[1] as string));
}

function read(root: string): Case[] {
  return globSync('**/*.{crttest,crltest}', { cwd: root })
    .sort()
    .map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const der = decodePem(text)[0]?.bytes as Uint8Array;
      const kind = FOLDER_KINDS.find(([folder]) => folder.test(file))?.[1];
      const profile = kind === undefined ? LINT_PKIX : LINT_KINDS[kind];
      const findings = file.endsWith('.crltest') ? lintCrl(der, nodeCrypto) : lintCertificate(der, profile, nodeCrypto);
      const rules = new Set(findings.map(({ rule }) => rule));
      return { file: file.replace(/^integration_|\.c[rt]+test$/g, ''), codes: codesOf(text), rules };
    });
}

/** Codes nobody has to map: rules of the CA/Browser Forum, of software vendors and of the LEI scheme, and pkilint's own accidents. */
const FOREIGN = /^(cabf|msft|iso|googl|adbe|base)\./;
const DOCUMENT = join(import.meta.dirname, '../../docs/lint.md');

describe.skipIf(folder === undefined)('the pkilint corpus', () => {
  const cases = folder === undefined ? [] : read(folder);
  const all = new Set(cases.flatMap(({ codes }) => [...codes]));

  test('has what we think it has', () => {
    expect(cases.length).toBe(438);
    expect(all.size).toBe(363);
  });

  test.each(Object.entries(PKILINT_CODES))('%s is found on the same files', (code, rules) => {
    expect(all).toContain(code);
    const theirs = cases.filter(({ codes }) => codes.has(code)).map(({ file }) => file);
    const ours = cases.filter((one) => rules.some((rule) => one.rules.has(rule))).map(({ file }) => file);
    const wrong = [
      ...ours.filter((file) => !theirs.includes(file)).map((file) => ({ code, file, ours: 'found' })),
      ...theirs.filter((file) => !ours.includes(file)).map((file) => ({ code, file, ours: 'not found' })),
    ];
    expect(wrong).toEqual(
      DIFFERENCES.filter((one) => one.code === code).map(({ file, ours: found }) => ({ code, file, ours: found })),
    );
  });

  test('every code of PKIX, ETSI and the lists is mapped', () => {
    expect([...all].filter((code) => !FOREIGN.test(code) && !Object.hasOwn(PKILINT_CODES, code))).toEqual([]);
  });

  test('docs/lint.md says what the tables say', () => {
    const text = lintDocument([...all].filter((code) => FOREIGN.test(code)).sort());
    if (process.env['ANTIN_WRITE_GOLDEN'] === '1') writeFileSync(DOCUMENT, text);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text);
  });
});
