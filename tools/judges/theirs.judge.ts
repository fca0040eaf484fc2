import { beforeAll, describe, expect, it } from 'vitest';
import { opensslVersion } from '@antin/testkit/openssl';
import { xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import type { ValidationReport } from '@antin/signature/validation/types';
import { dss, askDss, dssClassPath } from './dss.ts';
import type { DssAnswer } from './dss.ts';
import type { Asked } from './judge.ts';
import { broken, valueOf } from './making/broken.ts';
import type { ShapeName } from './making/make.ts';
import { shapes } from './making/make.ts';
import { pki } from './making/people.ts';
import { ask } from './own.ts';
import { askPyHanko, pyHanko, pyHankoPython } from './pyhanko.ts';
import { crls, NOW } from './theirs/desk.ts';
import type { Theirs } from './theirs/theirs.ts';
import { everythingOfTheirs } from './theirs/theirs.ts';
import { keepOrCompare } from './written.ts';

const evidence = { certificates: [], crls: crls(), ocsps: [] };
const trust = pki.anchors.map((one) => one.certificate.raw);
const everybody = ![dss.version, pyHanko.version, opensslVersion, xmlsecVersion].includes(undefined);

const nameOf = (one: Theirs): string => `${one.by}: ${one.form} ${one.who} ${one.level}`;
/** Plain CMS, XMLDSig and JWS have no baseline level. */
const levelOf = (one: Theirs): string | null => (/^(CMS|XMLDSig|JWS)/.test(one.form) ? null : one.level);
const isShape = (form: string): form is ShapeName => (shapes as readonly string[]).includes(form);

/**
 * EU DSS 6.4 writes r‖s as long as the longer of the two, where XMLDSIG §6.4.3 and RFC 7518 §3.4 want the length of the curve: for
 * P-521 one signature in four is two octets short. It reads such values; we, and everybody who keeps to the letter, do not.
 */
function shortValue(one: Theirs): boolean {
  if (one.by !== 'EU DSS' || one.who !== 'p521' || !isShape(one.form) || !/XAdES|JAdES/.test(one.form)) return false;
  return valueOf({ shape: one.form, bytes: one.bytes }).length !== 132;
}

/** pkijs writes attached content as an OCTET STRING in pieces: BER, which CMS allows there (RFC 5652 §5.2) and asn1crypto refuses. */
const inPieces = (one: Pick<Theirs, 'by' | 'form'>): boolean => one.by === 'pkijs' && one.form === 'CMS attached';

const judge = (one: Pick<Theirs, 'bytes' | 'detached'>): ValidationReport => ask(one, { at: NOW, evidence });

function askedOfDss(files: readonly Pick<Theirs, 'bytes' | 'detached'>[]): DssAnswer[] {
  const questions = files.map((one, i) => ({ ...one, name: `${i}` }));
  const answers = askDss(dssClassPath() as string, questions, { trust, at: NOW });
  return questions.map(({ name }) => answers.get(name) as DssAnswer);
}

describe('what others sign', () => {
  let theirs: readonly Theirs[];
  beforeAll(async () => {
    theirs = await everythingOfTheirs();
  });

  it('is made by everybody who is here', () => {
    const by = (name: string) => theirs.filter((one) => one.by === name).length;
    if (dss.version !== undefined) expect(by('EU DSS')).toBe(196);
    if (pyHanko.version !== undefined) expect(by('pyHanko')).toBe(45);
    if (opensslVersion !== undefined) expect(by('openssl')).toBe(12);
    if (xmlsecVersion !== undefined) expect(by('xmlsec1')).toBe(2);
    expect([by('pkijs'), by('jose')]).toEqual([6, 15]);
  });

  it('is valid for us at the level they were asked for', () => {
    const wrong = theirs.flatMap((one) => {
      const { verdict, decidedBy, signatures } = judge(one);
      const said = `${verdict} ${signatures[0]?.level} ${decidedBy ?? ''}`.trim();
      const wanted = shortValue(one) ? `invalid ${levelOf(one)} integrity.signature-value` : `valid ${levelOf(one)}`;
      return said === wanted && signatures.length === 1 ? [] : [`${nameOf(one)}: ${said}`];
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(dss.version === undefined)('is of the same level and as whole for EU DSS', () => {
    const answers = askedOfDss(theirs);
    const wrong = theirs.flatMap((one, i) => {
      const { signatures, failure } = answers[i] as DssAnswer;
      const [said] = signatures;
      if (said === undefined) return [`${nameOf(one)}: ${failure}`];
      const level = levelOf(one);
      const agrees = level === null ? said.level.endsWith('-NOT-ETSI') : said.level.endsWith(`-BASELINE-${level.slice(2)}`);
      const whole = said.intact && said.timeStamps.every((stamp) => stamp.intact);
      const passes = !['B-LT', 'B-LTA'].includes(one.level) || said.indication === 'TOTAL_PASSED';
      // Its policy, not the signature.
      const policy = said.errors.some((error) => error.includes('EdDSA with SHA512 is not authorised'));
      return agrees && whole && (passes || policy) ? [] : [`${nameOf(one)}: ${JSON.stringify(said)}`];
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(pyHanko.version === undefined)('is as whole for pyHanko, in PDF and CMS', () => {
    const files = theirs.filter((one) => /^(PAdES|CAdES|CMS)/.test(one.form));
    const questions = files.map(({ bytes, detached }) => {
      const [content] = Object.values(detached ?? {});
      return content === undefined ? { bytes } : { bytes, detached: content };
    });
    const answers = askPyHanko(pyHankoPython as string, questions, { trust, at: NOW });
    const wrong = files.flatMap((one, i) => {
      const { signatures, failure } = answers[i] as (typeof answers)[number];
      const [said] = signatures;
      if (inPieces(one)) return failure?.includes('should have been primitive') === true ? [] : [`${nameOf(one)}: read`];
      const whole = said?.intact === true && said.valid && said.trusted && said.timeStamp === (one.level === 'B-B' ? null : true);
      return whole && (said.archive ?? 'AdESPassed.OK') === 'AdESPassed.OK'
        ? []
        : [`${nameOf(one)}: ${failure ?? JSON.stringify(said)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('is refused by us and by EU DSS with one bit of its value changed', () => {
    const twins = theirs.flatMap((one) => {
      if (!isShape(one.form) || one.who !== 'p256') return [];
      const file = { ...one, name: `${nameOf(one)}.x`, shape: one.form, kind: 'P-256 SHA-256', signer: pki.certificate('p256') };
      return [{ one, twin: broken(file as unknown as Asked, 'signature value') }];
    });
    const passed = twins.filter(({ twin }) => judge(twin).verdict !== 'invalid').map(({ one }) => nameOf(one));
    expect(passed).toEqual([]);
    if (dss.version === undefined) return;
    expect(twins.length).toBeGreaterThan(50);
    const answers = askedOfDss(twins.map(({ twin }) => twin));
    const intact = twins.filter((_, i) => answers[i]?.signatures[0]?.intact === true).map(({ one }) => nameOf(one));
    expect(intact).toEqual([]);
  });

  it.skipIf(!everybody)('stands in docs/judges.md', async () => {
    const groups = Map.groupBy(theirs, (one) => `${one.by} | ${one.form}`);
    const rows = [...groups].map(([key, files]) => {
      const unique = (of: (one: Theirs) => string) => [...new Set(files.map(of))].join(', ');
      const says = levelOf(files[0] as Theirs) === null ? 'valid, no level' : 'valid, at its level';
      const short = files[0]?.by === 'EU DSS' && /XAdES|JAdES/.test(key) ? `${says} [1]` : says;
      const sorted = ['B-B', 'B-T', 'B-LT', 'B-LTA'].filter((level) => files.some((one) => one.level === level)).join(', ');
      const hanko = inPieces(files[0] as Theirs) ? 'not read [2]' : /\| (PAdES|CAdES|CMS)/.test(key) ? 'agrees' : '·';
      return `| ${key} | ${unique((one) => one.who)} | ${sorted} | ${short} | agrees | ${hanko} |`;
    });
    const text = `## What others sign

Signed at the time of the run with the same keys, certificates and lists, time-stamped by their own authorities. One bit of the value
changed, each is refused by us and by EU DSS.

| signed by | form | keys | asked for | Antin says | EU DSS | pyHanko |
|---|---|---|---|---|---|---|
${rows.join('\n')}

- [1] With P-521 about one in four is \`invalid\` (\`integrity.signature-value\`): EU DSS 6.4 writes r‖s as long as the longer of the two,
  where XMLDSIG §6.4.3 and RFC 7518 §3.4 want 66 octets each. EU DSS reads such values, we refuse them.
- [2] pkijs writes attached content as an OCTET STRING in pieces; CMS allows that, the reader of pyHanko does not.
- EU DSS agrees on level, value and time-stamps of Ed25519 too, and does not pass it: its policy does not authorise EdDSA.`;
    await keepOrCompare('theirs', text);
  });
});
