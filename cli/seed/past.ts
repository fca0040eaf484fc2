import { randomUUID } from 'node:crypto';
import { nodeCrypto, nodeSecrets } from '@antin/adapters/crypto/node';
import { nodeInflate } from '@antin/adapters/inflate/node';
import { concatBytes } from '@antin/formats/bytes/bytes';
import { memorySource } from '@antin/formats/bytes/source';
import type { LoadedDirectory } from '@antin/agency/directory/types';
import { bindCertificate } from '@antin/agency/directory/load';
import { loadPastDocument } from '@antin/agency/load-past-document';
import { preparePerson, prepareSeal, reservedFields } from '@antin/agency/signing/prepare';
import type { KeyKind, SignatureAlgorithm } from '@antin/pki/crypto';
import { buildTimeStampRequest } from '@antin/pki/tsp/request';
import { parseTimeStampResponse } from '@antin/pki/tsp/response';
import type { Certificate } from '@antin/pki/x509/certificate';
import { embedPades, timeStampImprint } from '@antin/signature/pades/embed';
import type { ToBeSigned } from '@antin/signature/pades/to-be-signed';
import { agencyRequest, certify, personRequest, serialOf } from './certificates.ts';
import type { Demo, DemoPastDocument } from './data.ts';
import { agencyOf } from './directory.ts';
import type { SeedDoors } from './doors.ts';
import { sealImage } from './images/seal.ts';
import { signatureImage } from './images/signature.ts';
import { layOut } from './letter/layout.ts';
import { letterPdf } from './letter/pdf.ts';

interface PastKey {
  readonly certificate: Certificate;
  readonly algorithm: SignatureAlgorithm;
  sign(data: Uint8Array): Uint8Array;
}

/** Before the district's last document, when its certificates were issued. */
const ISSUED_BEFORE_MS = 60 * 86_400_000;

/**
 * Documents from before: issued and signed in their own time by agencies that have ended, with certificates that were
 * revoked on the day of their end. Their keys exist in memory for this moment only and are gone, as the real ones are.
 */
export async function seedPast(demo: Demo, loaded: LoadedDirectory, doors: SeedDoors): Promise<void> {
  for (const past of demo.past) {
    const signedAt = new Date(`${past.date}T02:30:00.000Z`);
    doors.turnClock(new Date(signedAt.getTime() - ISSUED_BEFORE_MS));
    const signer = demo.people.find((person) => person.positions.some((position) => position.key === past.signerPosition));
    if (signer === undefined) throw new TypeError(`nobody holds ${past.signerPosition}`);
    const personal = await pastKey(doors, 'p-256', (spki) => certify(doors.authority, { ...personRequest(demo, signer), spki }));
    const seal = await pastKey(doors, 'rsa-2048', (spki) =>
      certify(doors.authority, { ...agencyRequest(demo, past.agency), spki }),
    );
    doors.turnClock(signedAt);
    const { pdf } = await signedLetter(demo, past, signer.fullName, personal, seal, doors, signedAt);
    const stored = await doors.files.put(pdf);
    const ended = agencyOf(demo, past.agency).validTo;
    await doors.db.transaction().execute(async (tx) => {
      for (const [certificate, owner] of [
        [personal.certificate, { personId: loaded.people.get(signer.signInName) as string }],
        [seal.certificate, { agencyId: loaded.agencies.get(past.agency) as string }],
      ] as const) {
        await bindCertificate(tx, { der: certificate.raw, owner }, signedAt);
      }
      await loadPastDocument(
        tx,
        {
          agency: past.agency,
          typeCode: past.typeCode,
          subject: past.letter.subject,
          notation: past.letter.notation,
          number: past.number,
          series: 'general',
          date: past.date,
          drafterPosition: past.drafterPosition,
          signerPosition: past.signerPosition,
          addressees: past.addressees,
          files: [
            {
              role: 'main',
              name: `${past.number}-${past.letter.notation}.pdf`,
              mediaType: 'application/pdf',
              sha256: stored.sha256,
              size: stored.size,
            },
          ],
        },
        loaded,
        signedAt,
      );
    });
    if (ended === undefined) continue;
    doors.turnClock(new Date(`${ended}T01:00:00.000Z`));
    for (const key of [personal, seal]) {
      const revoked = await doors.authority.revoke(serialOf(key.certificate), 'cessationOfOperation');
      if (revoked.status === 'refused') throw new Error(`revoking ${serialOf(key.certificate)}: ${revoked.code}`);
    }
  }
}

