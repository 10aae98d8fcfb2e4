/** Programs from the PATH or, as root on Debian, from a package; and those of a newer release. */
export { findOrInstall, type Unavailable } from './find-or-install.ts';
export { unpackNewer } from './newer-package.ts';
export { onPath } from './on-path.ts';
