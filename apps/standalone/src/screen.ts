import type { OutboundMessage } from '@typelane/client';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What the chat shows. */
export const screen = {
  welcome(instance: string, contacts: number): void {
    print(
      `You are ${contacts === 1 ? 'a contact' : `${contacts} contacts`} of the instance ${instance}. Write a line and press Enter; Ctrl-D ends.`,
    );
    if (contacts > 1) print('"2: hello" is said by the second contact.');
  },
  said(line: string): void {
    print(`you> ${line}`);
  },
  typing(label: string, typingMs: number): void {
    if (typingMs > 0) print(`${nameOf(label)}  … typing for ${(typingMs / 1_000).toFixed(1)} s`);
  },
  show(label: string, message: OutboundMessage): void {
    for (const line of linesOf(message)) print(`${nameOf(label)}> ${line}`);
  },
};

function nameOf(label: string): string {
  return label === '' ? 'bot' : `bot to ${label}`;
}

function linesOf(message: OutboundMessage): string[] {
  switch (message.type) {
    case 'text':
      return message.text.split('\n');
    case 'image':
    case 'video':
      return [`(${message.type}) ${message.url}${message.caption === null ? '' : ` ${message.caption}`}`];
    case 'audio':
      return [`(${message.voice ? 'voice note' : 'audio'}) ${message.url}`];
    case 'document':
      return [`(document) ${message.fileName} ${message.url}`];
    case 'buttons':
      return [...message.body.split('\n'), ...message.buttons.map(({ title }, index) => `  [${index + 1}] ${title}`)];
    case 'poll':
      return [...message.body.split('\n'), ...message.options.map((title, index) => `  [${index + 1}] ${title}`)];
    case 'list': {
      const rows = message.sections.flatMap((section) => section.rows);
      return [...message.body.split('\n'), ...rows.map(({ title }, index) => `  [${index + 1}] ${title}`)];
    }
  }
}
