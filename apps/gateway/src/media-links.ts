import { createSealer, type Sealer, SealError } from '@typelane/runtime';

/** Addresses of files that still lie at a gateway, and what they mean when somebody opens one. */
export type MediaLinks = {
  urlOf(instanceId: string, reference: Record<string, string>): string;
  /** Null: an address we did not make. */
  read(sealed: string): { instanceId: string; reference: Record<string, string> } | null;
};

const about = 'file at a gateway';

/** All an address says is sealed in it, so nothing is stored and nobody can make one. */
export function createMediaLinks(secretKey: string, publicURL: () => string): MediaLinks {
  const sealer: Sealer = createSealer(secretKey);
  return {
    urlOf(instanceId, reference) {
      return `${publicURL()}/gateway-media/${sealer.seal(JSON.stringify({ instanceId, reference }), about)}`;
    },
    read(sealed) {
      try {
        return JSON.parse(sealer.open(sealed, about)) as { instanceId: string; reference: Record<string, string> };
      } catch (error) {
        if (error instanceof SealError) return null;
        throw error;
      }
    },
  };
}
