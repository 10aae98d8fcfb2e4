/**
 * The values of a setting that holds several while it is rotated, separated by white space. The first is in
 * use. Empty for an empty setting.
 */
export const rotated = (setting: string): string[] => setting.split(/\s+/).filter((value) => value !== '');
