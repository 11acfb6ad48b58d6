import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** A time by the database's clock. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A place in an order that begins at 1. */
export const seq = (name: string) => bigint(name, { mode: 'number' });
