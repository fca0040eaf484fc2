import { context, oid, sequence, tlv } from '@antin/formats/der/writer';
import { mint, mintCa } from '../../testkit/pki/mint.ts';
import type { CertificateOrder } from '../../testkit/pki/mint.ts';
import { pathCases } from '../../testkit/pki/path-case.ts';
import type { PathCase } from '../../testkit/pki/path-case.ts';
import { OID } from '../oids.ts';
import { extension, subjectAltName } from '../x509/build.ts';
import { buildGeneralName } from '../x509/general-name.ts';
import { buildName } from '../x509/name.ts';

type General = Parameters<typeof buildGeneralName>[0];
const dns = (value: string): General => ({ kind: 'dns', value });
const mail = (value: string): General => ({ kind: 'rfc822', value });
const uri = (value: string): General => ({ kind: 'uri', value });
const ip = (...octets: number[]): General => ({ kind: 'ip', value: Uint8Array.from(octets) });
const octets = (count: number, value: number): Uint8Array => new Uint8Array(count).fill(value);
const directory = (...parts: [string, string][]): General => ({ kind: 'directory', name: buildName(parts) });

const root = mintCa({ subject: 'Root' });
const constraints = (permitted: General[], excluded: General[] = []): Uint8Array => {
  const list = (number: number, names: General[]) =>
    names.length === 0 ? [] : [context(number, ...names.map((one) => sequence(buildGeneralName(one))))];
  return extension(OID.nameConstraints, true, sequence(...list(0, permitted), ...list(1, excluded)));
};

interface Names {
  readonly permitted?: General[];
  readonly excluded?: General[];
  readonly alt?: General[];
  readonly subject?: CertificateOrder['subject'];
}

/** A leaf with these names below a CA with these constraints; unless said otherwise its subject is nobody's concern. */
function named(names: Names, code: string | null, differs?: string): () => PathCase {
  return () => {
    const { permitted = [], excluded = [], alt = [], subject = 'Leaf' } = names;
    const ca = mintCa({ subject: 'CA', issuer: root, extensions: [constraints(permitted, excluded)] });
    const extensions = alt.length === 0 ? [] : [subjectAltName(...alt)];
    const target = mint({ subject, key: 'Leaf', issuer: ca, extensions });
    return { trust: [root], chain: [ca], target, code, ...(differs === undefined ? {} : { openssl: { differs } }) };
  };
}
const OUTSIDE = 'path.name-constraints';
const UNSUPPORTED = 'path.unsupported-name-constraint';

pathCases('hosts', {
  'the host itself': named({ permitted: [dns('gov.test')], alt: [dns('gov.test')] }, null),
  'a host below': named({ permitted: [dns('gov.test')], alt: [dns('a.b.gov.test')] }, null),
  'in capitals': named({ permitted: [dns('gov.test')], alt: [dns('A.GOV.TEST')] }, null),
  'one that only ends alike': named({ permitted: [dns('gov.test')], alt: [dns('xgov.test')] }, OUTSIDE),
  'one name of two outside': named({ permitted: [dns('gov.test')], alt: [dns('a.gov.test'), dns('evil.test')] }, OUTSIDE),
  'a leading dot admits what is below': named({ permitted: [dns('.gov.test')], alt: [dns('a.gov.test')] }, null),
  'a leading dot does not admit the host': named({ permitted: [dns('.gov.test')], alt: [dns('gov.test')] }, OUTSIDE),
  'a leading dot forbids the host too': named(
    { excluded: [dns('.gov.test')], alt: [dns('gov.test')] },
    OUTSIDE,
    'RFC 5280 knows no leading dot here: what can be read in two ways we read against the certificate',
  ),
  'a dot at the end changes nothing': named(
    { excluded: [dns('evil.test.')], alt: [dns('a.evil.test')] },
    OUTSIDE,
    'openssl compares the dot as a letter',
  ),
  'excluded wins over permitted': named(
    { permitted: [dns('gov.test')], excluded: [dns('bad.gov.test')], alt: [dns('x.bad.gov.test')] },
    OUTSIDE,
  ),
  'an empty constraint is every host': named({ excluded: [dns('')], alt: [dns('a.test')] }, OUTSIDE),
  'constraints of another kind say nothing': named({ permitted: [dns('gov.test')], alt: [mail('a@evil.test')] }, null),
});

