import { boolean, contextValue, integer, octetString, oid, sequence, tlv, context } from '@antin/formats/der/writer';
import { latin1 } from '@antin/formats/bytes/bytes';
import { DAY, NOW, commonName, keyPair, mint, mintCa } from '../../testkit/pki/mint.ts';
import type { CertificateOrder, Minted } from '../../testkit/pki/mint.ts';
import { pathCases } from '../../testkit/pki/path-case.ts';
import { OID } from '../oids.ts';
import { aki, basicConstraints, extKeyUsage, extension, keyUsage, ski, subjectAltName } from '../x509/build.ts';
import { buildGeneralName } from '../x509/general-name.ts';
import { buildName } from '../x509/name.ts';

/** The ideas of x509-limbo about RFC 5280, made anew; what `openssl verify` thinks of each stands beside it. */
const root = mintCa({ subject: 'Root' });
const ca = mintCa({ subject: 'CA', issuer: root });
const leaf = (order: Partial<CertificateOrder> = {}): Minted => mint({ subject: 'Leaf', issuer: ca, ...order });
const below = (issuer: Minted, order: Partial<CertificateOrder> = {}): Minted => mint({ subject: 'Leaf', issuer, ...order });
const plain = { trust: [root], chain: [ca] };
const utc = (text: string): Uint8Array => tlv(0x17, latin1(text));
const generalized = (text: string): Uint8Array => tlv(0x18, latin1(text));
const FIRST = { differs: 'openssl follows the first that bears the name and does not come back' };
const LENIENT = 'openssl reads it without -x509_strict';

/** root, then `length` authorities, then a leaf. */
function tower(length: number, pathLength?: number) {
  const chain: Minted[] = [];
  let issuer = pathLength === undefined ? root : mintCa({ subject: 'Short root', pathLength });
  const trust = [issuer];
  for (let i = 0; i < length; i++) chain.push((issuer = mintCa({ subject: `Tower ${i}`, issuer })));
  return { trust, chain, target: below(issuer) };
}

pathCases('serial numbers', {
  'of one octet are well': () => ({ ...plain, target: leaf({ serial: Uint8Array.of(1) }), code: null }),
  'of 20 octets are well': () => ({ ...plain, target: leaf({ serial: new Uint8Array(20).fill(0x7f) }), code: null }),
  // RFC 5280 §4.1.2.2: users are to bear those that are negative, zero or too long; the authority's linter refuses to issue them.
  'of 21 octets are borne': () => ({ ...plain, target: leaf({ serial: new Uint8Array(21).fill(0x7f) }), code: null }),
  'of zero are borne': () => ({ ...plain, target: leaf({ serial: Uint8Array.of(0) }), code: null }),
  'below zero are borne': () => ({ ...plain, target: leaf({ serial: Uint8Array.of(0xff, 0x01) }), code: null }),
  'with needless zeros are not DER': () => ({
    ...plain,
    target: leaf({ serial: Uint8Array.of(0, 1) }),
    code: 'der.integer-not-minimal',
  }),
  'without octets are not DER': () => ({ ...plain, target: leaf({ serial: new Uint8Array() }), code: 'der.integer' }),
});

pathCases('versions and extensions', {
  'a leaf of version 1 is a leaf': () => ({ ...plain, target: leaf({ version: 1 }), code: null }),
  'a CA of version 1 is no CA': () => {
    const old = mint({ subject: 'Old', issuer: root, version: 1 });
    return { trust: [root], chain: [old], target: below(old), code: 'path.not-a-ca' };
  },
  'an anchor of version 1 is one, because somebody says so': () => {
    const old = mint({ subject: 'Old root', version: 1 });
    return { trust: [old], target: below(old), code: null };
  },
  'extensions in version 2': () => ({
    ...plain,
    target: leaf({ version: 2, extensions: [keyUsage('digitalSignature')] }),
    code: 'x509.version',
    openssl: { differs: LENIENT },
  }),
  'the same extension twice': () => ({
    ...plain,
    target: leaf({ extensions: [keyUsage('digitalSignature'), keyUsage('nonRepudiation')] }),
    code: 'x509.duplicate-extension',
  }),
  'the same unknown extension twice': () => ({
    ...plain,
    target: leaf({ extensions: [extension('2.999.1', false, integer(1)), extension('2.999.1', false, integer(2))] }),
    code: 'x509.duplicate-extension',
    openssl: { differs: 'openssl looks for repetitions only among extensions it knows' },
  }),
  'an unknown critical extension': () => ({
    ...plain,
    target: leaf({ extensions: [extension('2.999.1', true, integer(1))] }),
    code: 'path.unknown-critical-extension',
  }),
  'an unknown extension that is not critical': () => ({
    ...plain,
    target: leaf({ extensions: [extension('2.999.1', false, integer(1))] }),
    code: null,
  }),
  'constraints twice in one extension': () => {
    const dns = (value: string): Uint8Array => context(0, sequence(buildGeneralName({ kind: 'dns', value })));
    const value = sequence(dns('a.test'), dns('b.test'));
    const twice = mintCa({ subject: 'Twice', issuer: root, extensions: [extension(OID.nameConstraints, true, value)] });
    return { trust: [root], chain: [twice], target: below(twice), code: 'path.none' };
  },
  'critical FALSE written out': () => ({
    ...plain,
    target: leaf({ extensions: [sequence(oid('2.999.1'), boolean(false), octetString(integer(1)))] }),
    code: null,
  }),
});

