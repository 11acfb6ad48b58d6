import { expect, test } from 'vitest';
import { fileNameFor } from './file-name.ts';
import { isFileType, mimeTypeOf, servedAs, typeOfName } from './media-type.ts';

test.each([
  [null, 'audio/ogg', 'audio', 'audio.ogg'],
  [null, 'image/jpeg', 'image', 'image.jpg'],
  [null, 'video/mp4', 'video', 'video.mp4'],
  [null, 'image/webp', 'sticker', 'sticker.webp'],
  [null, 'application/octet-stream', 'document', 'document.bin'],
  ['', 'application/pdf', 'document', 'document.pdf'],
  ['photo.JPG', 'image/jpeg', 'image', 'photo.jpg'],
  ['photo.jpeg', 'image/jpeg', 'image', 'photo.jpeg'],
  ['Report v1.2', 'application/pdf', 'document', 'Report-v1.2.pdf'],
  ['drawing.dwg', 'application/octet-stream', 'document', 'drawing.dwg'],
  ['no extension', 'application/octet-stream', 'document', 'no-extension.bin'],
  ['relatório de ação.pdf', 'application/pdf', 'document', 'relatório-de-ação.pdf'],
  ['a, b.pdf', 'application/pdf', 'document', 'a-b.pdf'],
  ['IMG_2024_01.png', 'image/png', 'image', 'IMG_2024_01.png'],
  ['_x_.png', 'image/png', 'image', 'x.png'],
  ['*bold*.png', 'image/png', 'image', 'bold.png'],
  ['../../etc/passwd', 'text/plain', 'document', 'passwd.txt'],
  ['C:\\Users\\ana\\cv.docx', 'application/msword', 'document', 'cv.docx'],
  ['😀.png', 'image/png', 'image', 'image.png'],
  ['.pdf', 'application/pdf', 'document', 'document.pdf'],
  ['x\u0000\r\ny.pdf', 'application/pdf', 'document', 'x-y.pdf'],
  [`${'a'.repeat(500)}.pdf`, 'application/pdf', 'document', `${'a'.repeat(60)}.pdf`],
])('%j of type %s is offered as the %s %s', (fileName, mimeType, fallback, expected) => {
  expect(fileNameFor({ fileName, mimeType, fallback })).toBe(expected);
});

test.each([
  ['audio/ogg; codecs=opus', 'audio/ogg'],
  ['Image/PNG', 'image/png'],
  ['image', null],
  ['', null],
  [undefined, null],
  ['image/png\r\nset-cookie: x', null],
  ['image /png', null],
])('the type %j is read as %j', (came, expected) => {
  expect(mimeTypeOf(came)).toBe(expected);
});

test.each([
  ['photo.JPG', 'image/jpeg'],
  ['a.b.opus', 'audio/ogg'],
  ['x', null],
  ['x.unknown', null],
])('by its name %s is %j', (fileName, expected) => {
  expect(typeOfName(fileName)).toBe(expected);
});

test.each(['multipart/form-data', 'application/x-www-form-urlencoded', 'message/rfc822', 'model/stl'])('%s is no file', (type) => {
  expect(isFileType(type)).toBe(false);
});

test.each(['image/png', 'audio/ogg', 'video/mp4', 'application/pdf'])('%s may be shown in place', (type) => {
  expect(servedAs(type)).toEqual({ contentType: type, disposition: 'inline' });
});

test.each([
  'text/html',
  'application/xhtml+xml',
  'image/svg+xml',
  'text/xml',
  'application/xml',
  'text/javascript',
  'text/css',
  'text/strange',
])('%s is handed out as bytes to be saved', (type) => {
  expect(servedAs(type)).toEqual({ contentType: 'application/octet-stream', disposition: 'attachment' });
});

test.each(['text/plain', 'application/zip', 'application/msword'])('%s keeps its type and is saved', (type) => {
  expect(servedAs(type)).toEqual({ contentType: type, disposition: 'attachment' });
});
