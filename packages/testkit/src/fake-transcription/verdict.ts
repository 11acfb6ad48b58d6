import { wordsIn } from './audio.ts';

/** What a request held, as far as it could be read. */
export type TranscriptionRequest = {
  at: number;
  authorization: string | null;
  model: string | null;
  language: string | null;
  responseFormat: string | null;
  fileName: string | null;
  mimeType: string | null;
  sizeBytes: number | null;
  /** Of the answer; null: none was given. */
  status: number | null;
};

export type Answer = { status: number; headers?: Record<string, string>; body: string };

export type Rules = { apiKey: string | null; models: readonly string[] };

const extensions = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];
const fileSizeBytesMax = 26_214_400;

/** Looks at a request in the order the real service does: who asks, the fields, the model, then the file. */
export async function judge(form: FormData | null, request: TranscriptionRequest, rules: Rules): Promise<Answer> {
  if (rules.apiKey !== null && request.authorization === null) return refuse(401, 'No API key was provided in the Authorization header.');
  if (rules.apiKey !== null && request.authorization !== `Bearer ${rules.apiKey}`) {
    return refuse(401, `Incorrect API key provided: ${request.authorization?.replace(/^Bearer /, '')}.`, 'invalid_api_key');
  }
  if (form === null) return refuse(400, 'Could not parse multipart form.');
  const file = form.get('file');
  if (request.model === null) return refuse(400, 'A model parameter is required.');
  if (!(file instanceof File)) return refuse(400, 'A file parameter is required.');
  if (!rules.models.includes(request.model)) return refuse(404, `The model \`${request.model}\` does not exist.`, 'model_not_found');
  if (request.language !== null && !/^[a-z]{2,3}$/.test(request.language)) return refuse(400, `Invalid language '${request.language}'.`);
  if (!['json', 'text', 'verbose_json', null].includes(request.responseFormat)) return refuse(400, 'Unknown response_format.');
  return judgeFile(file, request.responseFormat);
}

async function judgeFile(file: File, responseFormat: string | null): Promise<Answer> {
  if (file.size > fileSizeBytesMax) return refuse(413, `Maximum content size limit (${fileSizeBytesMax}) exceeded.`);
  if (!extensions.includes(file.name.split('.').at(-1) ?? ''))
    return refuse(400, `Invalid file format. Supported formats: ${extensions.join()}`);
  const words = wordsIn(Buffer.from(await file.arrayBuffer()));
  if (words === null) return refuse(400, 'The audio file could not be decoded or its format is not supported.');
  if (responseFormat === 'text') return { status: 200, headers: { 'content-type': 'text/plain' }, body: `${words}\n` };
  return json(200, { text: words, usage: { type: 'duration', seconds: 1 } });
}

export function refuse(status: number, message: string, code: string | null = null): Answer {
  return json(status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
