export { type BulkStart, createBulkStart, type NewBulkStart } from './create.ts';
export { changeBulkStart, findBulkStart, listBulkStarts } from './find.ts';
export { orderDueStarts } from './pace.ts';
export { type BulkContact, type BulkOutcome, bulkOutcomes, type BulkProgress, listBulkContacts, progressOf } from './progress.ts';
