import { equalBytes } from '@antin/formats/bytes/bytes';
import { DerNode, SMALL_DER_BUDGET } from '@antin/formats/der/reader';
import { readIntegerBytes } from '@antin/formats/der/values';
import { FormatFault } from '@antin/formats/fault';
import { PkiFault } from '../fault.ts';
import { OID } from '../oids.ts';
import { Attempts } from './complaints.ts';
import { READERS } from './extension-values.ts';
import type { ReaderOid, ValueOf } from './extension-values.ts';
import { readTimes, wholeBits } from './facts.ts';
import type { CertificateFacts, ExtensionFacts, ValueReader } from './facts.ts';
import { readKey } from './key-facts.ts';
import { readName } from './name-facts.ts';
import { HOLE_EXTENSIONS, PLACE } from './shape.ts';

/** What can be learnt from the holes alone. */
export interface HoleFacts {
  readonly serialNumber: Uint8Array;
  readonly times: ReturnType<typeof readTimes>;
  readonly subject: NonNullable<CertificateFacts['subject']>;
  readonly publicKey: Uint8Array;
  readonly rsa: CertificateFacts['rsa'];
  readonly signature: Uint8Array;
  readonly keyIdentifier: HoleExtension | undefined;
  readonly altNames: HoleExtension | undefined;
}
interface HoleExtension {
  readonly octets: Uint8Array;
  readonly value: unknown;
}

/**
 * Reads the holes with the readers of `readCertificate`; undefined when one of them complains, for then the certificate is
 * read whole, and what is wrong is said with the places and in the order of that reading.
 */
function readHoles(sample: CertificateFacts, places: Int32Array, der: Uint8Array): HoleFacts | undefined {
  const account = { left: SMALL_DER_BUDGET.nodes, depth: SMALL_DER_BUDGET.depth };
  const node = (place: number): DerNode => {
    const start = places[place] as number;
    return new DerNode(der, der[start] as number, start, places[place + 1] as number, places[place + 2] as number, account, 0);
  };
  const extension = (oid: typeof OID.subjectKeyIdentifier | typeof OID.subjectAltName): HoleExtension | undefined => {
    if (sample.extension(oid) === undefined) return undefined;
    const octets = der.subarray(places[PLACE[oid] + 1], places[PLACE[oid] + 2]);
    return { octets, value: READERS[oid](octets) };
  };
  const attempts = new Attempts();
  try {
    const publicKey = wholeBits(node(PLACE.subjectPublicKey));
    const subject = readName(node(PLACE.subject), 'subject', attempts);
    if (subject === undefined || attempts.complaints.length > 0) return undefined;
    return {
      serialNumber: readIntegerBytes(node(PLACE.serialNumber)),
      times: timesOf(node(PLACE.validity)),
      subject,
      publicKey,
      rsa: readKey(sample.keyAlgorithm as NonNullable<typeof sample.keyAlgorithm>, publicKey),
      signature: wholeBits(node(PLACE.signature)),
      keyIdentifier: extension(OID.subjectKeyIdentifier),
      altNames: extension(OID.subjectAltName),
    };
  } catch (error) {
    if (error instanceof FormatFault || error instanceof PkiFault) return undefined;
    throw error;
  }
}

/** The validity read last: certificates of one batch have the same. */
let last: { readonly octets: Uint8Array; readonly times: ReturnType<typeof readTimes> } | undefined;

function timesOf(validity: DerNode): ReturnType<typeof readTimes> {
  if (last === undefined || !isAt(last.octets, validity)) last = { octets: validity.raw.slice(), times: readTimes(validity) };
  return last.times;
}

function isAt(octets: Uint8Array, { source, start, end }: DerNode): boolean {
  if (octets.length !== end - start) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== source[start + i]) return false;
  return true;
}

/** Facts of a certificate that fits the shape of a sample: outside the holes the octets are the sample's, and so are the facts. */
export function fittedFacts(sample: CertificateFacts, places: Int32Array, der: Uint8Array): CertificateFacts | undefined {
  const holes = readHoles(sample, places, der);
  return holes === undefined ? undefined : new FittedFacts(sample, holes, der, places);
}

/** Answers by the identity of the rules' own lists. */
const touching = new WeakMap<readonly string[], boolean>();

