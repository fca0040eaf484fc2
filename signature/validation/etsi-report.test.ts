import { utf8 } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import { withXml } from '@antin/formats/xml/document';
import { HOUR, contextOf, letter, sign, walk } from '@antin/testkit/judging/documents';
import { seeds } from '@antin/testkit/fuzz/seeds';
import { DEFAULT_PKI } from '@antin/testkit/pki/description';
import type { EntityDescription } from '@antin/testkit/pki/description';
import { testPki } from '@antin/testkit/pki/test-pki';
import { describe, expect, it } from 'vitest';
import { etsiReport } from './etsi-report.ts';
import { VIETNAM_POLICY } from './policy.ts';
import { validate } from './validate.ts';

const pki = testPki();
const at = pki.now + 2 * HOUR;

function reportOf(file: Uint8Array, from = pki) {
  const outcome = validate(memorySource(file), contextOf(from, at));
  const xml = etsiReport(outcome, VIETNAM_POLICY, at) as string;
  return withXml(utf8(xml), (tree) => {
    const named = (name: string) => tree.elements.filter((one) => one.localName === name);
    return {
      texts: (name: string) => named(name).map((one) => one.text),
      ids: tree.elements.flatMap((one) => one.attribute('id') ?? []),
      references: tree.elements.flatMap((one) => one.attribute('VOReference') ?? []),
    };
  });
}

describe('the ETSI report', () => {
  it('says of each signature what was concluded, by which process, and every check as a constraint', async () => {
    const { leader, sealed } = await walk(pki);
    const good = reportOf(sealed);
    expect(good.texts('MainIndication').filter((one) => one.endsWith(':total-passed'))).toHaveLength(2);
    expect(good.texts('SignatureValidationProcessID')[0]).toBe('urn:etsi:019102:validationprocess:LTVM');
    expect(good.texts('ValidationConstraintIdentifier')).toContain('urn:antin:check:pdf.changed-after-signing');
    const bad = leader.slice();
    bad[60] = (bad[60] as number) ^ 1;
    expect(reportOf(bad).texts('SubIndication')).toEqual(['urn:etsi:019102:subindication:HASH_FAILURE']);
  });

  it('tells when and why a certificate was revoked', async () => {
    const report = reportOf(await sign(letter(), { pki, by: 'revoked' }));
    expect(report.texts('RevocationReason')).toEqual(['urn:etsi:019102:revocationReason:keyCompromise']);
    expect(report.texts('RevocationTime')).toEqual(['2026-02-01T00:00:00.000Z']);
  });

  it('every reference leads to an object, and every identifier is one XML allows, in every format', async () => {
    const honest = await seeds();
    for (const file of [honest.pdf.at(-1), honest.xml.at(-1), honest.json.at(-1), honest.zip[0], honest.der.cms[1]]) {
      const { ids, references } = reportOf(file as Uint8Array);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[A-Za-z_][\w.-]*$/);
      for (const one of references) expect(ids).toContain(one);
    }
  });

  it('a name with what XML cannot carry does not spoil it', async () => {
    const subject: [string, string][] = [
      ['C', 'VN'],
      ['CN', 'A<b>&\u0001'],
    ];
    const leader = { ...(DEFAULT_PKI.entities['leader'] as EntityDescription), subject };
    const odd = testPki({ ...DEFAULT_PKI, entities: { ...DEFAULT_PKI.entities, leader } });
    const report = reportOf(await sign(letter(), { pki: odd, by: 'leader' }), odd);
    expect(report.texts('Signer')[0]).toMatch(/^CN=A.*b.*&/);
  });

  it('there is none for a file without signatures', () => {
    const outcome = validate(memorySource(letter()), contextOf(pki, at));
    expect(etsiReport(outcome, VIETNAM_POLICY, at)).toBeUndefined();
  });
});
