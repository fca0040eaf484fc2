/** ETSI TS 119 612: words of trusted lists. */
export const TSL = 'http://uri.etsi.org/02231/v2#';
const TYPE = 'http://uri.etsi.org/TrstSvc/Svctype/';
const EXTENSION = 'http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/';
const STATUS = 'http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/';
/** Of the time before Regulation 910/2014; they stand in histories. */
const OLD_STATUS = 'http://uri.etsi.org/TrstSvc/eSigDir-1999-EC-TrustedList/Svcstatus/';

/** Clause 5.5.1: what a service is. */
export const SERVICE_TYPE = {
  caQc: `${TYPE}CA/QC`,
  caPkc: `${TYPE}CA/PKC`,
  nationalRoot: `${TYPE}NationalRootCA-QC`,
  tsa: `${TYPE}TSA`,
  tsaQualified: `${TYPE}TSA/QTST`,
  tsaQc: `${TYPE}TSA/TSS-QC`,
  tsaAdes: `${TYPE}TSA/TSS-AdESQCandQES`,
  ocsp: `${TYPE}Certstatus/OCSP`,
  ocspQc: `${TYPE}Certstatus/OCSP/QC`,
  crl: `${TYPE}Certstatus/CRL`,
  crlQc: `${TYPE}Certstatus/CRL/QC`,
} as const;

/** Clause 5.5.4: statuses under which a service vouches. */
export const STATUS_GRANTED = `${STATUS}granted`;
export const STATUS_WITHDRAWN = `${STATUS}withdrawn`;
export const VOUCHING: ReadonlySet<string> = new Set([
  STATUS_GRANTED,
  `${STATUS}recognisedatnationallevel`,
  `${STATUS}setbynationallaw`,
  `${OLD_STATUS}undersupervision`,
  `${OLD_STATUS}supervisionincessation`,
  `${OLD_STATUS}accredited`,
]);

/** Clause 5.5.9.4: what certificates of the service are for. */
export const FOR_SIGNATURES = `${EXTENSION}ForeSignatures`;
export const FOR_SEALS = `${EXTENSION}ForeSeals`;
export const FOR_WEB_SITES = `${EXTENSION}ForWebSiteAuthentication`;
/** Extensions that this reader knows; a critical one beside them makes the service unusable (clause 5.5.9). */
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([
  'AdditionalServiceInformation',
  'ExpiredCertsRevocationInfo',
  'Qualifications',
  'TakenOverBy',
]);

/** id-tsl-kp-tslSigning (TS 119 612 B.2): certificates made to sign trusted lists and nothing else. */
export const TSL_SIGNING = '0.4.0.2231.3.0';
