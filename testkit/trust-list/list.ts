import { nodeCrypto } from '@antin/adapters/crypto/node';
import { utf8 } from '@antin/formats/bytes/bytes';
import { toBase64 } from '@antin/formats/bytes/text-encodings';
import { element } from '@antin/formats/xml/write';
import type { Markup } from '@antin/formats/xml/write';
import type { Certificate } from '@antin/pki/x509/certificate';
import type { SigningKey } from '@antin/signature/making/signer';
import { SERVICE_TYPE, STATUS_GRANTED, TSL } from '@antin/signature/trust-list/names';
import { signXades } from '@antin/signature/xades/sign';

export interface ListedPeriod {
  readonly status?: string;
  /** ISO 8601 UTC. */
  readonly from: string;
  readonly type?: string;
  /** URIs of AdditionalServiceInformation. */
  readonly additional?: readonly string[];
  /** A critical extension with this local name, in a namespace nobody knows. */
  readonly critical?: string;
}

export interface ListedService {
  readonly name: string;
  readonly type?: string;
  readonly certificates: readonly Certificate[];
  /** The present first, then the history. */
  readonly periods: readonly ListedPeriod[];
}

export interface ListDescription {
  readonly territory?: string;
  readonly sequenceNumber?: number;
  readonly issuedAt?: string;
  /** Null: the list is closed. */
  readonly nextUpdate?: string | null;
  readonly services: readonly ListedService[];
  /** Markup behind the providers, as it stands. */
  readonly more?: Markup;
}

const t = (name: string, ...children: (Markup | string)[]): Markup => element(`tsl:${name}`, {}, ...children);
const named = (name: string, text: string): Markup => t(name, element('tsl:Name', { 'xml:lang': 'en' }, text));

/** An unsigned TrustServiceStatusList (TS 119 612 clause 5). */
export function listMarkup(description: ListDescription): Uint8Array {
  const { territory = 'VN', sequenceNumber = 7, issuedAt = '2026-03-01T00:00:00Z', services, more } = description;
  const nextUpdate = description.nextUpdate === undefined ? '2026-09-01T00:00:00Z' : description.nextUpdate;
  const scheme = t(
    'SchemeInformation',
    t('TSLVersionIdentifier', '5'),
    t('TSLSequenceNumber', String(sequenceNumber)),
    t('TSLType', 'http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric'),
    named('SchemeOperatorName', 'National Electronic Authentication Centre'),
    t('SchemeTerritory', territory),
    t('ListIssueDateTime', issuedAt),
    t('NextUpdate', ...(nextUpdate === null ? [] : [t('dateTime', nextUpdate)])),
  );
  const provider = t(
    'TrustServiceProvider',
    t('TSPInformation', named('TSPName', 'Test provider')),
    t('TSPServices', ...services.map(serviceMarkup)),
  );
  const list = element(
    'tsl:TrustServiceStatusList',
    { 'xmlns:tsl': TSL },
    scheme,
    t('TrustServiceProviderList', provider),
    ...(more === undefined ? [] : [more]),
  );
  return utf8(`<?xml version="1.0" encoding="UTF-8"?>\n${list.xml}`);
}

/** The same, signed by this key: XAdES B-B, enveloped. */
export function signedList(description: ListDescription, key: SigningKey, signingTime: number): Promise<Uint8Array> {
  return signList(listMarkup(description), key, signingTime);
}

export function signList(document: Uint8Array, key: SigningKey, signingTime: number): Promise<Uint8Array> {
  return signXades({ packaging: 'enveloped', document }, key, { door: nodeCrypto, level: 'B-B', signingTime });
}

function serviceMarkup(service: ListedService): Markup {
  const { name, type = SERVICE_TYPE.caQc, certificates, periods } = service;
  const [now, ...history] = periods.map((one) => ({ type, ...one }));
  if (now === undefined) throw new Error('a service has a status');
  const identity = t(
    'ServiceDigitalIdentity',
    ...certificates.map((one) => t('DigitalId', t('X509Certificate', toBase64(one.raw)))),
  );
  return t(
    'TSPService',
    t('ServiceInformation', ...inside(now, name, identity)),
    ...(history.length === 0
      ? []
      : [
          t(
            'ServiceHistory',
            ...history.map((one) => t('ServiceHistoryInstance', ...inside(one, name, t('ServiceDigitalIdentity')))),
          ),
        ]),
  );
}

function inside(period: ListedPeriod & { readonly type: string }, name: string, identity: Markup): Markup[] {
  const extension = (critical: boolean, ...children: Markup[]): Markup =>
    element('tsl:Extension', { Critical: String(critical) }, ...children);
  const extensions = [
    ...(period.additional ?? []).map((uri) => extension(false, t('AdditionalServiceInformation', t('URI', uri)))),
    ...(period.critical === undefined ? [] : [extension(true, element(`x:${period.critical}`, { 'xmlns:x': 'urn:test:x' }))]),
  ];
  return [
    t('ServiceTypeIdentifier', period.type),
    named('ServiceName', name),
    identity,
    t('ServiceStatus', period.status ?? STATUS_GRANTED),
    t('StatusStartingTime', period.from),
    ...(extensions.length === 0 ? [] : [t('ServiceInformationExtensions', ...extensions)]),
  ];
}
