/** What one measurement found: lines for people, bounds that were missed, and figures for machines. */
export type Finding = { rows: string[]; problems: string[]; figures: Record<string, unknown> };
