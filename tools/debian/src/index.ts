/**
 * Finds programs on the PATH or, as root on Debian, installs them from a package; gets those of another
 * Debian release, unpacked or in a folder to run them in.
 */
export { findOrInstall, type Unavailable } from './find-or-install.ts';
export { debianFolder, programIn } from './folder.ts';
export { unpackNewer } from './newer-package.ts';
export { onPath } from './on-path.ts';
export { buildOnce, cacheFolder } from './once.ts';
