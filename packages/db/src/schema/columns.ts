import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** A time from the database's clock, precise to the millisecond. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A position in an order that begins at 1; 0 is the position before the first. */
export const seq = (name: string) => bigint(name, { mode: 'number' });
