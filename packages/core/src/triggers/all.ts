/** Every message starts the bot, whatever it holds. */
export const all = (): boolean => true;
