/** What docs/rendering.md tells of a kind. Markdown, each in one line; it stands beside the code that keeps it. */
export type About = {
  /** What it is on WhatsApp. */
  becomes: string;
  limits?: string;
  /** What Typebot's own WhatsApp channel does instead, and why this does not. */
  differs?: string;
};

/** Of an input also how what a contact sends becomes its answer. */
export type InputAbout = About & { reads: string };
