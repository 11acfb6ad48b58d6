/** No message starts the bot: the API does. */
export const none = (): boolean => false;
