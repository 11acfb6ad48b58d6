/** The id as it stands in paths and keys. It is never anything but hex digits and dashes, so it leads out of no folder. */
export function checkedId(mediaId: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(mediaId)) throw new Error('Expected a media id to be a lower-case uuid');
  return mediaId;
}
