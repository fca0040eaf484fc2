import type { CertificateFacts } from './facts.ts';
import type { CrlFacts } from './crl-facts.ts';
import { DIFFERENCES, PKILINT_CODES } from './pkilint-codes.ts';
import { LINT_KINDS, LINT_OWN, LINT_PROFILES } from './profiles.ts';
import type { Rule } from './rule.ts';
import { CRL_RULES } from './rules/crl.ts';

/** One row a rule, with the codes of pkilint that say the same. */
function rows(rules: readonly (Rule<CertificateFacts> | Rule<CrlFacts>)[]): string[] {
  const seen = new Set<string>();
  return rules.flatMap(({ id, severity, clause }) => {
    if (seen.size === seen.add(id).size) return [];
    const codes = Object.entries(PKILINT_CODES).flatMap(([code, ids]) => (ids.includes(id) ? [`\`${code}\``] : []));
    return [`| \`${id}\` | ${severity} | ${clause} | ${codes.join(' ')} |`];
  });
}

const head = ['| rule | severity | clause | pkilint |', '|---|---|---|---|'];

/**
 * The text of `docs/lint.md`.
 *
 * @param foreign codes of the corpus that nobody here maps
 */
export function lintDocument(foreign: readonly string[]): string {
  const certificate = [...Object.values(LINT_KINDS), LINT_OWN].flatMap(({ rules }) => rules.flat());
  const differences = DIFFERENCES.map(({ code, file, ours, why }) => `| \`${code}\` | \`${file}\` | ${ours} | ${why} |`);
  return [
    '# What the linter asks',
    '',
    'Written by `ANTIN_WRITE_GOLDEN=1 npx vitest run pki/lint`; the test holds this file to the tables in `pki/lint`.',
    '',
    `${Object.keys(PKILINT_CODES).length} codes of digicert/pkilint 0.13.3 are mapped. Over its 435 certificates and 3 lists each of them`,
    `is found on the same files, no more and no fewer, with ${DIFFERENCES.length === 0 ? 'no exception' : 'these exceptions'}.`,
    ...(differences.length === 0 ? [] : ['', '| code | file | here | why |', '|---|---|---|---|', ...differences]),
    '',
    '## Profiles',
    '',
    ...Object.entries(LINT_PROFILES).map(([name, { rules }]) => `- \`${name}\`: ${rules.flat().length} rules`),
    `- lists: ${CRL_RULES.length} rules`,
    '',
    '## Certificates',
    '',
    ...head,
    ...rows(certificate),
    '',
    '## Revocation lists',
    '',
    ...head,
    ...rows(CRL_RULES),
    '',
    '## Out of scope',
    '',
    'Rules of the CA/Browser Forum, of software vendors and of the LEI scheme: they say nothing about what this platform issues.',
    '',
    ...foreign.map((code) => `- \`${code}\``),
    '',
  ].join('\n');
}
