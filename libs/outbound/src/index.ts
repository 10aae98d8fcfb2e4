/**
 * Calls to addresses that customers choose: they reach the public internet, and internal networks only if the
 * installation allows them.
 */
export { type AllowedAddresses, createAllowedAddresses } from './allowed.ts';
export { callFailure } from './call-failure.ts';
export { createConnectSocket, type SocketTarget } from './connect-socket.ts';
export { type ConnectorOptions, createConnector, ForbiddenTargetError } from './connector.ts';
