import { invalid, ofText, valid } from './verdict.ts';

const address = /^[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;

/** Not trimmed: a space at the end makes it invalid. Kept in lower case. */
export const email = ofText((text) => (address.test(text) ? valid(text.toLowerCase()) : invalid));
