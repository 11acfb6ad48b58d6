export { type AddressOptions, isSignedBy, readSignedAddress, signedAddress } from './address.ts';
export { fileNameFor } from './file-name.ts';
export { isFileType, mimeTypeOf, servedAs, typeOfName } from './media-type.ts';
export { type ByteRange, createMediaStore, type MediaPlace, type MediaStore, type Put } from './store.ts';
