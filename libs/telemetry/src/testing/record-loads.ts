import { registerHooks } from 'node:module';

/** Prints, at the end of the process, the URL of every module that was loaded after this one. */
const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.once('exit', () => process.stdout.write(`${loaded.join('\n')}\n`));