pathCases('times', {
  'UTCTime 49 is 2049': () => ({ ...plain, target: leaf({ notAfter: utc('491231235959Z') }), code: null }),
  'UTCTime 50 is 1950': () => ({ ...plain, target: leaf({ notAfter: utc('500101000000Z') }), code: 'path.expired' }),
  'GeneralizedTime 1949 is no UTCTime': () => ({
    ...plain,
    target: leaf({ notBefore: generalized('19490101000000Z') }),
    code: null,
  }),
  'GeneralizedTime before 2050 is borne': () => ({
    ...plain,
    target: leaf({ notAfter: generalized('20300101000000Z') }),
    code: null,
  }),
  'the year 9999': () => ({ ...plain, target: leaf({ notAfter: generalized('99991231235959Z') }), code: null }),
  'no seconds': () => ({ ...plain, target: leaf({ notAfter: utc('3001010000Z') }), code: 'der.time' }),
  'fractions of seconds': () => ({ ...plain, target: leaf({ notAfter: generalized('20300101000000.5Z') }), code: 'der.time' }),
  'a zone of its own': () => ({ ...plain, target: leaf({ notAfter: utc('300101000000+0700') }), code: 'der.time' }),
  'the last moment is inside': () => ({
    ...plain,
    target: leaf({ notAfter: NOW }),
    code: null,
    openssl: { differs: 'RFC 5280 §4.1.2.5: from notBefore through notAfter, inclusive' },
  }),
  'a second later is outside': () => ({ ...plain, target: leaf({ notAfter: NOW - 1000 }), code: 'path.expired' }),
  'the first moment is inside': () => ({ ...plain, target: leaf({ notBefore: NOW }), code: null }),
  'a period that ends before it begins': () => ({
    ...plain,
    target: leaf({ notBefore: NOW + DAY, notAfter: NOW - DAY }),
    code: 'path.not-yet-valid',
  }),
  'a CA that has expired': () => {
    const old = mintCa({ subject: 'Old CA', issuer: root, notAfter: NOW - DAY });
    return { trust: [root], chain: [old], target: below(old), code: 'path.expired' };
  },
  'an anchor that has expired is still trusted, until the trust store says otherwise': () => {
    const old = mintCa({ subject: 'Old root', notAfter: NOW - DAY });
    const differs = 'RFC 5280 §6.1.1 (d): an anchor is a name and a key; its dates are those of the trust store';
    return { trust: [old], target: below(old), code: null, openssl: { differs } };
  },
});

pathCases('authorities', {
  'a leaf below a CA': () => ({ ...plain, target: leaf(), code: null }),
  'without basicConstraints': () => {
    const no = mint({ subject: 'No', issuer: root, extensions: [keyUsage('keyCertSign')] });
    return {
      trust: [root],
      chain: [no],
      target: below(no),
      code: 'path.not-a-ca',
    };
  },
  'with cA FALSE': () => {
    const no = mint({ subject: 'No', issuer: root, extensions: [basicConstraints(false), keyUsage('keyCertSign')] });
    return { trust: [root], chain: [no], target: below(no), code: 'path.not-a-ca' };
  },
  'without keyCertSign': () => {
    const no = mint({ subject: 'No', issuer: root, extensions: [basicConstraints(true), keyUsage('cRLSign')] });
    return { trust: [root], chain: [no], target: below(no), code: 'path.key-usage' };
  },
  'without keyUsage': () => {
    const any = mint({ subject: 'Any', issuer: root, extensions: [basicConstraints(true)] });
    return { trust: [root], chain: [any], target: below(any), code: null };
  },
  'a CA without a name': () => {
    const empty = mintCa({ subject: sequence(), issuer: root });
    return {
      trust: [root],
      chain: [empty],
      target: below(empty),
      code: 'path.name-chaining',
      openssl: { differs: LENIENT },
    };
  },
  'a trusted person is no authority': () => {
    const person = mint({ subject: 'Person', extensions: [keyUsage('digitalSignature')] });
    return { trust: [person], target: below(person), code: 'path.not-a-ca' };
  },
  'a trusted person with no word about usage is none either': () => {
    const person = mint({ subject: 'Person', extensions: [basicConstraints(false)] });
    return { trust: [person], target: below(person), code: 'path.not-a-ca' };
  },
  'the key of another under the right name': () => ({
    ...plain,
    target: below({ ...ca, key: 'thief' }),
    code: 'path.signature-invalid',
  }),
  'nobody knows the issuer': () => ({ trust: [root], target: leaf(), code: 'path.none' }),
});

