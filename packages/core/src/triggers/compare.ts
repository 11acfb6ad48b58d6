/** How a text may hold a value. Both are folded before. */
export const compare = {
  equals: (text: string, value: string): boolean => text === value,
  contains: (text: string, value: string): boolean => text.includes(value),
  startsWith: (text: string, value: string): boolean => text.startsWith(value),
  endsWith: (text: string, value: string): boolean => text.endsWith(value),
};
