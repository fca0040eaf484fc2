import { documentRoutes, UploadedFile } from '@antin/protocol/office/documents';
import { Problem } from '@antin/protocol/problem';
import { ProblemError, unreachable } from '../../staff/client.ts';

/**
 * Sends one file as a raw body and says how far it is; `XMLHttpRequest` because `fetch` has no upload progress.
 *
 * @throws {ProblemError} as `call`
 */
export function uploadFile(file: File, progress: (share: number) => void, signal?: AbortSignal): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(documentRoutes.upload.method, documentRoutes.upload.path);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name.normalize('NFC')));
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ProblemError(unreachable));
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) {
        const answer = UploadedFile.safeParse(body);
        if (answer.success) return resolve(answer.data);
      }
      const problem = Problem.safeParse(body);
      reject(new ProblemError(problem.success ? problem.data : { ...unreachable, status: request.status }));
    };
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
