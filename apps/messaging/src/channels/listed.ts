/** What an environment variable lists, between commas or spaces. */
export const listed = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '');
