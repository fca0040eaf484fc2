/** Names of what signatures are over and what is not at hand; an empty one where the signature gives no name. */
export function missingData(report: {
  readonly signatures: readonly {
    readonly subIndication: string | null;
    readonly covers?: readonly { readonly kind: string; readonly name: string; readonly intact: boolean | null }[];
  }[];
}): string[] {
  const names = report.signatures
    .filter((one) => one.subIndication === 'SIGNED_DATA_NOT_FOUND')
    .flatMap((one) => {
      const absent = (one.covers ?? []).filter(({ kind, intact }) => intact === null && (kind === 'file' || kind === 'payload'));
      return absent.length === 0 ? [''] : absent.map(({ kind, name }) => (kind === 'file' ? name : ''));
    });
  return [...new Set(names)];
}
