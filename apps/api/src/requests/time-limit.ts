/** The promise's value, or null when it took longer or failed. Nothing is cancelled; a late result is ignored. */
export async function inTime<T>(promise: Promise<T>, timeoutMs: number, onFailure: (error: unknown) => void): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => {
    onFailure(new Error(`No answer within ${timeoutMs} ms`));
    resolve(null);
  }, timeoutMs);
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    onFailure(error);
    return null;
  } finally {
    clearTimeout(timer);
  }
}