pathCases('path length', {
  'none below an anchor of length 0': () => ({ ...tower(0, 0), code: null }),
  'one below an anchor of length 0': () => ({ ...tower(1, 0), code: 'path.length-exceeded' }),
  'one below an anchor of length 1': () => ({ ...tower(1, 1), code: null }),
  'an authority of length 0 has one below': () => {
    const zero = mintCa({ subject: 'Zero', issuer: root, pathLength: 0 });
    const one = mintCa({ subject: 'One', issuer: zero });
    return { trust: [root], chain: [zero, one], target: below(one), code: 'path.length-exceeded' };
  },
  'a self-issued one between does not count': () => {
    const zero = mintCa({ subject: 'Zero', issuer: root, pathLength: 0 });
    const renewed = mintCa({ subject: 'Zero', issuer: zero, key: 'Zero renewed' });
    return { trust: [root], chain: [zero, renewed], target: below(renewed), code: null, openssl: FIRST };
  },
  'a length that grows again below': () => {
    const one = mintCa({ subject: 'One', issuer: root, pathLength: 1 });
    const many = mintCa({ subject: 'Many', issuer: one, pathLength: 9 });
    const last = mintCa({ subject: 'Last', issuer: many });
    return { trust: [root], chain: [one, many, last], target: below(last), code: 'path.length-exceeded' };
  },
  'a length below zero': () => ({
    trust: [root],
    chain: [mintCa({ subject: 'Minus', issuer: root, pathLength: -1 })],
    target: below({ ...root, subject: commonName('Minus'), key: 'Minus' }),
    code: 'path.none',
  }),
  'twelve certificates': () => ({ ...tower(10), code: null }),
  'thirteen are more than are looked through': () => ({
    ...tower(11),
    code: 'path.limit-length',
    openssl: { differs: 'openssl goes 100 deep; our limit is a named value' },
  }),
});

pathCases('purposes', {
  'a CA for web servers alone makes no time-stamp authority': () => {
    const web = mintCa({ subject: 'Web', issuer: root, extensions: [extKeyUsage(OID.serverAuth)] });
    return {
      trust: [root],
      chain: [web],
      target: below(web, { extensions: [extKeyUsage(OID.timeStamping)] }),
      options: { eku: OID.timeStamping },
      code: 'path.extended-key-usage',
      openssl: { differs: 'openssl verify was not told the purpose' },
    };
  },
  'a CA for any purpose does': () => {
    const any = mintCa({ subject: 'Any', issuer: root, extensions: [extKeyUsage(OID.anyExtendedKeyUsage)] });
    const target = below(any, { extensions: [extKeyUsage(OID.timeStamping)] });
    return { trust: [root], chain: [any], target, options: { eku: OID.timeStamping }, code: null };
  },
  'a leaf for any purpose is no time-stamp authority': () => ({
    ...plain,
    target: leaf({ extensions: [extKeyUsage(OID.anyExtendedKeyUsage)] }),
    options: { eku: OID.timeStamping },
    code: 'path.extended-key-usage',
    openssl: { differs: 'openssl verify was not told the purpose' },
  }),
});

pathCases('subjects', {
  'empty, with a critical name elsewhere': () => ({
    ...plain,
    target: leaf({
      subject: sequence(),
      extensions: [extension(OID.subjectAltName, true, sequence(buildGeneralName({ kind: 'dns', value: 'a.test' })))],
    }),
    code: null,
  }),
  'empty, with a name elsewhere that is not critical': () => ({
    ...plain,
    target: leaf({ subject: sequence(), extensions: [subjectAltName({ kind: 'dns', value: 'a.test' })] }),
    code: 'path.no-subject',
    openssl: { differs: LENIENT },
  }),
  'empty, with no name at all': () => ({
    ...plain,
    target: leaf({ subject: sequence() }),
    code: 'path.no-subject',
    openssl: { differs: LENIENT },
  }),
  'an issuer written in another case, with other spaces, as another string type': () => ({
    trust: [root],
    chain: [mintCa({ subject: buildName([['CN', 'Ấn  Tín CA']]), key: 'spaced', issuer: root })],
    target: below({ raw: root.raw, key: 'spaced', subject: buildName([['CN', ' ấn tín ca ']]) }),
    code: null,
    openssl: { differs: 'RFC 5280 §7.1 folds the case of every letter, openssl that of ASCII' },
  }),
  'an issuer written in decomposed letters': () => ({
    trust: [root],
    chain: [mintCa({ subject: buildName([['CN', 'Ấn Tín']]), key: 'spaced', issuer: root })],
    target: below({ raw: root.raw, key: 'spaced', subject: decomposed('Ấn Tín') }),
    code: null,
    openssl: { differs: 'RFC 5280 §7.1 compares after normalisation, openssl the octets' },
  }),
});

