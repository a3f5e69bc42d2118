// In a source tree the helper is TypeScript, and a thread does not inherit the loader of the one that made it.
import { register } from 'tsx/esm/api';

register();
await import('./helper.ts');
