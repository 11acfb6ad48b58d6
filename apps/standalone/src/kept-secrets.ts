import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The operator's token: the environment's, else the one kept in the data folder, made on the first start. */
export async function operatorToken(dataDir: string, given: string | undefined): Promise<{ token: string; isNew: boolean }> {
  if (given !== undefined) return { token: given, isNew: false };
  const { text, isNew } = await kept(join(dataDir, operatorTokenFile), () => `tl_operator_${randomBytes(32).toString('base64url')}`);
  return { token: text, isNew };
}

/** The key that seals what integrations hold: the environment's, else the one kept in the data folder, made on the first start. */
export async function secretKey(dataDir: string, given: string | undefined): Promise<string> {
  return given ?? (await kept(join(dataDir, secretKeyFile), () => randomBytes(32).toString('hex'))).text;
}

export async function forgetSecrets(dataDir: string): Promise<void> {
  for (const name of [operatorTokenFile, secretKeyFile]) await rm(join(dataDir, name), { force: true });
}

const operatorTokenFile = 'operator-token';
const secretKeyFile = 'secret-key';

/** Created only when absent: sealed values in the database need the first key. The file is written atomically. */
async function kept(file: string, make: () => string): Promise<{ text: string; isNew: boolean }> {
  try {
    return { text: (await readFile(file, 'utf8')).trim(), isNew: false };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    const text = make();
    const draft = `${file}.draft`;
    await rm(draft, { force: true });
    await writeFile(draft, `${text}\n`, { mode: 0o600 });
    await rename(draft, file);
    return { text, isNew: true };
  }
}
