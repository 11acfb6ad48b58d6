import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The operator's token: the environment's, else the one kept in the data folder, made on the first start. */
export async function operatorToken(dataDir: string, given: string | undefined): Promise<{ token: string; isNew: boolean }> {
  if (given !== undefined) return { token: given, isNew: false };
  const file = fileIn(dataDir);
  try {
    return { token: (await readFile(file, 'utf8')).trim(), isNew: false };
  } catch {
    const token = `tl_operator_${randomBytes(32).toString('base64url')}`;
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    return { token, isNew: true };
  }
}

export async function forgetOperatorToken(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'operator-token');
}
