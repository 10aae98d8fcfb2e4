/**
 * What a process that is started anew takes over from the environment of this one: where programs are, and
 * where Node keeps what it has compiled, so that it starts in half the time. Nothing else gets in.
 */
export const processEnvironment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  ...(process.env.NODE_COMPILE_CACHE !== undefined && {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  }),
});
