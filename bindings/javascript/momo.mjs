export { Client, MomoError, Token, clearCache } from './momo.cjs';
