import { readdirSync, readFileSync } from 'node:fs';

/** One recorded exchange with a real viewer. Status 0: no response. */
export type RecordedExchange = {
  /** `file#index`, for test names. */
  name: string;
  request: { method: string; url: string; body?: unknown };
  response: { status: number; body?: unknown };
};

const folder = new URL('../../testkit/recordings/', import.meta.url);

/** All recordings, in the order of their files. */
export function recordedExchanges(): RecordedExchange[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const { exchanges }: { exchanges: RecordedExchange[] } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    return exchanges.map((exchange, index) => ({ ...exchange, name: `${file}#${index}` }));
  });
}
