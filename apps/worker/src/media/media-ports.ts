import type { Database } from '@typelane/db';
import { createMediaStore, type MediaStore, readSignedAddress, signedAddress } from '@typelane/media';
import { type Egress, type Log, type MediaEnv, mediaPlanOf } from '@typelane/runtime';
import { createFairLimiter, type FairLimiter, type FairLimits } from './fair-limiter.ts';

/** Files from events that are stored at once. A file whose store hangs counts until the store gives up. */
const inlineLimits: FairLimits = { max: 8, maxPerKey: 4 };

/** The dependencies of the media code. */
export type MediaPorts = {
  database: Database;
  store: MediaStore;
  /** The signed address at which bots open a file. */
  addressOf(file: { mediaId: string; fileName: string }): string;
  /** The file behind one of Typelane's own addresses; null for any other address. */
  fileAt(address: string): { mediaId: string } | null;
  sizeBytesMax: number;
  /** Null: files never expire. */
  keepDays: number | null;
  /** For files that must be downloaded. */
  egress: Pick<Egress, 'check' | 'agents'>;
  /** Limits files from events, by instance. */
  inlineRoom: Pick<FairLimiter, 'enter'>;
  inlineLimits: FairLimits;
  log: Log;
};

/** The caller closes `store`. */
export function openMediaPorts(env: MediaEnv, ports: Pick<MediaPorts, 'database' | 'egress' | 'log'>): MediaPorts {
  const { publicUrl, key, place, sizeBytesMax, keepDays } = mediaPlanOf(env);
  return {
    ...ports,
    store: createMediaStore(place, { sizeBytesMax }),
    addressOf: (file) => signedAddress({ publicUrl, key }, file),
    fileAt: (address) => readSignedAddress({ publicUrl, key }, address),
    sizeBytesMax,
    keepDays,
    inlineRoom: createFairLimiter(inlineLimits),
    inlineLimits,
  };
}
