import { spawnSync } from 'node:child_process';
import { encodePem } from '@antin/pki/pem';
import { openssl, opensslVersion } from '@antin/testkit/openssl';
import { pdfsig, qpdfCheck, tools } from '@antin/testkit/pdf/outside';
import { xmlsecVerify, xmlsecVersion } from '@antin/testkit/xml/xmlsec';
import type { Judge } from './judge.ts';
import { no, yes } from './judge.ts';
import { JUDGED_AT } from './making/make.ts';
import { pki } from './making/people.ts';
import { onlyContent, signaturePart } from './parts.ts';

function versionOf(tool: string, flag: string): string | undefined {
  const { stdout, stderr, error } = spawnSync(tool, [flag], { encoding: 'utf8' });
  return error === undefined ? /\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] : undefined;
}

export const opensslCms: Judge = {
  name: 'openssl cms',
  version: opensslVersion?.split(' ')[1],
  looksAt: 'digest, value, path without revocation, signing-certificate attribute (`-cades`); nothing unsigned',
  takes: (shape) => shape.includes('CAdES'),
  ask: async (files) => {
    const tool = openssl();
    try {
      tool.put('roots.pem', pki.anchors.map((one) => encodePem('CERTIFICATE', one.certificate.raw)).join('\n'));
      const at = String(Math.floor(JUDGED_AT / 1000));
      return files.map((file) => {
        const part = signaturePart(file);
        const content = onlyContent(part);
        tool.put('in.der', part.bytes);
        if (content !== undefined) tool.put('content', content);
        const whole = content === undefined ? [] : ['-content', 'content'];
        const trust = ['-CAfile', 'roots.pem', '-attime', at, '-purpose', 'any'];
        const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 'in.der', ...whole, ...trust];
        const { ok, err } = tool.run([...args, '-out', 'out']);
        return ok ? yes() : no(err);
      });
    } finally {
      tool.remove();
    }
  },
};

export const xmlsec: Judge = {
  name: 'xmlsec1',
  version: xmlsecVersion?.split(' ')[1],
  looksAt: 'all references and the value, with the key of the signer; no path, nothing unsigned',
  takes: (shape) => shape.includes('XAdES'),
  ask: async (files) =>
    files.map((file) => {
      const { bytes, detached = {} } = signaturePart(file);
      // Relative references are resolved as they are written.
      const written = Object.fromEntries(
        Object.entries(detached).map(([name, one]) => [name.split('/').map(encodeURIComponent).join('/'), one]),
      );
      const { ok, text } = xmlsecVerify(bytes, file.signer.raw, { files: { ...detached, ...written } });
      return ok ? yes() : no(text);
    }),
};

export const poppler: Judge = {
  name: 'pdfsig',
  version: tools.pdfsig ? versionOf('pdfsig', '-v') : undefined,
  looksAt: 'digest and value (`-nocert`); document time-stamps are counted, not verified',
  takes: (shape) => shape === 'PAdES',
  ask: async (files) =>
    files.map(({ bytes, level }) => {
      const { signatures, text } = pdfsig(bytes);
      const first = text.split('Signature #2')[0] as string;
      const said = [...first.matchAll(/^.*(?:ERROR|Validation):.*$/gm)].map(([line]) => line).join();
      const expected = level === 'B-LTA' ? 2 : 1;
      return signatures === expected && /Signature Validation: Signature is Valid\./.test(first) && !said.includes('ERROR')
        ? yes()
        : no(`${signatures} signatures: ${said}`);
    }),
};

export const qpdf: Judge = {
  name: 'qpdf --check',
  version: tools.qpdf ? versionOf('qpdf', '--version') : undefined,
  looksAt: 'that the file is a sound PDF; no signature',
  takes: (shape) => shape === 'PAdES',
  ask: async (files) =>
    files.map(({ bytes }) => {
      const { status, text } = qpdfCheck(bytes);
      return status === 0 ? yes() : no(text);
    }),
};
