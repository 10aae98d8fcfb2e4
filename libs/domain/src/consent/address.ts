/**
 * The form in which addresses are compared. Case does not matter: no server in use distinguishes it, and
 * bounces change it.
 */
export const plainAddress = (address: string): string => address.trim().toLowerCase();
