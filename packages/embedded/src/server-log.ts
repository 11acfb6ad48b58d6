import { open, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const rotateAtBytes = 5_000_000;
const tailBytes = 8_192;

export type ServerLog = {
  fd: number;
  /** The last lines the server has written since this log was opened, at most 12. */
  tail(): Promise<string>;
  close(): Promise<void>;
};

/** Opens a server's log for appending, readable by this user only. A log over 5 MB is put aside as `.old` first. */
export async function openServerLog(path: string): Promise<ServerLog> {
  const before = await stat(path).catch(() => null);
  if (before !== null && before.size > rotateAtBytes) await rename(path, `${path}.old`);
  const handle = await open(path, 'a', 0o600);
  const startedAtByte = (await handle.stat()).size;
  return { fd: handle.fd, tail: () => lastLines(path, startedAtByte), close: () => handle.close() };
}

async function lastLines(path: string, fromByte: number): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    const start = Math.max(fromByte, size - tailBytes);
    const { bytesRead, buffer } = await handle.read({ position: start, buffer: Buffer.alloc(Math.max(1, size - start)) });
    return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-12).join('\n');
  } catch {
    return '';
  } finally {
    await handle?.close();
  }
}