async function pastKey(doors: SeedDoors, kind: KeyKind, issue: (spki: Uint8Array) => Promise<Certificate>): Promise<PastKey> {
  const { pkcs8, spki } = nodeSecrets.generateKeyPair(kind);
  const algorithm: SignatureAlgorithm =
    kind === 'p-256' ? { scheme: 'ecdsa', digest: 'SHA-256' } : { scheme: 'rsa-pkcs1', digest: 'SHA-256' };
  return { certificate: await issue(spki), algorithm, sign: (data) => nodeSecrets.sign(pkcs8, algorithm, data) };
}

/** The same three revisions that the office makes: fields, the leader's signature, number + date + seal. */
async function signedLetter(
  demo: Demo,
  past: DemoPastDocument,
  signerName: string,
  personal: PastKey,
  seal: PastKey,
  doors: SeedDoors,
  at: Date,
): Promise<{ pdf: Uint8Array }> {
  const laidOut = layOut(past.letter);
  const [number, date, signature] = (['number', 'date', 'signature'] as const).map(
    (name) => [...laidOut.places[name]] as [number, number, number, number],
  );
  const places = {
    number: { page: 1, rect: number!, format: 'number' as const },
    date: { page: 1, rect: date!, format: 'full' as const },
  };
  const pdfDoors = { inflate: nodeInflate, font: doors.font, crypto: nodeCrypto };
  const { seal: words, name: agencyName } = agencyOf(demo, past.agency);

  let pdf = letterPdf(laidOut, past.letter.subject);
  pdf = concatBytes(pdf, reservedFields(pdfDoors, memorySource(pdf), places, past.letter.notation));
  const person = preparePerson(pdfDoors, memorySource(pdf), {
    credential: checked(personal, doors),
    place: { page: 1, rect: signature! },
    image: signatureImage(signerName),
    name: signerName,
    at,
  });
  pdf = await withValue(pdf, person, personal, doors);
  const sealed = prepareSeal(pdfDoors, memorySource(pdf), {
    credential: checked(seal, doors),
    image: sealImage(words.upper, words.centre, words.diameterMm),
    agencyName,
    places,
    number: past.number,
    notation: past.letter.notation,
    date: past.date,
    at,
  });
  return { pdf: await withValue(pdf, sealed, seal, doors) };
}

function checked(key: PastKey, doors: SeedDoors) {
  const { certificate, algorithm } = key;
  return {
    id: '',
    deviceId: randomUUID(),
    certificate,
    algorithm,
    chain: doors.authority.chain().map((one) => one.raw),
    revocation: 'good' as const,
  };
}

async function withValue(pdf: Uint8Array, tbs: ToBeSigned, key: PastKey, doors: SeedDoors): Promise<Uint8Array> {
  const value = key.sign(tbs.signedAttributes);
  const request = buildTimeStampRequest({ digest: 'SHA-256', hash: timeStampImprint(value, nodeCrypto), certReq: true });
  const { token } = parseTimeStampResponse(await doors.authority.timeStamp(request));
  if (token === undefined) throw new Error('the time-stamp authority gave no token for a document of the past');
  return concatBytes(pdf, embedPades(memorySource(pdf), tbs, value, { door: nodeCrypto, timeStampToken: token }));
}
