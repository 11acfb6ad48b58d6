import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { type Answer, judge, refuse, type Rules, type TranscriptionRequest } from './verdict.ts';

/** How one request is treated badly. */
export type TranscriptionMood = { type: 'answer'; answer: Answer } | { type: 'hang' } | { type: 'reset' };

export type FakeTranscription = {
  /** What stands in `settings.transcription.url`. */
  url: string;
  /** In order of arrival, those treated badly too. */
  requests: readonly TranscriptionRequest[];
  /** Treats the next request badly; asked several times, the next ones. */
  nextMood(mood: TranscriptionMood): void;
  /** From now on requests are heard and not answered, until the function that is returned is called. */
  hold(): () => void;
  close(): Promise<void>;
};

/**
 * A server that speaks OpenAI's `/audio/transcriptions`: key, form, model and file are checked as strictly as there. It hears what a
 * `voiceNote` says. `apiKey` null: it asks for none, as a server of one's own does.
 */
export async function startFakeTranscription({ apiKey = null, models = ['whisper-1'] }: Partial<Rules> = {}): Promise<FakeTranscription> {
  const requests: TranscriptionRequest[] = [];
  const moods: TranscriptionMood[] = [];
  let held: Promise<void> | null = null;

  const receive = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const form = await formOf(body, incoming.headers['content-type']);
    const request = readRequest(incoming, form);
    requests.push(request);
    const mood = moods.shift();
    if (mood?.type === 'hang') return;
    if (mood?.type === 'reset') return void incoming.socket.resetAndDestroy();
    await held;
    const answer = mood?.answer ?? (await answerTo(incoming, form, request, { apiKey, models }));
    request.status = answer.status;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => {
    receive(incoming, response).catch(() => response.destroy());
  });
  const { url, close } = await listen(server);
  const hold = (): (() => void) => {
    let release = (): void => {};
    held = new Promise((resolve) => (release = resolve));
    return () => release();
  };
  return { url: `${url}/v1`, requests, nextMood: (mood) => void moods.push(mood), hold, close };
}

async function answerTo(incoming: IncomingMessage, form: FormData | null, request: TranscriptionRequest, rules: Rules): Promise<Answer> {
  if (incoming.method !== 'POST' || incoming.url !== '/v1/audio/transcriptions') return refuse(404, `Invalid URL (${incoming.url})`);
  return judge(form, request, rules);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function formOf(body: Buffer, contentType: string | undefined): Promise<FormData | null> {
  if (!contentType?.startsWith('multipart/form-data')) return null;
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData().catch(() => null);
}

function readRequest({ headers }: IncomingMessage, form: FormData | null): TranscriptionRequest {
  const text = (name: string): string | null => {
    const value = form?.get(name);
    return typeof value === 'string' ? value : null;
  };
  const file = form?.get('file');
  return {
    at: performance.now(),
    authorization: headers.authorization ?? null,
    model: text('model'),
    language: text('language'),
    responseFormat: text('response_format'),
    fileName: file instanceof File ? file.name : null,
    mimeType: file instanceof File ? file.type : null,
    sizeBytes: file instanceof File ? file.size : null,
    status: null,
  };
}
