import type { Database } from '@typelane/db';
import { createMediaStore, type MediaStore, readSignedAddress, signedAddress } from '@typelane/media';
import { type Egress, type Log, type MediaEnv, mediaPlanOf } from '@typelane/runtime';
import { createFairLimiter, type FairLimiter, type FairLimits } from './fair-limiter.ts';

/** Files out of events that are being stored at once. Those whose store hangs count until it gives up. */
const inlineLimits: FairLimits = { max: 8, maxPerKey: 4 };

/** What keeping files needs from outside. */
export type MediaPorts = {
  database: Database;
  store: MediaStore;
  /** Where bots open a file. */
  addressOf(file: { mediaId: string; fileName: string }): string;
  /** The file that an address of ours names; null when it is somebody else's. */
  fileAt(address: string): { mediaId: string } | null;
  sizeBytesMax: number;
  /** Null: for ever. */
  keepDays: number | null;
  /** For files that have to be fetched. */
  egress: Pick<Egress, 'check' | 'agents'>;
  /** Room for the files that stand in events, by instance. */
  inlineRoom: Pick<FairLimiter, 'enter'>;
  inlineLimits: FairLimits;
  log: Log;
};

/** Whoever opens it closes `store`. */
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
