import picocolors from 'picocolors';

/** Colours on a terminal, none anywhere else. */
export const colours = picocolors.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);
