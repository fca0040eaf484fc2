/** Endings of files that hold nothing but a signature. */
const SIGNATURE = /\.(p7s|p7m|p7b|p7c|pkcs7|sig|cms|xades|jades|jws|asice|asics|sce|scs)$/i;

/** Whether a file's name says that it is a signature, or a container of signatures. */
export function namedAsSignature(name: string): boolean {
  return SIGNATURE.test(name);
}

/**
 * The file that a detached signature is named after: `a.pdf.p7s` is over `a.pdf`, and `a.p7s` over `a.pdf` where no other file is
 * called `a`. The name says which file to try; whether the signature is over it, its digest decides.
 *
 * @returns its position; undefined where nothing, or more than one thing, answers
 */
export function signatureFor(name: string, files: readonly { readonly name: string }[]): number | undefined {
  if (!namedAsSignature(name)) return undefined;
  const wanted = plain(name).replace(SIGNATURE, '');
  const names = files.map((one) => plain(one.name));
  const only = (fits: (one: string) => boolean): number | undefined => {
    const found = names.flatMap((one, i) => (fits(one) ? [i] : []));
    return found.length === 1 ? found[0] : undefined;
  };
  if (names.includes(wanted)) return only((one) => one === wanted);
  return only((one) => !namedAsSignature(one) && one.replace(/\.[^.]+$/, '') === wanted);
}

function plain(name: string): string {
  return (name.replaceAll('\\', '/').split('/').at(-1) ?? '').normalize('NFC').toLowerCase();
}
