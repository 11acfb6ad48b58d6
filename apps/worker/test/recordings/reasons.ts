/** Why a request of ours is not the recorded one, or why there is none. */

export const gone = 'sent to a session that had ended: the worker forgets a session when its flow is over and starts anew';
export const byContent =
  'a choice is answered by the content of its item, as a bare string: every Typebot since 2.19.1 takes it, and a Reply event is told what was chosen';
export const bare = 'what needs no object goes as a bare string, which every Typebot since 2.19.1 takes';
