export { Client, MomoError, Status, Token, TokenOrigin, clearCache, version } from './momo.cjs';
