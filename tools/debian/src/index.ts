/**
 * Programs from the PATH or, as root on Debian, from a package; and those of another release, unpacked or in
 * a folder to run them in.
 */
export { findOrInstall, type Unavailable } from './find-or-install.ts';
export { debianFolder, programIn } from './folder.ts';
export { unpackNewer } from './newer-package.ts';
export { onPath } from './on-path.ts';
export { buildOnce, cacheFolder } from './once.ts';
