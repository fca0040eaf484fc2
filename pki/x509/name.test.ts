import { describe, expect, it } from 'vitest';
import { decodeDer } from '@antin/formats/der/reader';
import { oid, printableString, sequence, setOf, tlv, utf8String } from '@antin/formats/der/writer';
import { OID } from '../oids.ts';
import { attribute, buildName, commonName, nameKey, nameText, parseName, sameName } from './name.ts';

const read = (der: Uint8Array) => parseName(decodeDer(der));
const one = (type: string, value: Uint8Array) => sequence(oid(type), value);
const cn = (value: Uint8Array) => read(sequence(setOf(one(OID.commonName, value))));

describe('names', () => {
  it('are built outermost first and shown innermost first', () => {
    const name = read(
      buildName([
        ['C', 'VN'],
        ['O', 'Bộ Nội vụ'],
        ['title', 'Vụ trưởng'],
        ['CN', 'Lê Văn A'],
      ]),
    );
    expect(nameText(name)).toBe('CN=Lê Văn A,title=Vụ trưởng,O=Bộ Nội vụ,C=VN');
    expect(commonName(name)).toBe('Lê Văn A');
    expect(attribute(name, OID.title)).toBe('Vụ trưởng');
    expect(attribute(name, OID.surname)).toBeUndefined();
  });

  it('are written in NFC, so that the same letters give the same bytes', () => {
    expect(buildName([['CN', 'Bộ'.normalize('NFD')]])).toEqual(buildName([['CN', 'Bộ']]));
  });

  it.each([
    ['letter case', printableString('Good CA'), printableString('gOOD ca')],
    ['white space', printableString('Good CA'), printableString('  Good    CA ')],
    ['string type', printableString('Good CA'), utf8String('Good CA')],
    ['composition of letters', utf8String('Nguyễn'), utf8String('NGUYỄN'.normalize('NFD'))],
    ['BMPString', utf8String('Bộ'), tlv(0x1e, Uint8Array.of(0, 0x42, 0x1e, 0xd9))],
  ])('are the same when only %s differs', (_, a, b) => {
    expect(sameName(cn(a), cn(b))).toBe(true);
    expect(nameKey(cn(a))).toBe(nameKey(cn(b)));
  });

  it.each([
    ['tone marks', utf8String('Nguyễn'), utf8String('Nguyên')],
    ['an inner space', printableString('Good CA'), printableString('GoodCA')],
    ['text that imitates a value that is no text', utf8String('#0500'), tlv(0x05)],
  ])('are different when %s differ', (_, a, b) => {
    expect(sameName(cn(a), cn(b))).toBe(false);
  });

  it('differ by the order of RDNs, not by the order inside one', () => {
    const [c, o] = [one(OID.countryName, printableString('VN')), one(OID.organizationName, utf8String('x'))];
    expect(sameName(read(sequence(setOf(c), setOf(o))), read(sequence(setOf(o), setOf(c))))).toBe(false);
    expect(sameName(read(sequence(tlv(0x31, c, o))), read(sequence(tlv(0x31, o, c))))).toBe(true);
    expect(sameName(read(sequence(setOf(c, o))), read(sequence(setOf(c), setOf(o))))).toBe(false);
  });

  it('cannot repaint a line: control and bidirectional characters are shown as octets', () => {
    expect(nameText(cn(utf8String('a,b+c\u202egpj.exe\n')))).toBe('CN=a\\,b\\+c\\E2\\80\\AEgpj.exe\\0A');
  });

  it('refuse unknown types, empty text and characters the type forbids', () => {
    for (const bad of [
      ['XX', 'a'],
      ['CN', ''],
      ['C', 'Việt'],
    ] as const) {
      expect(() => buildName([bad])).toThrowError(
        expect.objectContaining({ code: expect.stringMatching(/^(x509\.name|der\.)/) }),
      );
    }
  });
});
