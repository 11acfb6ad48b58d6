import { invalid, ofText, valid } from './verdict.ts';

/** Every text but `fail` counts as paid: this is why a contact's text must never reach a payment. */
export const payment = ofText((text) => (text === 'fail' ? invalid : valid(text)));
