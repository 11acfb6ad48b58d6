/** Brings the database of DATABASE_URL to the newest schema: npm run migrate. Workers never do. */
import { migrate } from '@typelane/db';
import { ConfigurationError, readEnv } from '@typelane/runtime';

try {
  await migrate(readEnv(['DATABASE_URL']).DATABASE_URL);
  console.log('The database is at the newest schema.');
} catch (error) {
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exitCode = error instanceof ConfigurationError ? 2 : 1;
}
