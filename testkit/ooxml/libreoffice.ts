import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const libreofficeVersion: string | undefined = (() => {
  const { status, stdout } = spawnSync('soffice', ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (status === 0) return stdout.trim();
  console.warn('SKIPPED: soffice is not installed, no second opinion of LibreOffice on Office files');
  return undefined;
})();

const SECONDS = 1000;

/** A macro, because nothing on LibreOffice's command line tells what it thinks of a signature. */
const MACRO = `
Sub Verify(sList As String, sAnswers As String)
  Dim nOut As Integer, nIn As Integer, sUrl As String
  nIn = FreeFile
  Open sList For Input As #nIn
  nOut = FreeFile
  Open sAnswers For Output As #nOut
  Do While Not Eof(nIn)
    Line Input #nIn, sUrl
    Print #nOut, VerifyOne(sUrl)
  Loop
  Close #nIn
  Close #nOut
End Sub

Function VerifyOne(sUrl As String) As String
  On Error GoTo Failed
  Dim oFactory As Object, oStorage As Object, oJudge As Object, oNone As Object
  Dim aFound, i As Integer, sText As String
  Dim aFormat(0) As New com.sun.star.beans.PropertyValue
  aFormat(0).Name = "StorageFormat"
  aFormat(0).Value = "ZipFormat"
  oFactory = CreateUnoService("com.sun.star.embed.StorageFactory")
  oStorage = oFactory.createInstanceWithArguments(Array(sUrl, 1, aFormat()))
  oJudge = CreateUnoService("com.sun.star.security.DocumentDigitalSignatures")
  aFound = oJudge.verifyDocumentContentSignatures(oStorage, oNone)
  For i = LBound(aFound) To UBound(aFound)
    sText = sText & " " & aFound(i).SignatureIsValid
  Next i
  VerifyOne = Trim(sText)
  Exit Function
Failed:
  VerifyOne = "failed: " & Error
End Function
`;

const library = (kind: 'library' | 'libraries', body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE library:${kind} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "${kind}.dtd">\n${body}`;
const LIBRARIES = library(
  'libraries',
  '<library:libraries xmlns:library="http://openoffice.org/2000/library"><library:library library:name="Standard" library:link="false"/></library:libraries>',
);
const standard = (modules: string) =>
  library(
    'library',
    `<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">${modules}</library:library>`,
  );
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A profile with the macro in it. A first start would replace the macro by its own empty one, so this is none. */
function makeProfile(folder: string): void {
  const basic = join(folder, 'user', 'basic', 'Standard');
  mkdirSync(basic, { recursive: true });
  for (const name of ['script.xlc', 'dialog.xlc']) writeFileSync(join(basic, '..', name), LIBRARIES);
  writeFileSync(join(basic, 'script.xlb'), standard('<library:element library:name="Judge"/>'));
  writeFileSync(join(basic, 'dialog.xlb'), standard(''));
  const open =
    '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Judge" script:language="StarBasic">';
  writeFileSync(join(basic, 'Judge.xba'), `<?xml version="1.0" encoding="UTF-8"?>\n${open}${escaped(MACRO)}</script:module>`);
  const done =
    '<item oor:path="/org.openoffice.Setup/Office"><prop oor:name="ooSetupInstCompleted" oor:op="fuse"><value>true</value></prop></item>';
  writeFileSync(
    join(folder, 'user', 'registrymodifications.xcu'),
    `<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">${done}</oor:items>`,
  );
}

/**
 * What LibreOffice says about the signatures of Office files: for each file, whether each signature is valid; trust in the
 * signer is not asked. A sentence where it fails.
 */
export function libreofficeVerify(files: Readonly<Record<string, Uint8Array>>): Record<string, readonly boolean[] | string> {
  const folder = mkdtempSync(join(tmpdir(), 'antin-office-'));
  try {
    const names = Object.keys(files);
    const urls = names.map((name, i) => {
      const path = join(folder, `${i}.${name.split('.').at(-1)}`);
      writeFileSync(path, files[name] as Uint8Array);
      return pathToFileURL(path).href;
    });
    makeProfile(join(folder, 'profile'));
    const [list, answers] = [join(folder, 'list.txt'), join(folder, 'answers.txt')];
    writeFileSync(list, `${urls.join('\n')}\n`);
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`;
    const macro = `macro:///Standard.Judge.Verify("${list}","${answers}")`;
    const { stderr } = spawnSync('soffice', ['--headless', '--norestore', profile, macro], {
      encoding: 'utf8',
      timeout: 120 * SECONDS,
    });
    if (!existsSync(answers)) throw new Error(`soffice gave no answer: ${stderr.slice(0, 500)}`);
    const lines = readFileSync(answers, 'utf8').split(/\r?\n/);
    return Object.fromEntries(names.map((name, i) => [name, answer(lines[i] ?? '')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answer(line: string): readonly boolean[] | string {
  if (!/^((True|False)( |$))*$/.test(line)) return line;
  return line === '' ? [] : line.split(' ').map((word) => word === 'True');
}

/** A document as LibreOffice writes it, from plain text. */
export function libreofficeDocument(text: string, kind: 'docx' | 'odt' = 'docx'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'antin-office-'));
  try {
    writeFileSync(join(folder, 'in.html'), `<html><head><meta charset="utf-8"></head><body>${text}</body></html>`);
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`;
    const args = ['--headless', profile, '--writer', '--convert-to', kind, '--outdir', folder, join(folder, 'in.html')];
    const { stderr } = spawnSync('soffice', args, { encoding: 'utf8', timeout: 120 * SECONDS });
    const path = join(folder, `in.${kind}`);
    if (!existsSync(path)) throw new Error(`soffice wrote no document: ${stderr.slice(0, 500)}`);
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