pathCases('mail addresses', {
  'one mailbox': named({ permitted: [mail('an@gov.test')], alt: [mail('an@GOV.test')] }, null),
  'another mailbox of the host': named({ permitted: [mail('an@gov.test')], alt: [mail('binh@gov.test')] }, OUTSIDE),
  'the name before the sign keeps its case': named({ permitted: [mail('An@gov.test')], alt: [mail('an@gov.test')] }, OUTSIDE),
  'every mailbox of a host': named({ permitted: [mail('gov.test')], alt: [mail('an@gov.test')] }, null),
  'no mailbox of a host below': named({ permitted: [mail('gov.test')], alt: [mail('an@a.gov.test')] }, OUTSIDE),
  'every host below': named({ permitted: [mail('.gov.test')], alt: [mail('an@a.gov.test')] }, null),
  'and not the host itself': named({ permitted: [mail('.gov.test')], alt: [mail('an@gov.test')] }, OUTSIDE),
  'in the subject': named(
    {
      permitted: [mail('gov.test')],
      subject: buildName([
        ['CN', 'An'],
        ['emailAddress', 'an@evil.test'],
      ]),
    },
    OUTSIDE,
  ),
  'without a sign at all': named({ permitted: [mail('gov.test')], alt: [mail('gov.test')] }, UNSUPPORTED),
});

pathCases('addresses', {
  'in the network': named({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt: [ip(10, 1, 2, 3)] }, null),
  'beside it': named({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt: [ip(11, 1, 2, 3)] }, OUTSIDE),
  excluded: named({ excluded: [ip(10, 1, 0, 0, 255, 255, 0, 0)], alt: [ip(10, 1, 2, 3)] }, OUTSIDE),
  'of the other family': named({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt: [ip(...octets(16, 1))] }, OUTSIDE),
  'of 16 octets': named(
    {
      permitted: [ip(0x20, 1, 0xd, 0xb8, ...octets(12, 0), 255, 255, 255, 255, ...octets(12, 0))],
      alt: [ip(0x20, 1, 0xd, 0xb8, ...octets(12, 7))],
    },
    null,
  ),
  'of five octets': named({ permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)], alt: [ip(10, 1, 2, 3, 4)] }, UNSUPPORTED),
  'with a mask that has holes': named(
    { permitted: [ip(10, 0, 0, 0, 255, 0, 255, 0)], alt: [ip(10, 1, 0, 3)] },
    UNSUPPORTED,
    'openssl applies the mask bit by bit; no network is meant by it',
  ),
});

pathCases('addresses of the web', {
  'the host of the authority': named({ permitted: [uri('gov.test')], alt: [uri('https://gov.test/a')] }, null),
  'a host below': named({ permitted: [uri('.gov.test')], alt: [uri('https://a.gov.test:8443/')] }, null),
  'a host below a host': named({ permitted: [uri('gov.test')], alt: [uri('https://a.gov.test/')] }, OUTSIDE),
  'a user that looks like the host': named({ permitted: [uri('gov.test')], alt: [uri('https://gov.test@evil.test/')] }, OUTSIDE),
  'no host': named({ permitted: [uri('gov.test')], alt: [uri('urn:a:b')] }, UNSUPPORTED),
  'an address instead of a host': named({ permitted: [uri('gov.test')], alt: [uri('https://10.0.0.1/')] }, UNSUPPORTED),
  'a host in disguise': named(
    { excluded: [uri('evil.test')], alt: [uri('https://%65vil.test/')] },
    UNSUPPORTED,
    'a client decodes it before it goes there; openssl compares it as it stands',
  ),
});

