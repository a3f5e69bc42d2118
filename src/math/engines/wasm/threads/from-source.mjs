// The helper is TypeScript in a source tree, and a thread does not inherit its parent's loader.
import { register } from 'tsx/esm/api';

register();
await import('./helper.ts');