function touchesHoles(oids: readonly string[]): boolean {
  let touches = touching.get(oids);
  if (touches === undefined) {
    touches = oids.some((oid) => (HOLE_EXTENSIONS as readonly string[]).includes(oid));
    touching.set(oids, touches);
  }
  return touches;
}

class FittedFacts implements CertificateFacts {
  readonly der: Uint8Array;
  readonly version;
  readonly serialNumber: Uint8Array;
  readonly innerAlgorithm;
  readonly outerAlgorithm;
  readonly signature: Uint8Array;
  readonly issuer;
  readonly subject;
  readonly notBefore;
  readonly notAfter;
  readonly keyAlgorithm;
  readonly publicKey: Uint8Array;
  readonly rsa;
  readonly hasIssuerUniqueId: boolean;
  readonly hasSubjectUniqueId: boolean;
  readonly complaints;
  readonly altNameKinds;
  readonly ca: boolean;
  readonly #sample: CertificateFacts;
  readonly #holes: HoleFacts;
  /** Where they begin and end: few rules want the octets. */
  readonly #tbs: readonly [number, number];
  readonly #spki: readonly [number, number];
  #extensions: readonly ExtensionFacts[] | undefined;
  #answers: Map<string, unknown> | undefined;

  constructor(sample: CertificateFacts, holes: HoleFacts, der: Uint8Array, places: Int32Array) {
    this.#sample = sample;
    this.#holes = holes;
    this.der = der;
    this.#tbs = [places[PLACE.tbs] as number, places[PLACE.tbs + 2] as number];
    this.version = sample.version;
    this.serialNumber = holes.serialNumber;
    this.innerAlgorithm = sample.innerAlgorithm;
    this.outerAlgorithm = sample.outerAlgorithm;
    this.signature = holes.signature;
    this.issuer = sample.issuer;
    this.subject = holes.subject;
    this.notBefore = holes.times[0];
    this.notAfter = holes.times[1];
    this.#spki = [places[PLACE.spki] as number, places[PLACE.spki + 2] as number];
    this.keyAlgorithm = sample.keyAlgorithm;
    this.publicKey = holes.publicKey;
    this.rsa = holes.rsa;
    this.hasIssuerUniqueId = sample.hasIssuerUniqueId;
    this.hasSubjectUniqueId = sample.hasSubjectUniqueId;
    this.complaints = sample.complaints;
    // Their tags are of the shape.
    this.altNameKinds = sample.altNameKinds;
    this.ca = sample.ca;
  }

  get tbs(): Uint8Array {
    return this.der.subarray(...this.#tbs);
  }

  get spki(): Uint8Array {
    return this.der.subarray(...this.#spki);
  }

  #hole(oid: string): HoleExtension | undefined {
    if (oid === OID.subjectKeyIdentifier) return this.#holes.keyIdentifier;
    return oid === OID.subjectAltName ? this.#holes.altNames : undefined;
  }

  get extensions(): readonly ExtensionFacts[] | undefined {
    this.#extensions ??= this.#sample.extensions?.map((one) => this.#filled(one));
    return this.#extensions;
  }

  #filled(extension: ExtensionFacts): ExtensionFacts {
    const hole = this.#hole(extension.oid);
    return hole === undefined ? extension : { ...extension, value: hole.octets };
  }

  extension(oid: string): ExtensionFacts | undefined {
    const found = this.#sample.extension(oid);
    return found === undefined ? undefined : this.#filled(found);
  }

  value<O extends ReaderOid>(oid: O): ValueOf<O> | undefined {
    const hole = this.#hole(oid);
    return hole === undefined ? this.#sample.value(oid) : (hole.value as ValueOf<O>);
  }

  once<T>(what: string, compute: () => T): T {
    const answers = (this.#answers ??= new Map());
    if (!answers.has(what)) answers.set(what, compute());
    return answers.get(what) as T;
  }

  onceOver<T>(oids: readonly ReaderOid[], what: string, compute: (value: ValueReader) => T): T {
    if (!touchesHoles(oids)) return this.#sample.onceOver(oids, what, compute);
    return this.once(what, () => compute((oid) => this.value(oid)));
  }

  get selfIssued(): boolean {
    return this.issuer !== undefined && equalBytes(this.issuer.raw, this.subject.raw);
  }
}