function decomposed(text: string): Uint8Array {
  const value = new TextEncoder().encode(text.normalize('NFD'));
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, value))));
}

pathCases('key identifiers', {
  'that contradict the issuer say nothing against a signature that fits': () => {
    const own = mintCa({ subject: 'Own', issuer: root, extensions: [ski(Uint8Array.of(1, 2))] });
    return {
      trust: [root],
      chain: [own],
      target: below(own, { extensions: [aki(Uint8Array.of(9, 9))] }),
      code: null,
      openssl: { differs: 'RFC 5280 §6.1 does not compare them; openssl takes only issuers that fit' },
    };
  },
  'with the issuer and serial number of another': () => {
    const named = context(4, commonName('Somebody else'));
    const value = sequence(context(1, named), contextValue(2, Uint8Array.of(7)));
    return {
      ...plain,
      target: leaf({ extensions: [extension(OID.authorityKeyIdentifier, false, value)] }),
      code: null,
      openssl: { differs: 'RFC 5280 §6.1 does not compare them; openssl takes only issuers that fit' },
    };
  },
  'absent everywhere': () => ({ ...plain, target: leaf(), code: null }),
});

pathCases('anchors', {
  'are their own target': () => ({ trust: [root], target: root, code: null }),
  'that have expired are no valid target': () => {
    const old = mint({ subject: 'Pinned', notAfter: NOW - DAY });
    return { trust: [old], target: old, code: 'path.expired' };
  },
  'may stand in the middle': () => ({
    trust: [ca],
    target: leaf(),
    code: null,
    openssl: { differs: 'openssl wants -partial_chain for anchors that do not sign themselves' },
  }),
  'with the key of a CA and another name are another CA': () => ({
    trust: [mintCa({ subject: 'Other name', key: 'CA' })],
    target: leaf(),
    code: 'path.none',
  }),
  'with the name of a CA and another key are another CA': () => ({
    trust: [mintCa({ subject: 'CA', key: 'Other key' })],
    target: leaf(),
    code: 'path.signature-invalid',
  }),
  'a self-signed stranger': () => ({ trust: [root], target: mint({ subject: 'Stranger' }), code: 'path.none' }),
});

pathCases('many ways', {
  'two CAs that certify each other do not lead in circles': () => {
    const a = mintCa({ subject: 'A', issuer: { ...ca, subject: commonName('B'), key: 'B' } });
    const b = mintCa({ subject: 'B', issuer: a });
    return { trust: [root], chain: [a, b], target: below(a), code: 'path.none' };
  },
  'and the one way out is found': () => {
    const a = mintCa({ subject: 'A', issuer: { ...ca, subject: commonName('B'), key: 'B' } });
    const b = mintCa({ subject: 'B', issuer: a });
    const out = mintCa({ subject: 'B', issuer: root });
    return { trust: [root], chain: [a, b, out], target: below(a), code: null, openssl: FIRST };
  },
  'a cross-certificate that has expired does not spoil the one in force': () => {
    const old = mintCa({ subject: 'Cross', issuer: root, notAfter: NOW - DAY });
    const other = mintCa({ subject: 'Root 2' });
    const fresh = mintCa({ subject: 'Cross', issuer: other });
    return { trust: [root, other], chain: [old, fresh], target: below(fresh), code: null };
  },
  'three hundred look-alikes with the right key identifier do not hide the one': () => {
    const id = ski(Uint8Array.of(5, 5, 5));
    keyPair('crowd');
    const crowd = Array.from({ length: 300 }, () =>
      mintCa({
        subject: 'Popular',
        key: 'crowd',
        issuer: { ...root, key: 'crowd' },
        extensions: [id],
        notAfter: NOW + 900 * DAY,
      }),
    );
    const one = mintCa({ subject: 'Popular', issuer: root, extensions: [id] });
    return {
      trust: [root],
      chain: [...crowd, one],
      target: below(one, { extensions: [aki(Uint8Array.of(5, 5, 5))] }),
      code: null,
      openssl: FIRST,
    };
  },
});
