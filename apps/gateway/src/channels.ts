import { channelOfInstance, channelOfToken, type ChannelRow, channelSealedAbout, type Database } from '@typelane/db';
import type { Log, Sealer } from '@typelane/runtime';
import { kindOf } from './kinds/index.ts';
import type { ChannelOf, Kind } from './kinds/kind.ts';
import type { MediaLinks } from './media-links.ts';
import { tokenHashOf } from './signature.ts';

/** A channel ready for use: its kind, and its settings with the secrets opened. */
export type Channel = ChannelOf<object> & { channelId: string; kind: Kind };

export type Channels = {
  ofToken(token: string): Promise<Channel | null>;
  ofInstance(instanceId: string): Promise<Channel | null>;
};

/** Milliseconds a channel is used as it was read: a changed setting takes effect within them. */
const freshMs = 5_000;

const keptMax = 10_000;

/** Channels by token and by instance. What was read is kept for five seconds, that there is none for one. */
export function createChannels(ports: { database: Database; sealer: Sealer; links: MediaLinks; log: Log }): Channels {
  const kept = new Map<string, { until: number; channel: Promise<Channel | null> }>();
  const remembered = (key: string, read: () => Promise<ChannelRow | null>): Promise<Channel | null> => {
    const known = kept.get(key);
    if (known && known.until > performance.now()) return known.channel;
    const channel = read().then((row) => (row === null ? null : open(row, ports)));
    const entry = { until: performance.now() + freshMs, channel };
    kept.delete(key);
    kept.set(key, entry);
    channel.then(
      (found) => void (found === null && (entry.until = performance.now() + freshMs / 5)),
      () => kept.delete(key),
    );
    for (const oldest of kept.keys()) {
      if (kept.size <= keptMax) break;
      kept.delete(oldest);
    }
    return channel;
  };
  return {
    ofToken(token) {
      const hash = tokenHashOf(token);
      return remembered(`token ${hash}`, () => channelOfToken(ports.database, hash));
    },
    ofInstance: (instanceId) => remembered(`instance ${instanceId}`, () => channelOfInstance(ports.database, instanceId)),
  };
}

/** Null: the kind is one this version does not have, or its settings cannot be read any more. */
function open(row: ChannelRow, { sealer, links, log }: { sealer: Sealer; links: MediaLinks; log: Log }): Channel | null {
  const { instanceId, channelId } = row;
  const kind = kindOf(row.kind);
  if (kind === null) return null;
  try {
    const secrets = JSON.parse(sealer.open(row.secrets, channelSealedAbout(channelId))) as object;
    const settings = kind.settings.parse({ ...(row.settings as object), ...secrets });
    return { channelId, instanceId, kind, settings, mediaURL: (reference) => links.urlOf(instanceId, reference) };
  } catch (error) {
    log.error({ err: error, instanceId, kind: row.kind }, 'channel.unreadable');
    return null;
  }
}
