import type { XmlTree } from '@antin/formats/xml/document';
import type { XmlElement } from '@antin/formats/xml/element';
import { DS } from '../../xmldsig/names.ts';
import type { Finding } from '../types.ts';
import { pathOf } from './covers.ts';
import type { Covered } from './covers.ts';

/**
 * Where a signature stands inside what it signs is signed by nobody: its transform takes it away wherever it is (XMLDSIG §6.6.4).
 * As a child of the signed element it says nothing by its place. Deeper, it may have been put into the box of "approved by" or of
 * "seen by": told, because this engine names signers by their certificates and never by the box. In the middle of a text it makes two
 * values of one, and never passes.
 */
export function signaturePlaces(
  tree: XmlTree,
  covered: readonly Covered[],
): { readonly doubts: readonly Finding[]; readonly warnings: readonly Finding[]; readonly information: readonly Finding[] } {
  const doubts: Finding[] = [];
  const warnings: Finding[] = [];
  const information: Finding[] = [];
  const looked = new Set<XmlElement>();
  for (const one of covered) {
    if (one.kind !== 'element' || one.how === 'whole' || one.how === 'text') continue;
    const { signature, element } = one;
    const { parent } = signature;
    if (parent === undefined || looked.has(signature) || !element.contains(signature) || insideAnother(signature)) continue;
    looked.add(signature);
    const say = (code: string, what: string): Finding => {
      return { code, clause: 'XMLDSIG 6.6.4', message: `the signature ${pathOf(signature)} ${what}` };
    };
    const { before, behind } = textBeside(tree, signature, parent);
    if (before && behind) {
      doubts.push(say('xml.signature-cuts-text', 'stands in the middle of a text, where it can be put after signing'));
    } else if (parent !== element) {
      information.push(say('xml.place-not-signed', 'may have been put at this place after signing'));
      if (before || behind) warnings.push(say('xml.signature-in-text', 'stands beside a text that belongs to another element'));
    }
  }
  return { doubts, warnings, information };
}

/** Is there text directly before and behind it? Signatures in between are taken away as well, and hold nothing apart. */
function textBeside({ text }: XmlTree, signature: XmlElement, parent: XmlElement): { before: boolean; behind: boolean } {
  const speaks = (from: number, to: number): boolean =>
    text
      .slice(from, to)
      .replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, '')
      .trim() !== '';
  const { children } = parent;
  let before = false;
  let at = signature.start;
  for (let i = signature.place - 1; ; i--) {
    const one = children[i];
    before ||= speaks(one?.end ?? parent.openEnd, at);
    if (one === undefined || !one.is(DS, 'Signature')) break;
    at = one.start;
  }
  let behind = false;
  at = signature.end;
  for (let i = signature.place + 1; ; i++) {
    const one = children[i];
    behind ||= speaks(at, one?.start ?? parent.closeStart);
    if (one === undefined || !one.is(DS, 'Signature')) break;
    at = one.end;
  }
  return { before, behind };
}

function insideAnother(signature: XmlElement): boolean {
  for (let at = signature.parent; at !== undefined; at = at.parent) if (at.is(DS, 'Signature')) return true;
  return false;
}
