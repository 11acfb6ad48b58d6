/** A fenced block of a Markdown document. */
export type Snippet = {
  /** `README.md:92`, for test names and errors. */
  place: string;
  /** The first word of the info string: `sh`, `ts`, `json`. Empty when it is missing. */
  language: string;
  /** The rest of the info string: `illustration`, `file=gateway.ts`, `until=demo bot`. Empty when it is missing. */
  mark: string;
  code: string;
};

const fence = /^```([^\n]*)\n([^]*?)^```$/gm;

/** The snippets of a document in their order. `name`: its path from the root. */
export function snippetsOf(name: string, text: string): Snippet[] {
  return [...text.matchAll(fence)].map(({ index, 1: info = '', 2: code = '' }) => {
    const [language = '', ...mark] = info.trim().split(' ');
    const line = text.slice(0, index).split('\n').length;
    return { place: `${name}:${line}`, language, mark: mark.join(' '), code };
  });
}

/** The value of a mark such as `file=gateway.ts`; null: the snippet has another one, or none. */
export function markOf({ mark }: Snippet, name: 'file' | 'until'): string | null {
  return mark.startsWith(`${name}=`) ? mark.slice(name.length + 1) : null;
}
