/**
 * Part of `npm run bench`, a process of its own because it needs a database: issuance without one against bare signatures,
 * and with one commit each against bare commits of one row (`bench-commits.ts`).
 */
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { measure } from '@antin/testkit/bench/figure';
import { benchCommits } from './bench-commits.ts';
import { caForTests } from './ca-for-tests.ts';
import { drafts } from './draft.ts';
import type { Draft, Order } from './draft.ts';
import type { Refusal } from '../fault.ts';
import { signDraft } from './sign.ts';

const now = Date.parse('2026-03-02T02:00:00Z');
const ca = caForTests('p-256', now);
const holders = Array.from({ length: 500 }, () => nodeSecrets.generateKeyPair('p-256').spki);
const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ', 'Ngô'];
const MIDDLE = ['Văn', 'Thị', 'Đức', 'Minh', 'Ngọc', 'Quang', 'Thu', 'Hữu', 'Xuân', 'Thanh', 'Gia'];
const GIVEN = ['An', 'Bình', 'Cường', 'Dũng', 'Giang', 'Hà', 'Khánh', 'Lan', 'Mai', 'Nam', 'Oanh', 'Phúc', 'Quỳnh'];
let turn = 0;

/** Another name, mail, number and key each time: nothing of a holder is met twice in a row of thousands. */
function somebody() {
  const number = turn++;
  const of = (list: readonly string[], step: number) => list[Math.floor(number / step) % list.length] as string;
  return {
    number,
    surname: of(FAMILY, 143),
    givenName: `${of(MIDDLE, 13)} ${of(GIVEN, 1)} ${String.fromCharCode(65 + (Math.floor(number / 1430) % 26))}`,
    spki: holders[number % holders.length] as Uint8Array,
  };
}

const official = (own?: Uint8Array): Order => {
  const { number, surname, givenName, spki } = somebody();
  return {
    profile: 'person',
    subject: {
      locality: 'Hà Nội',
      organization: `SỞ SỐ ${number % 23}`,
      organizationalUnit: `Phòng ${number % 7}`,
      commonName: `${surname} ${givenName}`,
    },
    altNames: [{ kind: 'rfc822', value: `cb${number}@noivu.gov.vn` }],
    spki: own ?? spki,
  };
};
const citizens = (): Order => {
  const { number, surname, givenName, spki } = somebody();
  const serialNumber = `IDCVN-${String(1_099_000_000 + number).padStart(12, '0')}`;
  return { profile: 'citizen', subject: { surname, givenName, serialNumber, commonName: `${surname} ${givenName}` }, spki };
};

const someTbs = new Uint8Array(700);

/** A bare signature of a kind of key, and one signature with one verification. */
function bare(kind: 'p-256' | 'rsa-3072') {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair(kind);
  const scheme = kind === 'p-256' ? 'ecdsa' : 'rsa-pkcs1';
  const algorithm = { scheme, digest: 'SHA-256' } as const;
  const sign = () => nodeSecrets.sign(pkcs8, algorithm, someTbs);
  const signature = sign();
  return {
    sign: () => void sign(),
    signAndVerify() {
      sign();
      nodeCrypto.verify({ spki, algorithm, data: someTbs, signature });
    },
  };
}
const p256 = bare('p-256');
const rsa = bare('rsa-3072');

/** Draft, lint, signature, comparison and verification: everything but the rows. */
function withoutDatabase(name: string, order: () => Order, limit: () => void, asked?: number, issuer = ca) {
  const draft = drafts(issuer);
  return measure({
    name,
    limit,
    ...(asked === undefined ? {} : { asked }),
    work: () => signDraft(issuer, good(draft(order(), now))),
  });
}

function good(made: Draft | Refusal): Draft {
  if (made.status === 'refused') throw new Error(made.code);
  return made;
}

const BATCH = 50;
/** As `issueMany` works: all drafts, then all signatures. */
function batchWithoutDatabase(name: string) {
  const draft = drafts(ca);
  return measure({
    name,
    asked: 0.2,
    limit() {
      for (let i = 0; i < BATCH; i++) p256.sign();
    },
    async work() {
      const made = Array.from({ length: BATCH }, () => good(draft(official(), now)));
      for (const one of made) await signDraft(ca, one);
    },
  });
}

const print = (figure: object) => process.stdout.write(`${JSON.stringify(figure)}\n`);
// `bench.ts commits` and `bench.ts without-database` measure one half.
const half = process.argv[2];
if (half !== 'commits') {
  print(await withoutDatabase('issuance/without-database/person/p-256', official, p256.sign, 0.2));
  print(await withoutDatabase('issuance/without-database/citizen/p-256', citizens, p256.sign, 0.2));
  // Every signature is verified before it leaves: the honest least is one of each.
  print(await withoutDatabase('issuance/without-database/person/p-256-of-sign-and-verify', official, p256.signAndVerify));
  print(await batchWithoutDatabase(`issuance/without-database/batch-of-${BATCH}/person/p-256`));
  const rsaCa = caForTests('rsa-3072', now);
  print(await withoutDatabase('issuance/without-database/person/rsa-3072', official, rsa.sign, undefined, rsaCa));
  print(await measure({ name: 'issuance/sign-and-verify-alone/p-256', work: p256.signAndVerify, limit: p256.sign, warmMs: 500 }));
}
if (half !== 'without-database') await benchCommits({ ca, now, batch: BATCH, order: official, print });
