export { type AddressOptions, isSignedBy, readSignedAddress, signedAddress } from './address.ts';
export { fileNameFor } from './file-name.ts';
export { isFileType, mimeTypeOf, servedAs, typeOfName } from './media-type.ts';
export { type ByteRange, type MediaPlace, type MediaStore, type Put } from './store.ts';
export { createMediaStore } from './create-store.ts';
