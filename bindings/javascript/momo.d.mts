export * from './momo.cjs';
