/** The secrets of workspaces: mounted as files, or written by the API and sealed in the store. */
export { type EncryptionKeys, readEncryptionKeys } from './encryption-keys.ts';
export { openSealed, type Sealed, seal } from './seal.ts';
export { createWorkspaceSecrets, type WorkspaceSecrets } from './workspace-secrets.ts';