const vn = directory(['C', 'VN'], ['O', 'Bộ Thử nghiệm']);
const subjectOf = (...parts: [string, string][]) => buildName([['C', 'VN'], ...parts, ['CN', 'An']]);
const FOLDED = 'RFC 5280 §7.1 folds the case of every letter, openssl that of ASCII';

pathCases('directory names', {
  below: named({ permitted: [vn], subject: subjectOf(['O', 'Bộ Thử nghiệm']) }, null),
  beside: named({ permitted: [vn], subject: subjectOf(['O', 'Bộ Khác']) }, OUTSIDE),
  'shorter than the constraint': named({ permitted: [vn], subject: buildName([['C', 'VN']]) }, OUTSIDE),
  'in another case, with other spaces': named({ permitted: [vn], subject: subjectOf(['O', '  BỘ   THỬ NGHIỆM ']) }, null, FOLDED),
  'excluded in another case': named({ excluded: [vn], subject: subjectOf(['O', 'BỘ THỬ NGHIỆM']) }, OUTSIDE, FOLDED),
  'excluded, in decomposed letters': named(
    { excluded: [vn], subject: sequence(pair('2.5.4.6', 0x13, 'VN'), pair('2.5.4.10', 0x0c, 'Bộ Thử nghiệm'.normalize('NFD'))) },
    OUTSIDE,
    'RFC 5280 §7.1 compares after normalisation',
  ),
  'excluded, with a letter nobody sees': named(
    { excluded: [vn], subject: subjectOf(['O', 'Bộ Thử\u00ad nghi\u200bệm']) },
    OUTSIDE,
    'RFC 4518 §2.2 maps invisible characters to nothing',
  ),
  'as another name of the subject': named({ permitted: [vn], alt: [directory(['C', 'LA'])], subject: sequence() }, OUTSIDE),
  'an empty subject has none': named(
    { permitted: [vn], subject: sequence() },
    'path.no-subject',
    'openssl reads it without -x509_strict',
  ),
});

function pair(type: string, tag: number, text: string): Uint8Array {
  return tlv(0x31, sequence(oid(type), tlv(tag, new TextEncoder().encode(text))));
}

pathCases('where constraints stand', {
  'in the anchor they hold': () => {
    const narrow = mintCa({ subject: 'Narrow root', extensions: [constraints([dns('gov.test')])] });
    const target = mint({ subject: 'Leaf', issuer: narrow, extensions: [subjectAltName(dns('evil.test'))] });
    return { trust: [narrow], target, code: OUTSIDE };
  },
  'and let pass what they admit': () => {
    const narrow = mintCa({ subject: 'Narrow root', extensions: [constraints([dns('gov.test')])] });
    const target = mint({ subject: 'Leaf', issuer: narrow, extensions: [subjectAltName(dns('a.gov.test'))] });
    return { trust: [narrow], target, code: null };
  },
  'two CAs must both admit a name': () => {
    const wide = mintCa({ subject: 'Wide', issuer: root, extensions: [constraints([dns('test')])] });
    const narrow = mintCa({ subject: 'Narrow', issuer: wide, extensions: [constraints([dns('gov.test')])] });
    const target = mint({ subject: 'Leaf', issuer: narrow, extensions: [subjectAltName(dns('com.test'))] });
    return { trust: [root], chain: [wide, narrow], target, code: OUTSIDE };
  },
  'a CA below cannot widen them': () => {
    const narrow = mintCa({ subject: 'Narrow', issuer: root, extensions: [constraints([dns('gov.test')])] });
    const wide = mintCa({ subject: 'Wide', issuer: narrow, extensions: [constraints([dns('test')])] });
    const target = mint({ subject: 'Leaf', issuer: wide, extensions: [subjectAltName(dns('com.test'))] });
    return { trust: [root], chain: [narrow, wide], target, code: OUTSIDE };
  },
});
