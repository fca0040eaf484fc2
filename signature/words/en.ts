import type { Catalogue } from './catalogue.ts';

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
const at = (when: string): string => (when === '' ? '' : ` at ${when}`);

const fields = (names: readonly string[]): string =>
  list(names.map((name) => (name === 'so' ? 'the number' : name === 'ngay' ? 'the date' : `field “${name}”`)));

/** The English words; the same keys as the Vietnamese ones. Times are Vietnam time. */
export const EN: Catalogue = {
  valid: ({ persons, seals, authorityChecked, unsignedFields, parts, apart }) =>
    apart.length > 0
      ? `What was signed is intact, but each signed a part of their own: ${apart.map((one) => `${one.who} signed ${list(one.parts)}`).join('; ')}${parts.length === 0 ? '' : '; nobody signed anything else'}.`
      : parts.length > 0
        ? `The signed part of this file (${list(parts)}) is intact and was signed by ${list([...persons, ...seals])}; no signature speaks for anything around it.`
        : unsignedFields.length > 0
          ? `What was signed is intact and was signed by ${list([...persons, ...seals])}, but no signature covers what was filled in later (${fields(unsignedFields)}).`
          : authorityChecked
            ? 'This document is intact and was signed by the right person and the right agency.'
            : `This document is intact and was signed by ${list([...persons, ...seals])}; authority was not checked.`,
  validMail: ({ persons, seals }) =>
    `The body of the mail is intact and was signed by ${list([...persons, ...seals])}; subject, sender and recipients stand outside of what is signed.`,
  replaced: (by) => `This document is intact, but it has since been replaced${by === '' ? '' : ` by ${by}`}.`,
  recalled: () => 'This document is intact, but the agency that issued it has recalled it.',
  unsigned: () => 'This file carries no digital signature.',
  unsignedNext: () => 'If you need a document with legal effect, ask the issuing agency for the digitally signed one.',
  invalid: (reason) => `Not valid: ${reason}.`,
  indeterminate: (reason) => `No conclusion yet: ${reason}.`,
  reasons: {
    'integrity.digest': () => 'the content was changed after signing',
    'integrity.signature-value': ({ signer }) =>
      `the signature value does not fit the certificate${signer === '' ? '' : ` of ${signer}`}`,
    'pdf.changed-after-signing': () => 'the content was changed after signing',
    'pdf.pages-changed': () => 'pages were added, removed or changed after signing',
    'pdf.permissions-changed': () => 'the permissions set by the signer were changed after signing',
    'pdf.docmdp-violated': () => 'the document was changed although the signer did not allow it',
    'pdf.field-locked': () => 'a field that was locked by signing was changed',
    'pdf.appearance-differs-from-value': () => 'what a filled field shows is not the value it holds',
    'pdf.signature-dictionary-changed': () => 'the details of the signature were changed after signing',
    'pdf.signature-not-in-form': () => 'the signature was taken out of the document',
    'pdf.signature-not-in-signed-revision': () => 'the signature does not stand in the part it claims to sign',
    'pdf.signature-orphan': () => 'the signature was taken out of the document',
    'pdf.signature-not-dictionary': () => 'a signature field has a value that is no signature',
    'pdf.byte-range-missing': () => 'the signature does not say what part of the file it covers',
    'pdf.byte-range-malformed': () => 'the signed range written in the file is impossible',
    'pdf.gap-not-contents': () => 'a part of the file is not protected by the signature as it claims',
    'pdf.range-ends-inside-revision': () => 'the signed range does not end where a version of the file ends',
    'pdf.contents-missing': () => 'the signature field holds no signature',
    'pdf.contents-empty': () => 'the signature field holds no signature',
    'pdf.padding-not-zero': () => 'foreign data follows the signature',
    'pdf.trailing-data': () => 'data of unknown origin follows the signed document',
    'cms.unreadable': () => 'the signature data is damaged',
    'cms.two-contents': () => 'the data inside the signature is not the file that was given',
    'time-stamp.imprint': () => 'the content was changed after it was time-stamped',
    'time-stamp.digest': () => 'the time-stamp of the document is damaged',
    'time-stamp.value': () => 'the time-stamp of the document is damaged',
    'pdf.*': () => 'the structure of the signed file is damaged or was tampered with',
    'xml.unsigned-content': () => 'only a part of the file is signed, and it holds content that nobody signed for',
    'xml.unsigned-object': () => 'a signature carries content that nobody signed for',
    'xml.unsigned-instruction': () => 'the file tells programs how to show it (a style sheet), and nobody signed for that',
    'file.active-name': () =>
      'the name of the file has programs run it or show it as a web page, with another content than was signed',
    'file.two-formats': () => 'the file is both an Office document and a signed container, and programs see only one of the two',
    'xml.type-contradicted': () => 'the file says of what was signed that it is of another type than the signer said',
    'xml.prefix-not-signed': () => 'a value in the file is written with a short name, and nobody signed what that stands for',
    'xml.signature-cuts-text': () =>
      'a signature stands in the middle of a text, so that programs may read only a part of the value',
    'xml.active-content': () => 'the file is a web page or a drawing that can show something else when it is opened',
    'xml.style-sheet': () => 'the file is shown through a style sheet that nobody signed',
    'asic.name-not-signed': () =>
      'the name of the file in the container has programs run it or show it as a web page, and nobody signed that name',
    'xml.data-not-in-document': () => 'what the signature is over is not in the file',
    'xmldsig.ambiguous-id': () => 'the file holds two elements that both claim to be the signed one',
    'xmldsig.transform-refused': () => 'the data is signed through a transform this software does not carry out',
    'xmldsig.reference-refused': () => 'the signed part is named in a way this software does not follow',
    'xml.dtd-refused': () => 'the file carries a document type declaration, which a signed file must not',
    'xades.*': () => 'the properties of the signature are not those of this signature, or were tampered with',
    'xmldsig.*': () => 'the structure of the signature does not follow its standard',
    'xml.*': () => 'the structure of the signed file is damaged or cannot be read',
    'jws.algorithm-is-no-signature': () =>
      'the file only claims to be signed: anybody could have made what stands for a signature',
    'jws.crit-not-understood': () => 'the signer demands something of the reader that this software does not know',
    'jws.two-contents': () => 'the data inside the signature is not the file that was given',
    'jws.objects-not-separated': () => 'several files are signed as one text, so where each ends is not certain',
    'jws.type-not-signed': () => 'the file says of what was signed that it is of a certain type, and nobody signed that',
    'jws.mechanism': () => 'the signed data is named in a way this software does not follow',
    'json.duplicate-member': () => 'the file says the same thing twice, differently for different readers',
    'jws.*': () => 'the structure of the signature does not follow its standard',
    'json.*': () => 'the structure of the signed file is damaged or cannot be read',
    'base64.*': () => 'the structure of the signed file is damaged or cannot be read',
    'asic.not-covered': () => 'the container holds a file that no valid signature covers',
    'asic.data-objects': () => 'the container must hold exactly one file, and holds another number',
    'asic.time-stamp-only': () => 'the container only carries a time-stamp; no person and no agency signed it',
    'asic.manifest-missing': () => 'the list of what was signed is missing from the container',
    'asic.manifest-ambiguous': () => 'the container holds two lists of what was signed',
    'asic.manifest-orphan': () => 'a signature seems to have been taken out of the container',
    'detached.not-signed': () => 'the data given beside the file are not what its signatures are over',
    'cms.text-around': () => 'the file holds text that is not part of the signed data',
    'ooxml.two-formats': () => 'the Office file is also a PDF that nobody signed',
    'asic.two-formats': () => 'the container is also a PDF that nobody signed',
    'asic.mimetype-unknown': () => 'the container says that it is another kind of file',
    'asic.mimetype-contradicted': () => 'the container says that it is another kind of file',
    'asic.*': () => 'the container does not follow its standard',
    'ooxml.not-covered': () =>
      'the Office file holds content that its signature does not cover: it may have been put in afterwards',
    'ooxml.outside-content': () => 'the Office file shows something that lies elsewhere and that nobody signed',
    'ooxml.*': () => 'the Office file does not follow its standard, or was built so that programs see different documents in it',
    'zip.duplicate': () => 'the container holds two files of the same name',
    'zip.encrypted': () => 'the container is protected by a password, so it cannot be read',
    'zip.budget': () => 'the container unpacks to far more than it should, or to more than is checked here',
    'zip.unsupported': () => 'the container is packed in a way this software does not read',
    'zip.*': () => 'the container is damaged or was built so that programs see different files in it',
    'inflate.*': () => 'a packed file in the container is damaged or cannot be unpacked',
    'cms.*': () => 'the structure of the signature does not follow its standard',
    HASH_FAILURE: () => 'the content was changed after signing',
    SIG_CRYPTO_FAILURE: () => 'the signature value is wrong',
    FORMAT_FAILURE: () => 'the structure of the signed file is damaged or was tampered with',
    NOT_YET_VALID: ({ signer, when }) => `the certificate of ${signer} was not yet valid when it signed (valid from${at(when)})`,
    'trust.chain-found': ({ issuer }) =>
      `the authority that issued this certificate is not known here${issuer === '' ? '' : ` (${issuer})`}`,
    NO_CERTIFICATE_CHAIN_FOUND: ({ issuer }) =>
      `the authority that issued this certificate is not known here${issuer === '' ? '' : ` (${issuer})`}`,
    'trust.anchor-ended': ({ signer, when }) =>
      `the authority that issued the certificate of ${signer} was trusted here only until ${when}, and no time-stamp proves that the document was signed before`,
    'trust.anchor-not-yet': ({ signer, when }) =>
      `the authority that issued the certificate of ${signer} was not yet trusted here when it signed (trusted from ${when})`,
    'trust.chain-constraints': ({ signer }) =>
      `the certificate of ${signer} was not issued for signing documents, or breaks a rule of its issuer`,
    CHAIN_CONSTRAINTS_FAILURE: ({ signer }) =>
      `the certificate of ${signer} was not issued for signing documents, or breaks a rule of its issuer`,
    'trust.signed-after-revocation': ({ signer, when }) =>
      `the certificate of ${signer} was revoked${at(when)}, and a time-stamp shows that the document was signed after that`,
    'trust.signed-after-expiry': ({ signer, when }) =>
      `the certificate of ${signer} expired${at(when)}, and a time-stamp shows that the document was signed after that`,
    'policy.level': () => 'the signature does not reach the level this policy asks for',
    'trust.not-revoked': ({ signer, when }) =>
      `the certificate of ${signer} was revoked${at(when)}, and no time-stamp proves that the document was signed before`,
    REVOKED_NO_POE: ({ signer, when }) =>
      `the certificate of ${signer} was revoked${at(when)}, and no time-stamp proves that the document was signed before`,
    REVOKED_CA_NO_POE: ({ when }) =>
      `the certificate of the issuing authority was revoked${at(when)}, and no time-stamp proves that the document was signed before`,
    'trust.not-expired': ({ signer, when }) =>
      `the certificate of ${signer} expired${at(when)}, and no time-stamp proves that the document was signed before`,
    'trust.not-yet-valid': ({ signer, when }) => `the certificate of ${signer} is not valid yet (valid from${at(when)})`,
    OUT_OF_BOUNDS_NO_POE: ({ signer, when }) => `the certificate of ${signer} is outside its validity period (limit${at(when)})`,
    'trust.revocation-known': ({ signer }) => `whether the certificate of ${signer} was revoked could not be checked`,
    TRY_LATER: ({ signer }) => `whether the certificate of ${signer} was revoked could not be checked`,
    'signer.found': () => 'the certificate of the signer is not in the file',
    'signer.bound': () => 'the signature is not bound to the certificate that comes with it',
    NO_SIGNING_CERTIFICATE_FOUND: () => 'the certificate of the signer was not found',
    'integrity.data-found': () => 'the signed data is missing',
    SIGNED_DATA_NOT_FOUND: () => 'the signed data is missing',
    'algorithm.allowed': () => 'the signature uses an algorithm that is no longer safe enough',
    'algorithm.not-allowed': () => 'the signature uses an algorithm that is no longer safe enough',
    'algorithm.disagree': () => 'the algorithms named in the signature contradict each other',
    'algorithm.known': () => 'the signature uses an algorithm this software does not support',
    CRYPTO_CONSTRAINTS_FAILURE: () => 'the signature uses an algorithm that is not accepted',
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE: () => 'the signature uses an algorithm that is no longer safe enough',
    TIMESTAMP_ORDER_FAILURE: () => 'the time-stamps contradict each other in their order',
    'pdf.widget-over-content': () => 'the picture of a later signature covers content of the document',
    'pdf.widget-over-unknown': () => 'the picture of a later signature may cover content of the document',
    'pdf.annotation-over-content': () => 'a note added after signing may cover content of the document',
    'pdf.appearance-not-decidable': () => 'what a field filled after signing shows cannot be determined',
    'pdf.filled-value-changed': () => 'the value of a field that was filled when signed was changed later',
    'pdf.annotation-added': () => 'a note was added after signing that nobody signed for',
    'pdf.button-draws': () => 'a large button chosen after signing may show content nobody saw when signing',
    'pdf.field-redrawn': () => 'a field that already showed something was given another picture when somebody signed into it',
    'pdf.signature-covered': () => 'the picture of a later signature hides most of an earlier one',
    'pdf.change-undecided': () => 'the file was changed after signing in a way that cannot be shown to be harmless',
    'pdf.sub-filter-not-judged': () => 'the file carries a signature of a kind this software cannot judge yet',
    'pdf.time-stamp-only': () => 'the file only carries a time-stamp; no person and no agency signed it',
    'pdf.password-wrong': () => 'the password does not open the file, so its signatures cannot be read',
    'pdf.encryption-unsupported': () => 'the file is encrypted in a way this software cannot read',
    'pdf.encryption-damaged': () => 'the encryption of the file is damaged or was tampered with',
    'pdf.encrypted': () => 'the file is protected by a password, so its signatures cannot be read',
    'smime.other-sender': () => 'the sender whom the mail shows is not the one in the certificate',
    'smime.partly-signed': () => 'only a part of the mail is signed, beside parts that nobody signed',
    'smime.encrypted': () => 'the mail is encrypted, so its signatures cannot be read',
    'smime.*': () => 'the structure of the signed mail is damaged',
    'mime.*': () => 'the structure of the signed mail is damaged',
    'limit.*': ({ detail }) => `the file exceeds a processing limit (${detail})`,
    'engine.complete': () => 'not every check could be made',
  },
  next: {
    'trust.revocation-known': 'Try again when you are online.',
    TRY_LATER: 'Try again when you are online.',
    'trust.chain-found':
      'If you know the issuing authority, add its root certificate; otherwise ask the clerk of the sending agency.',
    NO_CERTIFICATE_CHAIN_FOUND:
      'If you know the issuing authority, add its root certificate; otherwise ask the clerk of the sending agency.',
    'integrity.data-found': 'Choose the data file that belongs to this signature too.',
    SIGNED_DATA_NOT_FOUND: 'Choose the data file that belongs to this signature too.',
    'trust.not-revoked': 'Ask the clerk of the issuing agency to confirm when it was signed.',
    'trust.not-expired': 'Ask the clerk of the issuing agency to confirm when it was signed.',
    'ooxml.not-covered': 'Do not rely on this document; ask the issuing agency to send it again.',
    'asic.not-covered':
      'Trust only the files that a signature covers, or ask the sending agency for a container that is signed whole.',
    'xml.unsigned-content': 'Use only the signed part, or ask the issuing agency for a file that is signed as a whole.',
    'integrity.digest': 'Do not use this document; ask the issuing agency to send it again.',
    'pdf.changed-after-signing': 'Do not use this document; ask the issuing agency to send it again.',
    'pdf.pages-changed': 'Do not use this document; ask the issuing agency to send it again.',
    'pdf.encrypted': 'Ask the sender for a copy without a password.',
  },
  otherReason: (code) => `check "${code}" did not hold`,
  changed: {
    no: () => 'No. The content is as it was when it was signed.',
    allowed: (names) => `No. Since the first signature there were only permitted changes: ${list(names)}.`,
    unsignedFill: (names) =>
      `What was signed did not change, but ${fields(names)} was filled in after the last signature, and nobody signed for it.`,
    partly: (parts) =>
      `What was signed${parts.length === 0 ? '' : ` (${list(parts)})`} did not change; nobody signed for what else stands in the file.`,
    yes: () => 'Yes. The content was changed after signing.',
    broken: () => 'It cannot be trusted to be intact: the signature or the structure of the file is broken.',
    unknown: () => 'This could not be determined.',
    unsigned: () => 'Nobody can tell, because the file carries no digital signature.',
  },
  changeNames: {
    'field-filled': (field) => (field === 'so' ? 'the number' : field === 'ngay' ? 'the date' : `field “${field}” filled in`),
    'button-chosen': (field) => `field “${field}” chosen`,
    'seal-placed': () => 'the seal',
    'signature-field-filled': () => 'a further signature',
    'signature-added': () => 'a further signature',
    'evidence-added': () => 'evidence for the long term',
    'time-stamped': () => 'a time-stamp',
    'annotation-added': () => 'a note',
  },
  signed: {
    one: (name, when, proven) =>
      `${name}${when === '' ? '' : proven ? `, at ${when} (by time-stamp)` : `, at ${when} (as claimed)`}`,
    authorityKnown: () => 'The signer had the authority at that time.',
    authorityUnknown: () => 'Authority at that time was not checked.',
    none: () => 'There is no digital signature of a person.',
    onlyClaimed: (names) => `The file bears the name of ${list(names)}, but that is not confirmed.`,
  },
  sealed: {
    one: (organisation, when, proven) =>
      `${organisation}${when === '' ? '' : proven ? `, at ${when} (by time-stamp)` : `, at ${when} (as claimed)`}`,
    none: () => 'There is no digital signature of an organisation.',
    onlyClaimed: (names) => `The file bears the name of ${list(names)}, but that is not confirmed.`,
  },
  inForce: {
    yes: () => 'In force according to the register of the issuing agency.',
    replaced: (by) => `Replaced${by === '' ? '' : ` by ${by}`}.`,
    recalled: () => 'Recalled by the issuing agency.',
    unknown: () => 'A digital signature does not tell this; ask the issuing agency.',
  },
  and: list,
  wholeDocument: () => 'the whole document',
};
