/**
 * Checks the OpenAPI document: npm run check. Redocly lints it, the examples against their schemas included; every operation has an example;
 * and the types that openapi-typescript makes of it compile.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';

const document = 'docs/contracts/openapi.json';

/** Health routes take nothing that could be wrong. */
const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off' } });
const problems = (await lint({ ref: document, config })).map(
  ({ severity, ruleId, message, location }) => `${severity} ${ruleId}: ${message} (${location[0]?.pointer ?? ''})`,
);

type Operation = { operationId: string; requestBody?: { content: Content }; responses: Record<string, { content?: Content }> };
type Content = Record<string, { example?: unknown } | undefined>;
const { paths } = JSON.parse(readFileSync(document, 'utf8')) as { paths: Record<string, Record<string, Operation>> };
for (const { operationId, requestBody, responses } of Object.values(paths).flatMap((item) => Object.values(item))) {
  const bodies = {
    body: requestBody?.content,
    ...Object.fromEntries(Object.entries(responses).map(([status, { content }]) => [status, content])),
  };
  for (const [what, content] of Object.entries(bodies)) {
    if (content?.['application/json'] && content['application/json'].example === undefined)
      problems.push(`${operationId}: no example of ${what}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'typelane-openapi-'));
try {
  const bin = 'apps/api/node_modules/.bin';
  execFileSync(`${bin}/openapi-typescript`, [document, '-o', join(folder, 'api.ts')], { stdio: 'pipe' });
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, noEmit: true, types: [] }, files: ['api.ts'] }),
  );
  execFileSync(`${bin}/tsc`, ['-p', folder], { stdio: 'pipe' });
} catch (error) {
  problems.push(`openapi-typescript: ${String((error as { stdout?: Buffer }).stdout ?? error)}`);
} finally {
  rmSync(folder, { recursive: true });
}

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
