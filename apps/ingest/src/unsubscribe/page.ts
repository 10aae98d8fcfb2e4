/** The pages behind an unsubscribe link. No script, no asset, nothing that is known about the person. */

const channels: Readonly<Record<string, string>> = {
  email: 'e-mails',
  sms: 'text messages',
  call: 'calls',
};

/** The field that distinguishes the page's button from a mail program's one-click request. */
export const PAGE_FIELD = 'from';

export const askPage = (channel: string): string =>
  page(
    'Unsubscribe',
    `<p>Do you want to get no more ${named(channel)} from us?</p>
<form method="post"><button name="${PAGE_FIELD}" value="page">Unsubscribe</button></form>`,
  );

/** A topic as the page offers it. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Whether they get it now. */
  readonly chosen: boolean;
}

/**
 * The offered topics are sent along with the ticked ones: a topic that is missing was either unticked or
 * never shown.
 */
export const choicesPage = (channel: string, choices: readonly Choice[]): string =>
  page(
    'What do you want to get from us?',
    `<form method="post">
${choices.map(choiceField).join('\n')}
<p><button name="${PAGE_FIELD}" value="choices">Save</button></p>
<p><button name="${PAGE_FIELD}" value="page">Unsubscribe from all ${named(channel)}</button></p>
</form>`,
  );

const choiceField = ({ id, name, description, chosen }: Choice): string =>
  `<p><label><input type="checkbox" name="topic" value="${escaped(id)}"${chosen ? ' checked' : ''}> ` +
  `${escaped(name)}</label>${
    description === undefined ? '' : `<br><small>${escaped(description)}</small>`
  }<input type="hidden" name="shown" value="${escaped(id)}"></p>`;

export const savedPage = (): string => page('Saved', '<p>You will get what you have chosen.</p>');

export const topicDonePage = (name: string): string =>
  page('You are unsubscribed', `<p>You will get no more about ${escaped(name)} from us.</p>`);

export const donePage = (channel: string): string =>
  page('You are unsubscribed', `<p>You will get no more ${named(channel)} from us.</p>`);

export const unknownPage = (): string =>
  page('This link does not work', '<p>It may be incomplete. Try the link in the message again.</p>');

export const laterPage = (): string =>
  page('Please try again', '<p>We could not save this just now. Please try again in a few seconds.</p>');

const named = (channel: string): string => escaped(channels[channel] ?? 'messages');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto 0; padding: 0 1rem }
body { color: #222; background: #fff }
button { font: inherit; padding: .5rem 1.25rem; cursor: pointer }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
