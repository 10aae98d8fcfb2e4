/** Programs from the PATH or, as root on Debian, from a package. */
export { findOrInstall, type Unavailable } from './find-or-install.ts';
export { onPath } from './on-path.ts';
