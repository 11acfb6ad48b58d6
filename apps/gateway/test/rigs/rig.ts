import type { Fault, SentMessage } from '@typelane/testkit';

/** A fake gateway as the conformance suite drives it, whatever its kind. */
export type Rig = {
  kind: string;
  /** `host:port` for the egress guard. */
  host: string;
  settings: Record<string, unknown>;
  /** Address of a contact as replies carry it. */
  contact: string;
  /** Posts what the gateway posts for a text, properly signed. Gives the status of the answer. */
  deliverText(url: string, message: { id: string; from: string; text: string; name: string }): Promise<number>;
  /** One webhook that holds several texts, where the gateway does that. */
  deliverBatch: ((url: string, messages: { id: string; from: string; text: string }[]) => Promise<number>) | null;
  /** The same without its signature; null: the token in the path is all there is. */
  deliverForged: ((url: string) => Promise<number>) | null;
  /** An event nobody has heard of. */
  deliverUnknown(url: string): Promise<number>;
  /** A message that was sent has been delivered, or failed after all; `message` as `sent` holds it. */
  deliverStatus(url: string, message: SentMessage, status: 'delivered' | 'failed'): Promise<number>;
  /** A picture with a caption; what the gateway holds of it is `bytes`. */
  deliverImage(url: string, message: { id: string; from: string; caption: string }, bytes: Buffer): Promise<number>;
  sent: SentMessage[];
  /** How the next sends go wrong. */
  fault(next: (attempt: number) => Fault | null): void;
  /** An answer that refuses a message for good, and words of it. */
  refusal: { answer: Fault; words: string };
  /** An answer that means "too many". */
  tooMany: Fault;
  /** Whether a send whose answer was lost is found, or made again under the same id, so that the contact sees it once. */
  survivesLostAnswers: boolean;
  close(): Promise<void>;
};
