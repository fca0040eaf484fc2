import { FormatFault } from '@antin/formats/fault';
import { base64Binary } from '@antin/formats/xml/base64';
import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { XML_BUDGET } from '@antin/formats/xml/scan';
import type { XmlBudget } from '@antin/formats/xml/scan';
import { PkiFault } from '@antin/pki/fault';
import { parseCertificate } from '@antin/pki/x509/certificate';
import type { Certificate } from '@antin/pki/x509/certificate';
import { KNOWN_EXTENSIONS, TSL } from './names.ts';

/** A trusted list as it was read; times are ms since 1970. Nothing here says that it may be believed. */
export interface TrustedList {
  /** SchemeTerritory: `VN`, `EU`. */
  readonly territory: string;
  /** Which list of which scheme it is: two lists with the same identity are versions of one. */
  readonly identity: string;
  readonly operator: string;
  readonly sequenceNumber: number;
  readonly issuedAt: number;
  /** Null: the list is closed and no other will come. */
  readonly nextUpdate: number | null;
  readonly providers: readonly TrustServiceProvider[];
  /** What could not be used, for people. */
  readonly unreadable: readonly string[];
}

export interface TrustServiceProvider {
  readonly name: string;
  readonly services: readonly TrustService[];
}

export interface TrustService {
  readonly name: string;
  /** Of the service digital identity; none where it is only named. */
  readonly certificates: readonly Certificate[];
  /** Newest first: the present, then its history. */
  readonly periods: readonly ServicePeriod[];
}

export interface ServicePeriod {
  readonly type: string;
  readonly status: string;
  readonly from: number;
  /** URIs of AdditionalServiceInformation. */
  readonly additional: readonly string[];
  /** A critical extension that nobody here knows: the service is not used. */
  readonly unknownCritical: boolean;
}

export const LIST_BUDGET: XmlBudget = { ...XML_BUDGET, bytes: 48 << 20, depth: 64 };
const MOST_SERVICES = 20_000;
const MOST_PERIODS = 200;
const MOST_CERTIFICATES = 64;

/**
 * Reads a TrustServiceStatusList (ETSI TS 119 612 clause 5). Only what stands under its root is looked at: nothing inside
 * signatures or foreign elements is taken for a service.
 *
 * @throws {FormatFault} `trusted-list.not-a-list`, `trusted-list.damaged`, `trusted-list.too-large`, `xml.child-repeated`
 */
export function readTrustedList({ root }: XmlTree): TrustedList {
  if (!root.is(TSL, 'TrustServiceStatusList')) {
    throw new FormatFault('trusted-list.not-a-list', 'the root element is not tsl:TrustServiceStatusList');
  }
  const scheme = need(root, 'SchemeInformation');
  const sequence = textOf(need(scheme, 'TSLSequenceNumber'));
  if (!/^[1-9]\d{0,8}$/.test(sequence)) throw damaged('TSLSequenceNumber is not a number above zero');
  const next = textOf(need(scheme, 'NextUpdate'));
  const territory = textOf(need(scheme, 'SchemeTerritory'));
  const unreadable: string[] = [];
  const budget = { services: 0 };
  const list = root.child(TSL, 'TrustServiceProviderList');
  return {
    territory,
    identity: `${textOf(need(scheme, 'TSLType'))} ${territory}`,
    operator: nameIn(need(scheme, 'SchemeOperatorName')),
    sequenceNumber: Number(sequence),
    issuedAt: momentIn(need(scheme, 'ListIssueDateTime')),
    nextUpdate: next === '' ? null : momentIn(need(need(scheme, 'NextUpdate'), 'dateTime')),
    providers: (list?.childrenNamed(TSL, 'TrustServiceProvider') ?? []).map((one) => provider(one, budget, unreadable)),
    unreadable,
  };
}

function provider(element: XmlElement, budget: { services: number }, unreadable: string[]): TrustServiceProvider {
  const name = nameIn(need(need(element, 'TSPInformation'), 'TSPName'));
  const services = need(element, 'TSPServices').childrenNamed(TSL, 'TSPService');
  budget.services += services.length;
  if (budget.services > MOST_SERVICES) throw new FormatFault('trusted-list.too-large', `more than ${MOST_SERVICES} services`);
  return { name, services: services.map((one) => service(one, name, unreadable)) };
}

function service(element: XmlElement, provider: string, unreadable: string[]): TrustService {
  const now = need(element, 'ServiceInformation');
  const history = element.child(TSL, 'ServiceHistory')?.childrenNamed(TSL, 'ServiceHistoryInstance') ?? [];
  if (history.length > MOST_PERIODS) throw new FormatFault('trusted-list.too-large', `a service with ${history.length} periods`);
  const name = nameIn(need(now, 'ServiceName'));
  const identities = need(now, 'ServiceDigitalIdentity').childrenNamed(TSL, 'DigitalId');
  const raw = identities.flatMap((one) => one.childrenNamed(TSL, 'X509Certificate'));
  if (raw.length > MOST_CERTIFICATES)
    throw new FormatFault('trusted-list.too-large', `a service with ${raw.length} certificates`);
  const certificates = raw.flatMap((one): Certificate[] => {
    try {
      return [parseCertificate(base64Binary(one.text))];
    } catch (error) {
      if (!(error instanceof FormatFault) && !(error instanceof PkiFault)) throw error;
      // One odd certificate of one service must not take the trust from all the others.
      unreadable.push(`${provider}, ${name}: ${error.message}`);
      return [];
    }
  });
  const periods = [now, ...history].map(period).sort((a, b) => b.from - a.from);
  return { name, certificates, periods };
}

function period(element: XmlElement): ServicePeriod {
  const extensions = (element.child(TSL, 'ServiceInformationExtensions')?.children ?? []).filter((one) =>
    one.is(TSL, 'Extension'),
  );
  const known = (one: XmlElement): boolean =>
    one.children.length > 0 && one.children.every((inner) => KNOWN_EXTENSIONS.has(inner.localName));
  return {
    type: textOf(need(element, 'ServiceTypeIdentifier')),
    status: textOf(need(element, 'ServiceStatus')),
    from: momentIn(need(element, 'StatusStartingTime')),
    additional: extensions
      .flatMap((one) => one.childrenNamed(TSL, 'AdditionalServiceInformation'))
      .map((one) => textOf(need(one, 'URI'))),
    unknownCritical: extensions.some((one) => /^(true|1)$/.test(one.attribute('Critical') ?? '') && !known(one)),
  };
}

function need(parent: XmlElement, name: string): XmlElement {
  const found = parent.child(TSL, name);
  if (found === undefined) throw damaged(`${parent.localName} has no ${name}`, parent.start);
  return found;
}

/** The name in English, or the first one there is. */
function nameIn(element: XmlElement): string {
  const names = element.childrenNamed(TSL, 'Name');
  const english = names.find((one) => one.attribute('lang', 'http://www.w3.org/XML/1998/namespace')?.toLowerCase() === 'en');
  return (english ?? names[0])?.text.replace(/\s+/g, ' ').trim().slice(0, 300) ?? '';
}

function textOf(element: XmlElement): string {
  return element.text.trim();
}

/** xsd:dateTime in UTC, as clause 5.1.4 demands. */
function momentIn(element: XmlElement): number {
  const text = textOf(element);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw damaged(`${element.localName} is not a moment in UTC`, element.start);
  return ms;
}

function damaged(message: string, offset?: number): FormatFault {
  return new FormatFault('trusted-list.damaged', message, offset);
}
